#include "executor/caller/newest.h"

#include <filesystem>

#include "executor/caller/gemini.h"
#include "executor/child_environment.h"
#include "executor/claude/session_files.h"
#include "executor/codex/rollout.h"

namespace tine::executor {

Result<std::string> newest_session(CallingAgent agent, const std::vector<std::string>& environment,
                                   const std::string& cwd) {
  // As the agents write it down: without links.
  std::error_code fault;
  std::string here = std::filesystem::weakly_canonical(cwd, fault).string();
  if (fault) here = cwd;
  switch (agent) {
    case CallingAgent::claude:
      return claude::newest_conversation(claude::root_for(environment).value_or(""), here);
    case CallingAgent::codex:
      return codex::newest_thread(environment, here);
    case CallingAgent::gemini:
      return gemini::newest_session(variable_in(environment, "HOME"), here);
    case CallingAgent::opencode:
      break;
  }
  return fail(ErrorKind::unsupported,
              "OpenCode keeps its sessions in a database, which tine does not read");
}

}  // namespace tine::executor
