#include "executor/claude/caller.h"

#include <map>

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::claude;

namespace {

constexpr const char* first = "591c8ef2-73f9-4b5b-9f9f-9d5b05babeea";
constexpr const char* second = "AAAAAAAA-1111-4111-8111-111111111111";

class Variables final : public Env {
 public:
  explicit Variables(std::map<std::string, std::string, std::less<>> values)
      : values_(std::move(values)) {}
  std::int64_t wall_ms() override { return 0; }
  void random(std::span<std::uint8_t>) override {}
  std::optional<std::string> variable(std::string_view name) const override {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace

TEST_CASE("a UUID has its digits and its strokes, and nothing beside them") {
  CHECK(is_uuid(first));
  CHECK(is_uuid(second));
  const std::string good = first;
  CHECK_FALSE(is_uuid(""));
  CHECK_FALSE(is_uuid(good + "0"));
  CHECK_FALSE(is_uuid(good.substr(1)));
  CHECK_FALSE(is_uuid("591c8ef2-73f9-4b5b-9f9f-9d5b05babeeg"));
  CHECK_FALSE(is_uuid("591c8ef2073f9-4b5b-9f9f-9d5b05babeea"));
  CHECK_FALSE(is_uuid("../c8ef2-73f9-4b5b-9f9f-9d5b05babeea"));
}

TEST_CASE("the caller is the session that the environment names") {
  CHECK(caller_of(Variables({{"CLAUDE_CODE_SESSION_ID", first}, {"CLAUDE_SESSION_ID", second}})) ==
        first);
  CHECK(caller_of(Variables({{"CLAUDE_SESSION_ID", second}})) == second);
  CHECK(caller_of(Variables({{"CLAUDE_CODE_SESSION_ID", "x"}, {"CLAUDE_SESSION_ID", second}})) ==
        second);
  CHECK_FALSE(caller_of(Variables({{"CLAUDE_CODE_SESSION_ID", "../../x"}})));
  CHECK_FALSE(caller_of(Variables({{"CLAUDECODE", "1"}})));
}

TEST_CASE("what is started is not told of the caller, but of how to reach the provider") {
  CHECK(stripped({"PATH=/bin", "CLAUDECODE=1", "CLAUDE_CODE_SESSION_ID=x", "CLAUDE_SESSION_ID=x",
                  "CLAUDE_CODE_CHILD_SESSION=1", "CLAUDE_CODE_CHILD_NOTES_DIR=/x", "CLAUDE_PID=1",
                  "CLAUDE_EFFORT=low", "CLAUDE_CODE_ENTRYPOINT=cli",
                  "CLAUDE_CODE_SESSION_ATTENDED=1", "CLAUDE_CODE_MESSAGING_SOCKET=/x",
                  "CLAUDE_CODE_MESSAGING_TOKEN=x", "CLAUDE_CONFIG_DIR=/c", "ANTHROPIC_API_KEY=k",
                  "CLAUDE_CODE_MAX_RETRIES=2", "CLAUDECODE_OTHER=1"}) ==
        std::vector<std::string>{"PATH=/bin", "CLAUDE_CONFIG_DIR=/c", "ANTHROPIC_API_KEY=k",
                                 "CLAUDE_CODE_MAX_RETRIES=2", "CLAUDECODE_OTHER=1"});
}
