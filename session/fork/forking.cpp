// Sessions that begin with the past of another conversation. Each is there first, with its lock and
// all that the redactor must know; then its conversation is made for it; then it is listed.

#include <algorithm>
#include <chrono>

#include "protocol/v1/build_update.h"
#include "session/fork/rights.h"
#include "session/project.h"
#include "session/record/data.h"
#include "session/record/past.h"
#include "session/service.h"
#include "session/settings.h"
#include "session/title.h"

namespace tine::session {
namespace {

ConversationHolder::Made adopted(executor::Executor& backend, executor::ConversationSpec spec,
                                 SessionService::Adoption what,
                                 std::shared_ptr<executor::ProviderPoint> from) {
  spec.adopted_cwd = std::move(what.cwd);
  auto made = co_await backend.adopt(std::move(spec), std::move(what.id));
  if (!made) co_return fail(std::move(made.error()));
  *from = std::move(made->from);
  co_return std::move(made->conversation);
}

constexpr const char* branched = "the provider branched the conversation";

/// Whether another way can help: not where a person must act, or the session is wanted no more.
bool may_step_down(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::auth_required:
    case ErrorKind::cancelled:
    case ErrorKind::queue_full:
    case ErrorKind::session_not_found:
    case ErrorKind::storage_failed:
    case ErrorKind::storage_full:
      return false;
    default:
      return true;
  }
}

}  // namespace

// --- what holds a parent
// ------------------------------------------------------------------------

/// A fork that has begun. As long as it is not placed its parent is not removed; as long as it is
/// there the provider does not forget the parent's conversation.
class SessionService::ForkUnderWay {
 public:
  ForkUnderWay(std::shared_ptr<ForksByParent> forks, std::string parent)
      : forks_(std::move(forks)), parent_(std::move(parent)) {
    Forks& mine = (*forks_)[parent_];
    ++mine.begun;
    ++mine.unplaced;
  }
  ForkUnderWay(const ForkUnderWay&) = delete;
  ForkUnderWay& operator=(const ForkUnderWay&) = delete;
  ~ForkUnderWay() {
    placed();
    const auto found = forks_->find(parent_);
    if (--found->second.begun > 0) return;
    const auto news = found->second.news;
    forks_->erase(found);
    if (news) news->set();
  }

  /// The store knows the child.
  void placed() {
    if (std::exchange(is_placed_, true)) return;
    Forks& mine = (*forks_)[parent_];
    --mine.unplaced;
    if (const auto news = std::exchange(mine.news, nullptr)) news->set();
  }

 private:
  std::shared_ptr<ForksByParent> forks_;  // a coroutine may outlive the service
  std::string parent_;
  bool is_placed_ = false;
};

/// Returns when something has become of a fork of the parent.
transport::Task<void> SessionService::fork_news(std::string parent) {
  std::shared_ptr<transport::Event>& waited_for = (*forks_)[parent].news;
  if (!waited_for) waited_for = std::make_shared<transport::Event>(library_.loop);
  const auto news = waited_for;
  co_await news->wait();
}

transport::Task<void> SessionService::forks_placed(std::string parent) {
  for (auto found = forks_->find(parent); found != forks_->end() && found->second.unplaced > 0;
       found = forks_->find(parent)) {
    co_await fork_news(parent);
  }
}

transport::Task<void> SessionService::forget_after_forks(store::State state) {
  while (forks_->contains(state.id)) co_await fork_news(state.id);
  forget_conversation(state);
}

// --- making one
// ---------------------------------------------------------------------------------

/// A session that is in the store and that nobody can find yet.
SessionService::Opened SessionService::place(executor::Executor& backend, store::State state,
                                             v1::Workspace workspace,
                                             std::shared_ptr<const History> parent) {
  auto record = begin(std::move(state), std::move(parent));
  if (!record) co_return fail(std::move(record.error()));
  const std::shared_ptr<Session> session = add(backend, *record, std::move(workspace));
  auto claimed = co_await (*record)->claim("the session is forked off");
  if (claimed) co_return session;
  co_await discard(session);
  co_return fail(std::move(claimed.error()));
}

