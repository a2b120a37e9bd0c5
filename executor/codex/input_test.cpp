#include "executor/codex/input.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::codex;
using Tree = nlohmann::json;

TEST_CASE("a turn names model and effort when they change, and its permissions always") {
  const std::string own_sandbox = R"({"type":"workspaceWrite","writableRoots":["/more"]})";
  const Choices known{
      .model = "a", .effort = "", .approval = "on-request", .sandbox = "workspace-write"};
  const auto turn = [&](const Choices& choices) {
    return Tree::parse(turn_params("T", {v1::text_block("hi")}, own_sandbox, choices, known));
  };
  CHECK(turn(known) == Tree{{"threadId", "T"},
                            {"input", {{{"type", "text"}, {"text", "hi"}}}},
                            {"approvalPolicy", "on-request"},
                            {"sandboxPolicy", Tree::parse(own_sandbox)}});
  Choices other = known;
  other.model = "b";
  other.effort = "low";
  other.sandbox = "read-only";
  const Tree changed = turn(other);
  CHECK(changed["model"] == "b");
  CHECK(changed["effort"] == "low");
  CHECK(changed["sandboxPolicy"] == Tree{{"type", "readOnly"}});
  other.sandbox = "danger-full-access";
  other.approval = "never";
  CHECK(turn(other)["sandboxPolicy"] == Tree{{"type", "dangerFullAccess"}});
  CHECK(turn(other)["approvalPolicy"] == "never");
}
