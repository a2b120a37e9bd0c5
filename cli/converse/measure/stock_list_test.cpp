#include "cli/converse/measure/stock_list.h"

#include <algorithm>

#include "tests/catch.h"

using namespace tine;
using namespace tine::cli;

TEST_CASE("stock lists are of one length, whatever their marks") {
  const std::string words = stock_list("ABCDEFGHJKMNPQRSTVWXYZABCD", 4000);
  const std::string digits = stock_list("0A1B2C3D4E5F6G7H8J9K0M1N2P", 4000);
  CHECK(words.size() == digits.size());
  CHECK(std::ranges::count(words, '\n') == std::ranges::count(digits, '\n'));
  CHECK(words.substr(0, 20) != digits.substr(0, 20));
}
