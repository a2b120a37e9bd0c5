#include "session/fork/command.h"

#include "tests/catch.h"
#include "tests/doubles/scripted_backend.h"

using namespace tine;
using namespace tine::session;

namespace {

/// What a line asks for, in words.
std::string asked(std::string_view line) {
  transport::Loop loop;
  Backends backends;
  backends.all.push_back(std::make_unique<ScriptedBackend>(loop));
  const auto command = parse_fork_command(line, backends);
  if (!command) return command.error().message;
  std::string out = command->is_question ? "plan" : "fork";
  if (command->wish.at.turn) out += " turn " + std::to_string(*command->wish.at.turn);
  if (command->wish.at.message_id) out += " message " + *command->wish.at.message_id;
  if (!command->wish.backend.empty()) out += " on " + command->wish.backend;
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

TEST_CASE("fork command: what is neither a point nor a backend is said") {
  CHECK(asked("/tine-fork claudee") ==
        "\"claudee\" is neither a point, such as @3, nor a backend (scripted)");
  CHECK(asked("/tine-fork @") == "\"@\" is neither a point, such as @3, nor a backend (scripted)");
}
