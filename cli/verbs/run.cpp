// `tine run`: one prompt, in a new session or in one that is chosen.

#include <memory>

#include "cli/converse/errand.h"
#include "cli/verb.h"

namespace tine::cli {

const Verb run_verb{
    .name = "run",
    .help = "Run one prompt and print the answer",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<Errand>();
      options.optional("prompt", asked->turn.prompt, "PROMPT", "The prompt; - reads it from stdin");
      add_opening_options(options, *asked);
      add_turn_options(options, asked->turn);
      add_prompt_id(options, asked->turn);
      return [asked](Program& program) { return run_errand(program, *asked); };
    },
    .examples =
        "Examples:\n"
        "  tine run \"What is this project?\"\n"
        "  git diff | tine run --json - | jq -r .output\n"
        "  tine run --mode read-only --timeout 300 \"Review the last commit\"\n"
        "  tine run --fork-from 01JH4Q@3 \"Try it with a queue instead\"\n"
        "  tine run --allow 'execute:git *' --allow 'edit:src/*' \"Fix the build\""};

}  // namespace tine::cli
