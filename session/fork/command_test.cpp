#include "session/fork/command.h"

#include "tests/catch.h"
#include "tests/doubles/scripted_backend.h"

using namespace tine;
using namespace tine::session;

namespace {

/// What a line asks for, in words.
std::string asked(std::string_view line, std::vector<v1::ContentBlock> attached = {}) {
  transport::Loop loop;
  Backends backends;
  backends.all.push_back(std::make_unique<ScriptedBackend>(loop));
  attached.insert(attached.begin(), v1::text_block(std::string(line)));
  const auto command = parse_fork_command(std::move(attached), backends);
  if (!command) return command.error().message;
  std::string out = command->is_question ? "plan" : "fork";
  if (command->wish.at.turn) out += " turn " + std::to_string(*command->wish.at.turn);
  if (command->wish.at.message_id) out += " message " + *command->wish.at.message_id;
  if (!command->wish.backend.empty()) out += " on " + command->wish.backend;
  if (!command->first_prompt.empty()) {
    out += " told \"" + command->first_prompt.front().text + "\"";
    if (command->first_prompt.size() > 1)
      out += " and " + std::to_string(command->first_prompt.size() - 1) + " more";
  }
  return out;
}

}  // namespace

TEST_CASE("fork command: alone, at a point, on a backend, and as a question") {
  CHECK(asked("/tine-fork") == "fork");
  CHECK(asked("/tine-fork   \n") == "fork");
  CHECK(asked("/tine-fork @3") == "fork turn 3");
  CHECK(asked("/tine-fork @0") == "fork turn 0");
  CHECK(asked("/tine-fork @turn-1-message-1") == "fork message turn-1-message-1");
  CHECK(asked("/tine-fork scripted") == "fork on scripted");
  CHECK(asked("/tine-fork @3 scripted") == "fork turn 3 on scripted");
  CHECK(asked("/tine-fork? scripted @3") == "plan turn 3 on scripted");
}

TEST_CASE("fork command: what stands behind is the fork's first prompt, as it was written") {
  CHECK(asked("/tine-fork try it with a queue") == "fork told \"try it with a queue\"");
  CHECK(asked("/tine-fork @3 scripted  try  it\n\n  and test \n") ==
        "fork turn 3 on scripted told \"try  it\n\n  and test\"");
  CHECK(asked("/tine-fork @3\nuse @2 and scripted") == "fork turn 3 told \"use @2 and scripted\"");
  CHECK(asked("/tine-fork @3 @file.txt is wrong") == "fork turn 3 told \"@file.txt is wrong\"");
  CHECK(asked("/tine-fork 修复登录") == "fork told \"修复登录\"");
  const auto attached = v1::text_block("a file");
  CHECK(asked("/tine-fork explain", {attached}) == "fork told \"explain\" and 1 more");
  CHECK(asked("/tine-fork", {attached}) == "fork");
  CHECK(asked("/tine-fork? try it") == "plan");
}

TEST_CASE("fork command: one word that is neither a point nor a backend is said") {
  const std::string rest =
      " is neither a point, such as @3, nor a backend (scripted). A first prompt for the fork has "
      "more than one word";
  CHECK(asked("/tine-fork claudee") == "\"claudee\"" + rest);
  CHECK(asked("/tine-fork @") == "\"@\"" + rest);
}
