// Sessions that begin with the past of another conversation. Each is there first, with its lock and
// all that the redactor must know; then its conversation is made for it; then it is listed.

#include "executor/caller/caller.h"
#include "executor/caller/newest.h"
#include "executor/caller/past.h"
#include "protocol/v1/build_update.h"
#include "session/fork/seed_text.h"
#include "session/limits.h"
#include "session/project.h"
#include "session/record/data.h"
#include "session/record/drift.h"
#include "session/record/past.h"
#include "session/service.h"
#include "session/title.h"
#include "transport/worker.h"

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

/// Writes down how the session came about, with which it is listed.
transport::Task<Result<SessionService::Forked>> SessionService::list_fork(
    std::shared_ptr<Session> session, ForkReport report, Record::Past past, Told told) {
  const std::shared_ptr<Record> record = session->record();
  if (const auto& conversation = session->conversation().get())
    past.conversation = conversation->provider_id();
  past.strategy = report.strategy;
  record->begin_with(std::move(past));
  record->add(record_type::fork, fork_data(report));
  for (const ToldRecord& each : told) record->add(each.type, each.data);
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

/// Where the agents that may have started this program keep their sessions.
std::vector<std::string> SessionService::places_of_callers() const {
  std::vector<std::string> places;
  for (const std::string name : {"HOME", "CLAUDE_CONFIG_DIR", "CODEX_HOME"}) {
    if (const auto value = library_.env.variable(name)) places.push_back(name + "=" + *value);
  }
  return places;
}

transport::Task<Result<std::optional<executor::Caller>>> SessionService::newest_caller(
    std::string kind, std::string cwd) {
  std::optional<executor::Caller> caller;
  if (library_.policy.caller_newest) caller = executor::caller_for(library_.env, kind);
  if (!caller || !caller->session.empty()) co_return std::nullopt;
  using Found = Result<std::string>;
  std::function<Found()> look = [agent = caller->agent, places = places_of_callers(),
                                 cwd = std::move(cwd)] {
    return executor::newest_session(agent, places, cwd);
  };
  auto found = co_await transport::made_beside(library_.loop, std::move(look));
  if (!found) co_return fail(std::move(found.error()));
  caller->session = std::move(*found);
  co_return caller;
}

/// What was said in the session of the calling agent, as the first prompt is to carry it.
transport::Task<Result<SessionService::Seed>> SessionService::seed_for(
    std::string kind, std::optional<executor::Caller> newest) {
  if (!library_.policy.keep_text) {
    co_return fail(ErrorKind::unsupported,
                   "nothing of it could be kept, as history = \"none\" is configured");
  }
  const auto caller = newest ? std::move(newest) : executor::caller_for(library_.env, kind);
  if (!caller) {
    const bool several = !executor::callers(library_.env).empty();
    co_return fail(ErrorKind::unsupported,
                   several ? "several agents have started each other, and none of them is " + kind
                           : "tine was not started within an agent that it knows");
  }
  using Past = Result<std::vector<executor::Said>>;
  std::function<Past()> read = [caller = *caller, environment = places_of_callers(),
                                bytes = library_.policy.seed_tokens * limits::soft_bytes] {
    return executor::past_of(caller, environment, bytes);
  };
  auto said = co_await transport::made_beside(library_.loop, std::move(read));
  if (!said) co_return fail(std::move(said.error()));
  Seed seed{.agent = std::string(executor::name_of(caller->agent)),
            .session = caller->session,
            .text = {}};
  std::string agent = seed.agent;
  auto text = co_await seed_text(library_.loop, library_.redactor, std::move(*said),
                                 std::move(agent), library_.policy.seed_tokens);
  if (text.empty()) co_return fail(ErrorKind::unsupported, "nothing was said there yet");
  seed.text = std::move(text);
  co_return seed;
}

/// Takes the past of a session that was placed: the provider branches it off, or the first prompt
/// carries what was said. Gives what is to be kept of it.
transport::Task<Result<SessionService::Taken>> SessionService::take_past(
    std::shared_ptr<Session> session, Adoption what, ForkReport& report) {
  executor::Executor& executor = session->executor();
  const bool is_caller = what.id.empty();
  std::optional<executor::Caller> newest;
  if (is_caller) {
    auto found = co_await newest_caller(std::string(executor.kind()), session->workspace().cwd);
    if (!found) co_return fail(std::move(found.error()));
    newest = std::move(*found);
    if (newest && executor::kind_of(newest->agent) == executor.kind()) what.id = newest->session;
  }
  const auto from = std::make_shared<executor::ProviderPoint>();
  ConversationHolder::Begin begin = [&executor, what = std::move(what),
                                     from](executor::ConversationSpec spec) {
    return adopted(executor, std::move(spec), what, from);
  };
  const transport::CancelSource never;
  auto made = co_await converse(session, std::move(begin), never);
  const auto note = [&report](Strategy strategy, bool worked, std::string reason) {
    report.attempts.push_back({.strategy = std::string(name_of(strategy)),
                               .worked = worked,
                               .reason = std::move(reason)});
    if (worked) report.strategy = name_of(strategy);
  };
  Taken taken;
  if (made) {
    note(Strategy::native, true, std::string(branched));
    report.adopted = taken.past.adopted = from->conversation;
    taken.past.adopted_turn = from->turn;
    co_return taken;
  }
  const ErrorKind kind = made.error().kind;
  const bool may_be_told = kind == ErrorKind::unsupported || kind == ErrorKind::invalid_params;
  if (!is_caller || !may_be_told) co_return fail(std::move(made.error()));
  note(Strategy::native, false, std::move(made.error().message));
  session->conversation().let_go();
  auto seed = co_await seed_for(std::string(executor.kind()), std::move(newest));
  if (!seed) co_return fail(std::move(seed.error()));
  note(Strategy::soft, true,
       "the first prompt carries what was said in the session of " + seed->agent + ", of at most " +
           std::to_string(library_.policy.seed_tokens) + " tokens");
  report.adopted = taken.past.adopted = seed->session;
  taken.told.push_back(
      {.type = record_type::seed, .data = seed_data(seed->agent, seed->session, seed->text)});
  co_return taken;
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
  const v1::Workspace same = workspace;
  auto placed = co_await place(executor, std::move(begins->state), std::move(workspace), nullptr);
  if (!placed) co_return fail(std::move(placed.error()));

  const bool is_caller = what.id.empty();
  ForkReport report;
  report.depth = 1;
  auto taken = co_await take_past(*placed, std::move(what), report);
  if (taken) {
    auto listed = co_await list_fork(*placed, std::move(report), std::move(taken->past),
                                     std::move(taken->told));
    co_return listed;
  }
  co_await discard(*placed);
  const bool is_without_past = is_caller && (taken.error().kind == ErrorKind::unsupported ||
                                             taken.error().kind == ErrorKind::session_not_found);
  if (!is_without_past) co_return fail(std::move(taken.error()));
  auto made = create(same, backend);
  if (!made) co_return fail(std::move(made.error()));
  Forked without;
  without.session = std::move(*made);
  without.warning = "The session begins without a past: " + taken.error().message + ".";
  library_.log.warning("session " + without.session->id() + ": " + without.warning);
  co_return without;
}

// --- forks
// -----------------------------------------------------------------------------------------

transport::Task<Result<SessionService::Forked>> SessionService::fork(std::string parent_id,
                                                                     v1::Workspace workspace,
                                                                     ForkWish wish) {
  if (auto good = check(workspace); !good) co_return fail(std::move(good.error()));
  if (auto good = may_serve(); !good) co_return fail(std::move(good.error()));
  // A removal that came first ends first.
  co_await removal_over(parent_id);
  ForkUnderWay under_way(forks_, parent_id);
  const bool is_new_session = wish.is_new_session;
  auto basis = co_await fork_basis(parent_id, workspace, std::move(wish));
  if (!basis) co_return fail(as_seen_now(parent_id, std::move(basis.error())));
  const std::shared_ptr<Record> parent = basis->parent;
  if (basis->plan.first_usable() == nullptr) {
    co_return fail(
        Error(ErrorKind::unsupported,
              "the session cannot be forked so: " + obstacles_in(basis->plan))
            .with_hint(basis->policy.strict ? "Leave strict out to have another way tried." : ""));
  }
  // Who names a way has decided.
  if (basis->policy.strict && !basis->policy.strategy && !basis->plan.advice.empty()) {
    co_return fail(
        Error(ErrorKind::unsupported, "the fork is advised against: " + basis->plan.advice.front())
            .with_hint("Leave strict out to fork all the same."));
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
  auto state = fork_state(workspace, *basis, is_new_session);
  if (!state) co_return fail(std::move(state.error()));
  if (!is_new_session) state->description = fork_title(parent->state().description, siblings);
  // Whoever prompts the fork soon finds its past in the provider's cache.
  if (basis->last_read) library_.warm_first.note(past_of_fork(*basis), *basis->last_read);
  ForkReport report;
  report.parent = state->parent;
  report.at = basis->seq;
  report.turn = state->fork_turn;
  report.depth = state->depth;
  report.is_new_session = is_new_session;
  report.warm = basis->plan.warm;
  report.advice = basis->plan.advice;
  Record::Past past;
  past.adopted = state->adopted;
  past.adopted_turn = state->adopted_turn;
  auto placed = co_await place(*basis->to, std::move(*state), std::move(workspace), basis->history);
  if (!placed) co_return fail(as_seen_now(parent_id, std::move(placed.error())));
  under_way.placed();
  // Another process may have removed the parent just before it could see the child.
  auto still = library_.store.find_any(parent_id);
  Result<void> walked;
  Told told;
  if (still) {
    walked = co_await walk(*placed, *basis, report, told);
  } else {
    walked = fail(std::move(still.error()));
  }
  if (!walked) {
    co_await discard(*placed);
    co_return fail(std::move(walked.error()));
  }
  if (!basis->drift.empty())
    told.push_back({.type = record_type::drift, .data = std::move(basis->drift)});
  co_return co_await list_fork(*placed, std::move(report), std::move(past), std::move(told));
}

}  // namespace tine::session
