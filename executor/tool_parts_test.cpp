#include "executor/tool_parts.h"

#include "executor/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;

TEST_CASE("a title has one line and a bound, which cuts no character") {
  const std::string text(executor::limits::title - 1, 'x');
  CHECK(short_title(text) == text);
  CHECK(short_title(text + "y") == text + "y");
  CHECK(short_title(text + "yz") == text + "y…");
  CHECK(short_title(text + "ü") == text + "…");
  CHECK(short_title("one\ntwo") == "one");
}

TEST_CASE("a file's name stands behind the last slash") {
  CHECK(file_name("/w/a.txt") == "a.txt");
  CHECK(file_name("a.txt") == "a.txt");
}
