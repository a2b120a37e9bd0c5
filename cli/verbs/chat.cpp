// `tine chat`: a conversation in the terminal.

#include "cli/converse/chat.h"

#include <memory>

#include "cli/verb.h"

namespace tine::cli {

const Verb chat_verb{.name = "chat",
                     .help = "Converse in the terminal, in a new session or in one that is chosen",
                     .declare = [](Options& options) -> Run {
                       struct Asked {
                         Errand errand;
                         std::string id;
                       };
                       const auto asked = std::make_shared<Asked>();
                       options.optional("id", asked->id, "ID", Options::session);
                       add_opening_options(options, asked->errand);
                       add_rule_options(options, asked->errand.turn);
                       add_raw_option(options, asked->errand.turn);
                       return [asked](Program& program) {
                         Errand errand = asked->errand;
                         if (!asked->id.empty() && !errand.session.id.empty()) {
                           return misused(Error(ErrorKind::invalid_params,
                                                "a session and --session exclude each other")
                                              .with_hint("Choose one session."));
                         }
                         if (!asked->id.empty()) errand.session.id = asked->id;
                         return run_chat(program, std::move(errand));
                       };
                     },
                     .examples =
                         "Examples:\n"
                         "  tine chat\n"
                         "  tine chat --last\n"
                         "  tine chat 01JH4Q --mode read-only\n"
                         "  tine chat --fork-from 01JH4Q@3"};

}  // namespace tine::cli
