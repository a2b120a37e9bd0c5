// What a fork is made from: its parent, the point in it, the backends of both, and what stands for
// and against each way to make it.

#include <algorithm>
#include <chrono>

#include "session/fork/advice.h"
#include "session/fork/rights.h"
#include "session/fork/soft_context.h"
#include "session/git_head.h"
#include "session/project.h"
#include "session/record/past.h"
#include "session/service.h"
#include "session/settings.h"

namespace tine::session {
namespace {

bool lies_in(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || folder.ends_with('/') || path[folder.size()] == '/';
}

}  // namespace

/// What forks of the same parent at the same point have in common for the provider's cache.
WarmFirst::Past SessionService::past_of_fork(const ForkBasis& basis) {
  return {.backend = std::string(basis.to->name()),
          .parent = basis.parent->state().id,
          .seq = basis.seq};
}

transport::Task<Result<std::shared_ptr<Record>>> SessionService::record_of(std::string id) {
  if (const auto open = find(id)) {
    auto looked = co_await (*open)->refresh();
    if (!looked) co_return fail(std::move(looked.error()));
    co_return (*open)->record();
  }
  auto entry = library_.store.find_any(id);
  if (!entry) co_return fail(std::move(entry.error()));
  auto account = co_await archive_.load(std::move(*entry));
  if (!account) co_return fail(std::move(account.error()));
  co_return std::make_shared<Record>(library_, std::move(*account));
}

transport::Task<Result<std::uint64_t>> SessionService::fork_seq(
    std::shared_ptr<const History> history, ForkAt at) {
  const TurnMark* turn = nullptr;
  if (at.turn) {
    if (*at.turn == 0) co_return std::uint64_t{0};
    turn = history->turn_numbered(*at.turn);
  } else if (at.message_id) {
    const auto seq =
        co_await seq_of_message(library_.loop, library_.store, history, *at.message_id);
    if (!seq) co_return fail(seq.error());
    if (*seq > 0) turn = history->turn_that_holds(*seq);
  } else {
    turn = history->last_kept_turn();
    if (turn == nullptr) co_return std::uint64_t{0};
  }
  if (turn == nullptr) {
    const std::string where = "params._meta.tine.fork.at";
    co_return fail(
        Error(ErrorKind::invalid_params, "no completed turn of the session is meant at " + where)
            .at(where));
  }
  // What the provider has not kept (a command of ours, a prompt that never reached it) is not
  // forked either.
  const TurnMark* kept = history->kept_turn_until(turn->seq);
  co_return kept == nullptr ? 0 : kept->seq;
}

/// The state of a fork, but for its title.
Result<store::State> SessionService::fork_state(const v1::Workspace& workspace,
                                                const ForkBasis& basis, bool is_new_session) {
  store::State state = new_state(workspace);
  const store::State& from = basis.parent->state();
  state.backend = basis.to->name();
  if (is_new_session) {
    const auto choices = choose_(workspace.cwd, state.backend);
    if (!choices) return fail(choices.error());
    keep_chosen(settings_of(*choices), state);
  } else if (basis.to == basis.from) {
    state.mode = from.mode;
    state.options = from.options;
  } else {
    const auto choices = choose_(workspace.cwd, state.backend);
    if (!choices) return fail(choices.error());
    const auto most = basis.from->width_of(chosen(basis.from->settings(), from));
    const auto settings = narrowed(*basis.to, settings_of(*choices), most);
    if (!settings) return fail(settings.error());
    keep_chosen(*settings, state);
  }
  state.system_prompt = from.system_prompt;
  // Other tools than the parent's would lose what the provider's cache has of it.
  state.has_tools = from.has_tools;
  state.loads = from.loads;
  state.parent = from.id;
  state.depth = from.depth + 1;
  state.fork_seq = basis.seq;
  if (const TurnMark* point = basis.history->kept_turn_until(basis.seq)) {
    state.fork_turn = point->turn;
  }
  state.turns = state.fork_turn;
  // Where the repository stood then is known of the last turn alone.
  if (basis.seq == basis.history->cursor()) {
    state.git = from.git;
    state.drift = from.drift;
  }
  state.adopted = from.adopted;
  state.adopted_turn = from.adopted_turn;
  return state;
}

/// What stands against each way, and what is known of the provider's cache.
ForkFacts SessionService::fork_facts(const ForkBasis& basis, const v1::Workspace& workspace,
                                     std::string terminal_obstacle) const {
  const store::State& parent = basis.parent->state();
  const executor::Capabilities& can = basis.to->capabilities();
  const TurnMark* const turn = basis.history->kept_turn_until(basis.seq);
  ForkFacts facts;
  facts.soft_tokens = library_.policy.soft_tokens;

  std::string native;
  const std::string name(basis.to->name());
  const bool knows = provider_point(parent, *basis.history, basis.seq).has_value();
  const bool is_last = turn == basis.history->last_kept_turn();
  if (basis.to != basis.from) {
    native = "the parent is on another backend, " + std::string(basis.from->name());
  } else if (!can.native_fork) {
    native = name + " cannot branch a conversation";
  } else if (!is_last && !can.fork_at_turn) {
    native = name + " can only branch a conversation after its last turn";
  } else if (turn != nullptr && !knows) {
    native = "the provider has not been in the conversation at that point, it was only told of it";
  }
  if (!native.empty()) facts.obstacles[Strategy::native] = native;

  if (basis.to != basis.from || (terminal_obstacle.empty() && turn != nullptr && !knows)) {
    terminal_obstacle = native;
  } else if (!terminal_obstacle.empty()) {
    // That is the reason.
  } else if (turn == nullptr) {
    terminal_obstacle = "the parent has no turn yet: there is nothing to fork in a terminal";
  } else if (!is_last) {
    terminal_obstacle = name + " can only fork in a terminal after the last turn";
  }
  if (!parent.loads.empty())
    terminal_obstacle = "in a terminal " + name + " would load what the session leaves out";
  if (!terminal_obstacle.empty()) facts.obstacles[Strategy::pty] = terminal_obstacle;

  std::string soft;
  if (turn == nullptr) {
    soft = parent.adopted.empty() ? "there is nothing to carry: the parent has no turn yet"
                                  : "only the provider knows what the parent has adopted";
  } else if (!library_.policy.keep_text) {
    soft = "the transcript holds no text, as history = \"none\" is configured";
  }
  if (const auto refused = refusal_of_loads(parent.loads, *basis.to, backends_);
      soft.empty() && refused)
    soft = refused->message;
  if (!soft.empty()) facts.obstacles[Strategy::soft] = soft;

  if (turn != nullptr) {
    facts.prefix = turn->last_prompt;
    facts.answer = turn->last_answer;
  }
  facts.counts_writes = can.counts_cache_writes;
  facts.cache_step = can.cache_step;
  std::string model;
  std::optional<std::int64_t> seen = library_.warm_first.last_read(past_of_fork(basis));
  const auto told = parent.backends.find(parent.backend);
  if (told != parent.backends.end()) {
    seen = std::max(seen, wall_ms_of(told->second.updated));
    if (basis.to == basis.from) {
      model = told->second.model;
      facts.opening = told->second.opening;
      if (told->second.tokens.cache_write.value_or(0) > 0) facts.counts_writes = true;
    }
  }
  if (basis.to != basis.from) {
    const auto choices = choose_(workspace.cwd, name);
    if (choices) model = choices->model;
  }
  if (seen) facts.age_ms = std::max<std::int64_t>(0, library_.env.wall_ms() - *seen);
  facts.dollars = [model, lifetime = can.cache_lifetime, &prices = library_.prices](
                      const ForkCost& cost) { return dollars_for(cost, model, lifetime, prices); };
  facts.cache_lifetime_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(can.cache_lifetime).count();
  const auto open = find(parent.id);
  if (open && (*open)->workspace().mcp_servers != workspace.mcp_servers)
    facts.change = "it gets other MCP servers than its parent, so other tools";
  return facts;
}

/// What a soft fork would carry, made to know its cost, where the plan may turn on that and the
/// transcripts are short; elsewhere the most that it may have is told.
transport::Task<void> SessionService::weigh_summary(const ForkBasis& basis, ForkFacts& facts) {
  if (facts.obstacles.contains(Strategy::soft)) co_return;
  const bool is_native = !facts.obstacles.contains(Strategy::native);
  const bool is_soft_asked_for = basis.policy.strategy == Strategy::soft;
  if (is_native && !is_soft_asked_for && is_warm(facts).value_or(true)) co_return;
  std::int64_t bytes = 0;
  for (const History* each = basis.history.get(); each != nullptr; each = each->parent().get()) {
    if (!each->own().empty()) bytes += each->own().back().end;
  }
  if (bytes > limits::soft_estimate) co_return;
  const Span all{.since = 0, .until = basis.seq};
  auto summary = co_await soft_context(library_.loop, library_.store, library_.redactor,
                                       basis.history, all, library_.policy.soft_tokens);
  if (!summary) co_return;
  facts.soft_tokens = summary->tokens;
  facts.is_soft_exact = true;
  facts.said_bytes = summary->said_bytes;
  facts.tool_bytes = summary->tool_bytes;
}

/// What may speak against a fork that can be made.
void SessionService::look_around(const ForkBasis& basis, const v1::Workspace& workspace,
                                 ForkFacts& facts) const {
  const store::State& parent = basis.parent->state();
  const std::string project = kept_path(canonical(workspace.cwd), library_.redactor);
  if (!lies_in(project, parent.project) && !lies_in(parent.project, project)) {
    facts.other_project = parent.project;
  } else if (parent.git) {
    // What the parent has committed itself it knows of.
    facts.head_then = parent.git->after.empty() ? parent.git->commit : parent.git->after;
    facts.head_now = git_commit(workspace.cwd);
  }
  facts.stale_hours = library_.policy.stale_hours;
  if (const auto used = wall_ms_of(parent.accessed))
    facts.unused_ms = std::max<std::int64_t>(0, library_.env.wall_ms() - *used);
}

/// Gathers what a fork is made from, and plans it.
transport::Task<Result<SessionService::ForkBasis>> SessionService::fork_basis(
    std::string parent_id, const v1::Workspace& workspace, ForkWish wish) {
  auto found = co_await record_of(parent_id);
  if (!found) co_return fail(std::move(found.error()));
  ForkBasis basis;
  basis.parent = std::move(*found);
  basis.history = basis.parent->history();
  if (auto same = check_loading(wish.loading, basis.parent->state()); !same)
    co_return fail(std::move(same.error()));
  const auto from = backend_of(basis.parent->state());
  if (!from) co_return fail(from.error());
  basis.from = basis.to = *from;
  if (!wish.backend.empty()) {
    basis.to = backends_.named(wish.backend);
    if (basis.to == nullptr) {
      const std::string where = "params._meta.tine.fork.backend";
      co_return fail(
          Error(ErrorKind::invalid_params, "no backend of that name is configured at " + where)
              .at(where));
    }
  }
  const auto seq = co_await fork_seq(basis.history, std::move(wish.at));
  if (!seq) co_return fail(seq.error());
  basis.seq = *seq;
  basis.cancel = wish.cancel;
  basis.brief = std::move(wish.brief);
  basis.documents = std::move(wish.documents);
  basis.drift = std::move(wish.drift);
  basis.policy = library_.policy.fork;
  if (wish.strategy || wish.any_strategy) basis.policy.strategy = wish.strategy;
  if (wish.strict) basis.policy.strict = *wish.strict;
  std::string obstacle = co_await basis.to->terminal_obstacle(workspace);
  ForkFacts facts = fork_facts(basis, workspace, std::move(obstacle));
  co_await weigh_summary(basis, facts);
  look_around(basis, workspace, facts);
  basis.plan = plan_fork(facts, basis.policy);
  basis.plan.advice = advice_on(facts, basis.plan);
  if (facts.age_ms && facts.change.empty())
    basis.last_read = library_.env.wall_ms() - *facts.age_ms;
  // What the file of prices has against it is said once.
  if (const auto fault = library_.prices.take_fault()) library_.log.warning(fault->message);
  co_return basis;
}

transport::Task<Result<SessionService::Planned>> SessionService::plan_of_fork(
    std::string parent_id, v1::Workspace workspace, ForkWish wish) {
  auto basis = co_await fork_basis(parent_id, workspace, std::move(wish));
  if (!basis) co_return fail(as_seen_now(parent_id, std::move(basis.error())));
  co_return Planned{.backend = basis->to, .plan = std::move(basis->plan)};
}

}  // namespace tine::session