/// Removes a session whole that did not come about.
transport::Task<void> SessionService::discard(std::shared_ptr<Session> session) {
  co_await session->close();
  session->record()->release();
  take_out(session);
  const auto removed = co_await library_.store.remove(session->id());
  if (!removed) library_.log.warning(removed.error().message);
}

/// Makes the conversation of a session that was placed.
transport::Task<Result<void>> SessionService::converse(std::shared_ptr<Session> session,
                                                       ConversationHolder::Begin begin) {
  const transport::CancelSource never;
  auto made = co_await session->conversation().make(std::move(begin), never);
  co_return made;
}

/// Writes down how the session came about, with which it is listed.
transport::Task<Result<SessionService::Forked>> SessionService::list_fork(
    std::shared_ptr<Session> session, ForkReport report, Record::Past past) {
  const std::shared_ptr<Record> record = session->record();
  if (const auto& conversation = session->conversation().get())
    past.conversation = conversation->provider_id();
  past.strategy = report.strategy;
  record->begin_with(std::move(past));
  record->add(record_type::fork, fork_data(report));
  // The parent may have got its title after the point at which they part.
  const std::string title = record->state().description;
  if (!title.empty()) record->update(v1::session_info(title, rfc3339(record->updated_ms())));
  auto written = co_await record->write();
  if (!written) {
    co_await discard(session);
    co_return fail(std::move(written.error()));
  }
  record->release();
  Forked forked;
  forked.session = std::move(session);
  forked.report = std::move(report);
  co_return forked;
}

transport::Task<Result<SessionService::Forked>> SessionService::adopt(v1::Workspace workspace,
                                                                      std::string backend,
                                                                      Adoption what) {
  // It would have to be kept as it is.
  if (!library_.redactor.find(what.id).empty())
    co_return fail(ErrorKind::invalid_params, "a secret is no id of a conversation");
  auto begins = beginning(workspace, backend);
  if (!begins) co_return fail(std::move(begins.error()));
  executor::Executor& executor = *begins->backend;
  begins->state.depth = 1;
  auto placed = co_await place(executor, std::move(begins->state), std::move(workspace), nullptr);
  if (!placed) co_return fail(std::move(placed.error()));

  const auto from = std::make_shared<executor::ProviderPoint>();
  ConversationHolder::Begin begin = [&executor, what = std::move(what),
                                     from](executor::ConversationSpec spec) {
    return adopted(executor, std::move(spec), what, from);
  };
  auto made = co_await converse(*placed, std::move(begin));
  if (!made) {
    co_await discard(*placed);
    co_return fail(std::move(made.error()));
  }

  ForkReport report;
  report.strategy = name_of(Strategy::native);
  report.adopted = from->conversation;
  report.depth = 1;
  report.attempts.push_back({.strategy = report.strategy, .worked = true, .reason = branched});
  Record::Past past;
  past.adopted = from->conversation;
  past.adopted_turn = from->turn;
  co_return co_await list_fork(*placed, std::move(report), std::move(past));
}

