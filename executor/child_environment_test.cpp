#include "executor/child_environment.h"

#include <limits>
#include <optional>

#include "executor/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;

namespace {

using Variables = std::vector<std::string>;

/// Started at this depth.
class Nested final : public Env {
 public:
  explicit Nested(std::optional<std::string> depth) : depth_(std::move(depth)) {}
  std::int64_t wall_ms() override { return 0; }
  void random(std::span<std::uint8_t> /*bytes*/) override {}
  std::optional<std::string> variable(std::string_view name) const override {
    return name == "TINE_DEPTH" ? depth_ : std::nullopt;
  }

 private:
  std::optional<std::string> depth_;
};

ChildIdentity identity() { return {"s1", 2, "/project", "s0", "/state/s1"}; }

Error refusal(std::string depth, std::uint64_t max_depth) {
  const auto found = depth_below(Nested(std::move(depth)), max_depth);
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == ErrorKind::depth_exceeded);
  return found.error();
}

}  // namespace

TEST_CASE("a backend's process is told which session it serves") {
  CHECK(child_environment({"PATH=/bin", "A="}, identity()) ==
        Variables{"PATH=/bin", "A=", "TINE_SESSION_ID=s1", "TINE_DEPTH=2",
                  "TINE_PROJECT_ROOT=/project", "TINE_PARENT_SESSION=s0",
                  "TINE_SESSION_DIR=/state/s1"});
}

TEST_CASE("nothing of another session is handed on, however often it is there") {
  const Variables inherited{"TINE_SESSION_ID=x",     "TINE_DEPTH=9", "A=1",
                            "TINE_PROJECT_ROOT=x",   "TINE_DEPTH",   "TINE_DEPTH=8",
                            "TINE_PARENT_SESSION=x", "B=TINE_DEPTH", "TINE_SESSION_DIR=x=y"};
  CHECK(child_environment(inherited, identity()) ==
        Variables{"A=1", "B=TINE_DEPTH", "TINE_SESSION_ID=s1", "TINE_DEPTH=2",
                  "TINE_PROJECT_ROOT=/project", "TINE_PARENT_SESSION=s0",
                  "TINE_SESSION_DIR=/state/s1"});
}

TEST_CASE("variables that only resemble those of a session stay") {
  const Variables inherited{"TINE_LOG=debug", "TINE_DEPTH_LIMIT=1", "tine_depth=1", "TINE=1", ""};
  auto made = child_environment(inherited, identity());
  made.resize(inherited.size());
  CHECK(made == inherited);
}

TEST_CASE("a session without a parent has no variable for it, not even an inherited one") {
  ChildIdentity orphan = identity();
  orphan.parent_session.clear();
  for (const std::string& entry : child_environment({"TINE_PARENT_SESSION=x"}, orphan))
    CHECK(entry.find("TINE_PARENT_SESSION") == std::string::npos);
}

TEST_CASE("what our sessions start is one deeper than we are") {
  CHECK(depth_below(Nested(std::nullopt), 0) == 1);
  CHECK(depth_below(Nested("0"), 0) == 1);
  CHECK(depth_below(Nested("1"), 3) == 2);
  CHECK(depth_below(Nested("2"), 3) == 3);
  CHECK(depth_below(Nested("3"), 3) == 4);
}

TEST_CASE("deeper than the limit nothing is started, and both numbers are told") {
  CHECK(refusal("4", 3).message == "TINE_DEPTH is 4, and max_depth 3");
  CHECK(refusal("1", 0).message == "TINE_DEPTH is 1, and max_depth 0");
}

TEST_CASE("a depth that is not a number is too deep") {
  const std::string text = GENERATE("", " 1", "1 ", "+1", "-1", "1.0", "0x1", "one", "1\n");
  CHECK(refusal(text, 3).message == "TINE_DEPTH is not a number");
}

TEST_CASE("a depth has so many digits and no more") {
  constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
  CHECK(depth_below(Nested(std::string(executor::limits::depth_digits - 1, '9')), any) ==
        100'000'000);
  CHECK(depth_below(Nested(std::string(executor::limits::depth_digits, '9')), any) ==
        1'000'000'000);
  CHECK(refusal(std::string(executor::limits::depth_digits + 1, '9'), any).message ==
        "TINE_DEPTH is longer than any depth");
}
