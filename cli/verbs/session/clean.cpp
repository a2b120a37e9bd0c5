// `tine session clean`.

#include <algorithm>
#include <memory>

#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/forget_words.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "session/retention.h"

namespace tine::cli {
namespace {

/// The most days that can be asked for: a hundred years.
constexpr std::int64_t most_days = 36'500;

struct CleanAsked {
  std::int64_t days = 0;  ///< 0: as it is configured
  bool dry_run = false;
  std::string backends;
};

/// Leaves in the plan the families of which every session is one of these backends'.
transport::Task<void> narrow(World& world, std::vector<std::string> backends,
                             session::RetentionPlan& plan) {
  std::vector<session::Removal> left;
  for (session::Removal& each : plan.removals) {
    bool all = true;
    for (const auto& member : each.family.members) {
      const auto state = world.store.read_state(member);
      all = all && state &&
            std::find(backends.begin(), backends.end(), state->backend) != backends.end();
    }
    co_await transport::yield(world.loop);
    if (all) {
      left.push_back(std::move(each));
    } else {
      plan.bytes -= each.family.bytes;
      plan.kept_bytes += each.family.bytes;
    }
  }
  plan.removals = std::move(left);
}

transport::Task<int> clean_sessions(World& world, CleanAsked asked,
                                    transport::CancelSource shutdown) {
  session::RetentionLimits bounds = session::limits_of(world.policy);
  if (asked.days > 0) bounds = {.days = asked.days, .total_bytes = 0};
  session::Retention retention(world.service);
  auto plan = co_await retention.plan(bounds, shutdown);
  if (!plan) co_return failed(plan.error());
  if (!asked.backends.empty()) co_await narrow(world, parts_of(asked.backends), *plan);
  if (asked.dry_run) {
    print(plan_text(*plan));
    co_return exit_code::good;
  }
  const auto outcome = co_await retention.carry_out(std::move(*plan), shutdown);
  if (!outcome) co_return failed(outcome.error());
  co_await forget_words(world);
  std::string text =
      "removed " + counted(outcome->sessions, "session") + ", " + size_text(outcome->bytes) + "\n";
  for (const session::Family& each : outcome->spared)
    text += "in use now, and kept: " + each.members.back().id + " and what was forked from it\n";
  print(text);
  co_return exit_code::good;
}

}  // namespace

const Verb session_clean_verb{
    .name = "clean",
    .help = "Remove old sessions",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<CleanAsked>();
      options
          .value("--days", asked->days, most_days, "N",
                 "Remove sessions that were not used for N days (default: the configured limits)")
          .value("--backend", asked->backends, "NAME[,NAME]",
                 "With --days: only sessions of these backends, by whole families")
          .needs("--days")
          .flag("--dry-run", asked->dry_run, "Only show what would be removed");
      return [asked](Program& program) {
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return clean_sessions(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples =
        "Examples:\n"
        "  tine session clean --days 30 --dry-run\n"
        "  tine session clean --days 7 --backend rehearsal"};

}  // namespace tine::cli
