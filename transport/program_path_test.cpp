#include "transport/program_path.h"

#include "tests/catch.h"

using tine::transport::path_in;
using tine::transport::program_path;

TEST_CASE("programs are found in the absolute folders of a path") {
  CHECK(program_path("sh", "/nowhere:/bin:/usr/bin") == "/bin/sh");
  CHECK(program_path("sh", "/nowhere").empty());
  CHECK(program_path("sh", "").empty());
  CHECK(program_path("", "/bin").empty());
  CHECK(program_path("no-such-program", "/bin:/usr/bin").empty());
  // A folder is no program.
  CHECK(program_path("bin", "/usr:/").empty());
}

TEST_CASE("an empty or relative folder of a path is passed over") {
  // Tests run at the root of the project, where there is such a program.
  CHECK(program_path("run", ":").empty());
  CHECK(program_path("run", ".").empty());
  CHECK(program_path("run", "/nowhere::.:../:").empty());
}

TEST_CASE("a name with a slash is a path") {
  CHECK(program_path("./run", "/bin") == "./run");
  CHECK(program_path("/no/such", "/bin") == "/no/such");
}

TEST_CASE("the path in an environment") {
  CHECK(path_in({"HOME=/", "PATH=/a:/b", "X=1"}) == "/a:/b");
  CHECK(path_in({"HOME=/", "MYPATH=/a"}).empty());
}
