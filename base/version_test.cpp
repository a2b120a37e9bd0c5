#include "base/version.h"

#include <algorithm>

#include "tests/catch.h"

TEST_CASE("the version is three numbers") {
  const std::string_view text = tine::version();
  CHECK(std::count(text.begin(), text.end(), '.') == 2);
  CHECK(text.find_first_not_of("0123456789.") == std::string_view::npos);
}

TEST_CASE("the commit is twelve hex digits or unknown") {
  const std::string_view text = tine::commit();
  const bool hex = text.size() >= 12 && text.substr(0, 12).find_first_not_of("0123456789abcdef") ==
                                            std::string_view::npos;
  CHECK((hex || text == "unknown"));
}
