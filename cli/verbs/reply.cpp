// `tine reply`: one more prompt in a session that is there. Only the prompt is sent.

#include "cli/converse/errand.h"
#include "cli/verb.h"

namespace tine::cli {
namespace {

/// With --last the one argument is the prompt.
Result<void> settle(bool is_last, const std::string& first, const std::string& second,
                    Errand& errand) {
  if (is_last && !second.empty()) {
    return fail(Error(ErrorKind::invalid_params, "a session and --last exclude each other")
                    .with_hint("Name the session, or give --last and the prompt alone."));
  }
  errand.session.last = is_last;
  if (!is_last) errand.session.id = first;
  errand.turn.prompt = is_last ? first : second;
  if (!is_last && first.empty()) {
    return fail(Error(ErrorKind::invalid_params, "no session is named")
                    .with_hint("tine reply ID \"…\", or tine reply --last \"…\"."));
  }
  return {};
}

}  // namespace

const Verb reply_verb{
    .name = "reply",
    .help = "Send one more prompt to a session, and print the answer",
    .declare = [](Options& options) -> Run {
      struct Asked {
        Errand errand;
        bool last = false;
        std::string first;
        std::string second;
      };
      const auto asked = std::make_shared<Asked>();
      options.optional("id", asked->first, "ID", Options::session)
          .optional("prompt", asked->second, "PROMPT", "The prompt; - reads it from stdin")
          .flag("--last", asked->last, "Go on in the session of this project that was used last");
      add_turn_options(options, asked->errand.turn);
      return [asked](Program& program) {
        Errand errand = asked->errand;
        auto good = settle(asked->last, asked->first, asked->second, errand);
        if (!good) return misused(good.error());
        return run_errand(program, std::move(errand));
      };
    },
    .examples =
        "Examples:\n"
        "  tine reply 01JH4Q \"What edge cases are there?\"\n"
        "  tine reply --last \"Now write the test\""};

}  // namespace tine::cli
