#include "cli/converse/errand.h"

#include <utility>

#include "cli/converse/opened.h"
#include "cli/exit_code.h"
#include "cli/mirror.h"
#include "cli/working_directory.h"

namespace tine::cli {
namespace {

/// The errand with what has been read for it.
struct ErrandPlan {
  Errand errand;
  std::string cwd;
  std::vector<v1::ContentBlock> prompt;
  std::vector<session::PermissionRule> rules;
  Form form = Form::text;
};

transport::Task<int> converse(World& world, LocalAgent& agent, Listener& listener, ErrandPlan plan,
                              transport::CancelSource shutdown) {
  const auto ready = co_await agent.meet();
  if (!ready) co_return failed(ready.error());
  auto opened =
      co_await open_session(world, agent, plan.errand.session, plan.cwd, plan.errand.fork);
  if (!opened) co_return failed(opened.error());
  const auto set = co_await set_up(world, agent, *opened, plan.errand.mode, plan.errand.model);
  if (!set) co_return failed(set.error());
  listener.permissions().work_in(opened->cwd);
  if (shutdown.cancelled()) co_return exit_code::cancelled;
  const TurnEnd end = co_await play_turn(world, agent, &listener, opened->id,
                                         std::move(plan.prompt), plan.errand.turn.timeout,
                                         std::move(shutdown), prompt_meta_of(plan.errand.turn));
  const TurnAccount account{
      .session = opened->id, .fork = opened->fork, .artifacts = artifacts_of(world, opened->id)};
  co_return tell_end(plan.form, account, listener, end);
}

transport::Task<int> run_prompt(World& world, ErrandPlan plan, const std::string& mirror_file,
                                transport::CancelSource shutdown) {
  auto mirror = open_mirror(world.loop, mirror_file, world.redactor, world.log);
  if (!mirror) co_return failed(mirror.error());
  Listener listener(
      world.loop, {.form = plan.form, .raw = plan.errand.turn.raw, .rules = plan.rules}, shutdown);
  LocalAgent agent(world, listener, std::move(*mirror));
  const int code = co_await converse(world, agent, listener, std::move(plan), std::move(shutdown));
  co_await agent.leave();
  co_return code;
}

}  // namespace

void add_opening_options(Options& options, Errand& errand) {
  options.value("--cwd", errand.cwd, "DIR", "The working directory (default: the current one)")
      .value("--mode", errand.mode, "MODE", mode_words)
      .value("--model", errand.model, "MODEL", "One of the models that the backend offers")
      .value("--strategy", errand.fork.strategy, "STRATEGY",
             "How to fork: auto, native, pty or soft (docs/forks.md)");
  add_session_options(options, errand.session);
}

int run_errand(Program& program, Errand errand) {
  if (auto good = errand.session.check(); !good) return misused(good.error());
  ErrandPlan plan;
  auto rules = rules_of(errand.turn);
  if (!rules) return misused(rules.error());
  plan.rules = std::move(*rules);
  auto prompt = prompt_of(errand.turn);
  if (!prompt) return misused(prompt.error());
  plan.prompt = std::move(*prompt);
  auto cwd = working_directory(errand.cwd);
  if (!cwd) return failed(cwd.error());
  plan.cwd = std::move(*cwd);
  plan.form = form_of(errand.turn, program.common);
  plan.errand = std::move(errand);
  plan.errand.session.narrowing = narrowing_of(plan.errand.turn);
  if (plan.errand.session.ephemeral) {
    if (auto made = program.keep_nothing(); !made) return failed(made.error());
  }
  return program.run([&plan, &program](World& world, transport::CancelSource shutdown) {
    return run_prompt(world, std::move(plan), program.common.mirror, std::move(shutdown));
  });
}

}  // namespace tine::cli
