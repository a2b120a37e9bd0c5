// `tine measure`: what ways to ask cost, measured on the backends themselves.

#include "cli/converse/measure/measure.h"

#include <memory>

#include "cli/limits.h"
#include "cli/verb.h"
#include "cli/verbs/session/words.h"

namespace tine::cli {
namespace {

constexpr std::int64_t usual_past = 4000;

struct MeasureAsked {
  Measure wish;
  std::string backends;
};

}  // namespace

const Verb measure_verb{
    .name = "measure",
    .help = "Measure what new sessions, replies and forks cost on a backend",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<MeasureAsked>();
      asked->wish.past = usual_past;
      options
          .value("--backend", asked->backends, "NAME[,NAME]",
                 "The backends to measure (default: the configured one)")
          .value("--times", asked->wish.times, limits::measure_times, "N",
                 "Measure each way N times, and show the medians (default: 1)")
          .value("--past", asked->wish.past, limits::measure_past, "TOKENS",
                 "The length of the list in the first prompt of a session (default: 4000)")
          .value("--wait", asked->wish.wait, limits::measure_wait, "SECONDS",
                 "Wait for the provider's cache to expire, and measure a native fork then")
          .value("--model", asked->wish.model, "MODEL", "One of the models that the backend offers")
          .value("--cwd", asked->wish.cwd, "DIR",
                 "The working directory (default: the current one)")
          .flag("--yes", asked->wish.yes, "Spend the tokens without a question");
      return [asked](Program& program) {
        asked->wish.backends = parts_of(asked->backends);
        return run_measure(program, asked->wish);
      };
    },
    .examples =
        "Examples:\n"
        "  tine measure --backend rehearsal\n"
        "  tine measure --backend claude,codex --times 3\n"
        "  tine measure --backend codex --wait 600 --yes --json"};

}  // namespace tine::cli
