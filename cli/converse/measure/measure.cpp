#include "cli/converse/measure/measure.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/visible.h"
#include "cli/config/nearest.h"
#include "cli/converse/keyboard.h"
#include "cli/converse/measure/backend_run.h"
#include "cli/converse/measure/figures.h"
#include "cli/converse/measure/spending.h"
#include "cli/converse/silence.h"
#include "cli/exit_code.h"
#include "cli/mirror.h"
#include "cli/print.h"
#include "cli/working_directory.h"
#include "session/store/store.h"

namespace tine::cli {
namespace {

using Backends = std::vector<executor::Executor*>;

Result<Backends> backends_of(const World& world, const Measure& wish) {
  if (wish.backends.empty()) return Backends{world.backends.preferred};
  Backends out;
  std::vector<std::string_view> names;
  names.reserve(world.backends.all.size());
  for (const auto& each : world.backends.all) names.push_back(each->name());
  for (const std::string& name : wish.backends) {
    executor::Executor* const found = world.backends.named(name);
    if (found == nullptr) {
      return fail(Error(ErrorKind::invalid_params,
                        "there is no backend " + visible_line(name) + suggestion(name, names))
                      .with_hint("`tine doctor` lists the backends."));
    }
    if (std::find(out.begin(), out.end(), found) == out.end()) out.push_back(found);
  }
  return out;
}

/// Says what will be spent, and asks whether it may be. Where no model is asked there is nothing to
/// ask.
transport::Task<bool> may_spend(World& world, const Measure& wish, Backends backends,
                                transport::CancelSource shutdown) {
  std::string text;
  for (const executor::Executor* each : backends) {
    if (!each->capabilities().needs_login) continue;
    Result<std::string> root = session::store::default_root(world.env);
    std::string name(each->name());
    auto basis = co_await spending_basis(world, std::move(root), std::move(name));
    basis.past = static_cast<std::uint64_t>(wish.past);
    basis.soft = world.policy.soft_tokens;
    basis.times = static_cast<std::uint64_t>(wish.times);
    basis.waits = wish.wait > 0;
    if (!wish.model.empty()) basis.model = wish.model;
    const Spending spending = spending_of(basis, each->capabilities(), world.prices);
    text += spending_text(std::string(each->name()), basis, spending);
  }
  if (text.empty()) co_return true;
  print_to_stderr(text);
  if (wish.yes) co_return true;
  if (!Keyboard::is_there()) {
    co_return false;
  }
  print_to_stderr("Spend that? [y/N] ");
  Keyboard keyboard(world.loop);
  const auto line = co_await keyboard.line(std::move(shutdown));
  co_return line && (*line == "y" || *line == "Y" || *line == "yes");
}

/// What the backend keeps is not in the hands of this program.
void tell_of_leftovers(const executor::Executor& backend, std::uint64_t conversations) {
  if (!backend.capabilities().needs_login || conversations == 0) return;
  const std::string kind(backend.kind());
  print_to_stderr("tine keeps none of its sessions. " + visible_line(backend.name()) +
                  " may keep files of its own of the " + std::to_string(conversations) +
                  " conversations that it was asked for" +
                  (kind == "codex"    ? ", in sessions/ and archived_sessions/ of CODEX_HOME"
                   : kind == "claude" ? ", in projects/ of CLAUDE_CONFIG_DIR"
                                      : "") +
                  ".\n");
}

transport::Task<int> measure_all(World& world, LocalAgent& agent, const Measure& wish,
                                 Backends backends, bool json, std::string cwd,
                                 transport::CancelSource shutdown) {
  const auto ready = co_await agent.meet();
  if (!ready) co_return failed(ready.error());
  int code = exit_code::good;
  json::Document all = json::Document::array();
  for (const executor::Executor* each : backends) {
    if (shutdown.cancelled()) break;
    BackendRun run(world, agent, wish, cwd, shutdown);
    const Figures figures = co_await run.measure(*each);
    if (json) {
      all.push_back(figures_document(figures));
    } else {
      print((each == backends.front() ? "" : "\n") + figures_text(figures));
    }
    tell_of_leftovers(*each, run.conversations());
    if (!figures.fault) continue;
    const int fault = failed(*figures.fault);
    if (code == exit_code::good) code = fault;
  }
  if (json) {
    json::Document out;
    out["past"] = wish.past;
    out["times"] = wish.times;
    out["wait"] = wish.wait;
    out["backends"] = std::move(all);
    print(json::text_of(out) + "\n");
  }
  co_return code;
}

transport::Task<int> measure(World& world, const Measure& wish, const Common& common,
                             std::string cwd, transport::CancelSource shutdown) {
  const auto backends = backends_of(world, wish);
  if (!backends) co_return misused(backends.error());
  const bool may = co_await may_spend(world, wish, *backends, shutdown);
  if (!may && !Keyboard::is_there()) {
    co_return misused(
        Error(ErrorKind::invalid_params, "there is no terminal to ask on whether to spend that")
            .with_hint("--yes spends it without a question."));
  }
  if (!may) {
    print_to_stderr("Nothing was spent.\n");
    co_return exit_code::failed;
  }
  // Each session is to be what it was asked to be, and to cost what it costs itself.
  world.policy.failover = {};
  world.policy.drift = session::DriftRule::off;
  world.policy.model_writes_summary = false;
  world.policy.begins_from_seed = false;
  auto mirror = open_mirror(world.loop, common.mirror, world.redactor, world.log);
  if (!mirror) co_return failed(mirror.error());
  Silence silence;
  LocalAgent agent(world, silence, std::move(*mirror));
  const int code =
      co_await measure_all(world, agent, wish, *backends, common.json, std::move(cwd), shutdown);
  co_await agent.leave();
  co_return code;
}

}  // namespace

int run_measure(Program& program, Measure wish) {
  auto cwd = working_directory(wish.cwd);
  if (!cwd) return failed(cwd.error());
  if (auto made = program.keep_nothing(); !made) return failed(made.error());
  return program.run([&](World& world, transport::CancelSource shutdown) {
    return measure(world, wish, program.common, *cwd, std::move(shutdown));
  });
}

}  // namespace tine::cli