// --- forks
// -----------------------------------------------------------------------------------------

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
                                                const ForkBasis& basis) {
  store::State state = new_state(workspace);
  const store::State& from = basis.parent->state();
  state.backend = basis.to->name();
  if (basis.to == basis.from) {
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
  state.parent = from.id;
  state.depth = from.depth + 1;
  state.fork_seq = basis.seq;
  if (const TurnMark* point = basis.history->kept_turn_until(basis.seq)) {
    state.fork_turn = point->turn;
    state.expected_cache_read = point->last_prompt;
  }
  state.turns = state.fork_turn;
  state.adopted = from.adopted;
  state.adopted_turn = from.adopted_turn;
  return state;
}

/// What stands against each way, and what is known of the provider's cache.
ForkFacts SessionService::fork_facts(const ForkBasis& basis, const v1::Workspace& workspace) const {
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

  facts.obstacles[Strategy::pty] = "tine knows no way to fork " + name + " in a terminal";

  std::string soft;
  if (turn == nullptr) {
    soft = parent.adopted.empty() ? "there is nothing to carry: the parent has no turn yet"
                                  : "only the provider knows what the parent has adopted";
  } else if (!library_.policy.keep_text) {
    soft = "the transcript holds no text, as history = \"none\" is configured";
  }
  if (!soft.empty()) facts.obstacles[Strategy::soft] = soft;

  if (turn != nullptr) facts.prefix = turn->last_prompt;
  const auto told = parent.backends.find(parent.backend);
  if (told != parent.backends.end()) {
    if (const auto seen = wall_ms_of(told->second.updated))
      facts.age_ms = std::max<std::int64_t>(0, library_.env.wall_ms() - *seen);
  }
  facts.cache_lifetime_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(can.cache_lifetime).count();
  const auto open = find(parent.id);
  if (open && (*open)->workspace().mcp_servers != workspace.mcp_servers)
    facts.change = "it gets other MCP servers than its parent, so other tools";
  return facts;
}

/// Gathers what a fork is made from, and plans it.
transport::Task<Result<SessionService::ForkBasis>> SessionService::fork_basis(
    std::string parent_id, const v1::Workspace& workspace, ForkWish wish) {
  auto found = co_await record_of(parent_id);
  if (!found) co_return fail(std::move(found.error()));
  ForkBasis basis;
  basis.parent = std::move(*found);
  basis.history = basis.parent->history();
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
  basis.policy = library_.policy.fork;
  if (wish.strategy || wish.any_strategy) basis.policy.strategy = wish.strategy;
  if (wish.strict) basis.policy.strict = *wish.strict;
  basis.plan = plan_fork(fork_facts(basis, workspace), basis.policy);
  co_return basis;
}

transport::Task<Result<SessionService::Planned>> SessionService::plan_of_fork(
    std::string parent_id, v1::Workspace workspace, ForkWish wish) {
  auto basis = co_await fork_basis(parent_id, workspace, std::move(wish));
  if (!basis) co_return fail(as_seen_now(parent_id, std::move(basis.error())));
  co_return Planned{.backend = basis->to, .plan = std::move(basis->plan)};
}

/// The provider branches the conversation. Gives what there is to say of it.
transport::Task<Result<std::string>> SessionService::fork_native(std::shared_ptr<Session> session,
                                                                 const ForkBasis& basis) {
  const store::State& parent = basis.parent->state();
  const auto point = provider_point(parent, *basis.history, basis.seq);
  if (!point) co_return std::string("the parent has no turn yet: a new conversation is the same");
  executor::Executor& executor = *basis.to;
  const executor::ProviderPoint origin = origin_of(parent, *basis.history, basis.seq);
  ConversationHolder::Begin begin = [&executor, origin,
                                     at = *point](executor::ConversationSpec spec) {
    spec.origin = origin;
    return executor.fork(std::move(spec), at);
  };
  transport::Loop& loop = library_.loop;
  const auto over = std::make_shared<transport::Event>(loop);
  const auto made = std::make_shared<Result<void>>();
  loop.spawn([](ConversationHolder::Begin how, std::shared_ptr<Session> of,
                std::shared_ptr<Result<void>> outcome,
                std::shared_ptr<transport::Event> set) -> transport::Task<void> {
    auto done = co_await converse(of, std::move(how));
    *outcome = std::move(done);
    set->set();
  }(std::move(begin), session, made, over));
  const bool ended = co_await over->wait_for(limits::fork_patience);
  if (!ended) {
    session->conversation().let_go();
    co_return fail(ErrorKind::timeout, "the provider has not branched the conversation within " +
                                           std::to_string(limits::fork_patience.count() / 1000) +
                                           " seconds");
  }
  if (!*made) co_return fail(std::move(made->error()));
  const auto& conversation = session->conversation().get();
  // It would write into its parent's conversation.
  if (conversation && conversation->provider_id() == point->conversation) {
    session->conversation().let_go();
    co_return fail(ErrorKind::backend_failed, "the provider gave the parent's own conversation");
  }
  co_return std::string(branched);
}

/// Nothing is made yet: the first prompt brings the past along.
transport::Task<Result<std::string>> SessionService::fork_softly(std::shared_ptr<Session> session) {
  session->conversation().let_go();
  co_return "the first prompt tells a new conversation what the transcript says, in at most " +
      std::to_string(library_.policy.soft_tokens) + " tokens";
}

/// Tries what is planned, one after the other, and notes each attempt.
transport::Task<Result<void>> SessionService::walk(std::shared_ptr<Session> session,
                                                   const ForkBasis& basis, ForkReport& report) {
  std::optional<Error> first;
  for (const ForkCandidate& each : basis.plan.candidates) {
    ForkReport::Attempt attempt{
        .strategy = std::string(name_of(each.strategy)), .worked = false, .reason = each.obstacle};
    if (each.obstacle.empty()) {
      const auto begin = std::chrono::steady_clock::now();
      Result<std::string> made;
      if (each.strategy == Strategy::native) {
        made = co_await fork_native(session, basis);
      } else {
        made = co_await fork_softly(session);
      }
      attempt.ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::steady_clock::now() - begin)
                       .count();
      attempt.worked = made.has_value();
      attempt.reason = made ? std::move(*made) : made.error().message;
      if (made) {
        report.strategy = attempt.strategy;
        report.expected = each.cost;
        if (each.strategy == Strategy::soft) report.expected_cache_read.reset();
        report.attempts.push_back(std::move(attempt));
        co_return Result<void>();
      }
      if (!first) first = std::move(made.error());
      if (!may_step_down(first->kind)) break;
    }
    report.attempts.push_back(std::move(attempt));
  }
  co_return fail(std::move(*first));
}

