// `tine acp`: serves ACP on stdin and stdout.

#include <memory>

#include "cli/serve.h"
#include "cli/verb.h"

namespace tine::cli {

const Verb acp_verb{
    .name = "acp",
    .help = "Serve ACP on stdin and stdout",
    .declare = [](Options& options) -> Run {
      const auto from_caller = std::make_shared<bool>(false);
      options.flag("--fork-from-caller", *from_caller,
                   "Begin the first session with what was said in the agent's session that started "
                   "tine");
      return [from_caller](Program& program) { return serve_stdin(program, *from_caller); };
    },
    .examples = "Editors run it: see docs/editors.md."};

}  // namespace tine::cli
