#include "cli/converse/completion.h"

#include "tests/catch.h"

namespace tine::cli {
namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> all{"tine-usage", "compact", "tine-fork", "clear",
                                            "tine-fork"};
  return all;
}

}  // namespace

TEST_CASE("completion: the one command that fits, with a blank behind it") {
  const Completion found = complete_command("/co", names());
  CHECK(found.added == "mpact ");
  CHECK(found.names.empty());
  CHECK(complete_command("/tine-fork", names()).added == " ");
}

TEST_CASE("completion: what several have in common, and which they are") {
  const Completion some = complete_command("/t", names());
  CHECK(some.added == "ine-");
  CHECK(some.names == std::vector<std::string>{"/tine-fork", "/tine-usage"});
  const Completion all = complete_command("/", names());
  CHECK(all.added.empty());
  CHECK(all.names.size() == 4);
}

TEST_CASE("completion: nothing where no command is typed") {
  for (const char* before : {"", "co", "/co x", " /co", "/x", "a\n/co"}) {
    const Completion found = complete_command(before, names());
    CHECK(found.added.empty());
    CHECK(found.names.empty());
  }
}

}  // namespace tine::cli