transport::Task<Result<SessionService::Forked>> SessionService::fork(std::string parent_id,
                                                                     v1::Workspace workspace,
                                                                     ForkWish wish) {
  if (auto good = check(workspace); !good) co_return fail(std::move(good.error()));
  if (auto good = may_serve(); !good) co_return fail(std::move(good.error()));
  // A removal that came first ends first.
  co_await removal_over(parent_id);
  ForkUnderWay under_way(forks_, parent_id);
  auto basis = co_await fork_basis(parent_id, workspace, std::move(wish));
  if (!basis) co_return fail(as_seen_now(parent_id, std::move(basis.error())));
  const std::shared_ptr<Record> parent = basis->parent;
  if (basis->plan.first_usable() == nullptr) {
    co_return fail(
        Error(ErrorKind::unsupported,
              "the session cannot be forked so: " + obstacles_in(basis->plan))
            .with_hint(basis->policy.strict ? "Leave strict out to have another way tried." : ""));
  }
  // The fork refers to what its parent has on disk, not to what waits for its write.
  auto kept = co_await parent->keep(basis->seq);
  if (!kept) co_return fail(as_seen_now(parent_id, std::move(kept.error())));
  if (auto same = take_system_prompt(workspace, parent->state()); !same)
    co_return fail(std::move(same.error()));

  std::vector<std::string> siblings = co_await library_.store.titles_of_forks(parent_id);
  // Those that are being made at this moment as well.
  for (const auto& [id, open] : sessions_) {
    if (open->state().parent == parent_id) siblings.push_back(open->state().description);
  }
  auto state = fork_state(workspace, *basis);
  if (!state) co_return fail(std::move(state.error()));
  state->description = fork_title(parent->state().description, siblings);
  ForkReport report;
  report.parent = state->parent;
  report.at = basis->seq;
  report.turn = state->fork_turn;
  report.depth = state->depth;
  report.warm = basis->plan.warm;
  report.expected_cache_read = state->expected_cache_read;
  Record::Past past;
  past.adopted = state->adopted;
  past.adopted_turn = state->adopted_turn;
  auto placed = co_await place(*basis->to, std::move(*state), std::move(workspace), basis->history);
  if (!placed) co_return fail(as_seen_now(parent_id, std::move(placed.error())));
  under_way.placed();
  // Another process may have removed the parent just before it could see the child.
  auto still = library_.store.find_any(parent_id);
  Result<void> walked;
  if (still) {
    walked = co_await walk(*placed, *basis, report);
  } else {
    walked = fail(std::move(still.error()));
  }
  if (!walked) {
    co_await discard(*placed);
    co_return fail(std::move(walked.error()));
  }
  co_return co_await list_fork(*placed, std::move(report), std::move(past));
}

}  // namespace tine::session
