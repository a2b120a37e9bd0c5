// `tine reply`: one more prompt in a session that is there. Only the prompt is sent.

#include <memory>

#include "cli/converse/errand.h"
#include "cli/verb.h"

namespace tine::cli {

const Verb reply_verb{.name = "reply",
                      .help = "Send one more prompt to a session, and print the answer",
                      .declare = [](Options& options) -> Run {
                        struct Asked {
                          Errand errand;
                          GoingOn in;
                        };
                        const auto asked = std::make_shared<Asked>();
                        add_going_on(options, asked->in, "The prompt; - reads it from stdin");
                        add_turn_options(options, asked->errand.turn);
                        add_prompt_id(options, asked->errand.turn);
                        return [asked](Program& program) {
                          Errand errand = asked->errand;
                          auto good = asked->in.settle(errand.session, errand.turn.prompt);
                          if (!good) return misused(good.error());
                          return run_errand(program, std::move(errand));
                        };
                      },
                      .examples =
                          "Examples:\n"
                          "  tine reply 01JH4Q \"What edge cases are there?\"\n"
                          "  tine reply --last \"Now write the test\""};

}  // namespace tine::cli
