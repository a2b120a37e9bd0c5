#include "cli/home.h"

#include "tests/catch.h"

using namespace tine::cli;

TEST_CASE("home: it is that of the user with the number") {
  constexpr std::string_view passwd =
      "root:x:0:0:root:/root:/bin/bash\n"
      "# a comment\n"
      "broken:x:1000\n"
      "me:x:1000:1000:Me,,,:/home/me:/bin/zsh\n"
      "twice:x:1000:1000::/home/twice:/bin/sh\n"
      "none:x:1001:1001:::\n"
      "relative:x:1002:1002::home:/bin/sh\n"
      "last:x:1003:1003::/home/last";
  CHECK(home_in(passwd, 0) == "/root");
  CHECK(home_in(passwd, 1000) == "/home/me");
  CHECK_FALSE(home_in(passwd, 1001));
  CHECK_FALSE(home_in(passwd, 1002));
  CHECK_FALSE(home_in(passwd, 1003));
  CHECK_FALSE(home_in(passwd, 100));
  CHECK_FALSE(home_in("", 0));
}
