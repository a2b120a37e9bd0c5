// Sessions that begin with the past of another conversation. Each is there first, with its lock and
// all that the redactor must know; then its conversation is made for it; then it is listed.

#include "protocol/v1/build_update.h"
#include "session/project.h"
#include "session/record/data.h"
#include "session/record/past.h"
#include "session/service.h"
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

/// Makes the conversation of a session that was placed, and gives why that was not possible.
transport::Task<Result<void>> SessionService::converse(std::shared_ptr<Session> session,
                                                       ConversationHolder::Begin begin) {
  const transport::CancelSource never;
  auto made = co_await session->conversation().make(std::move(begin), never);
  if (made) co_return made;
  co_await discard(session);
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
  if (!made) co_return fail(std::move(made.error()));

  ForkReport report;
  report.strategy = "native";
  report.adopted = from->conversation;
  report.depth = 1;
  report.attempts.push_back({"native", true, branched});
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

/// The state of a fork that begins at `seq` of the parent.
store::State SessionService::fork_state(const v1::Workspace& workspace, const Record& parent,
                                        std::uint64_t seq) {
  store::State state = new_state(workspace);
  const store::State& from = parent.state();
  state.backend = from.backend;
  state.mode = from.mode;
  state.options = from.options;
  state.system_prompt = from.system_prompt;
  state.parent = from.id;
  state.depth = from.depth + 1;
  state.fork_seq = seq;
  if (const TurnMark* point = parent.history()->kept_turn_until(seq)) {
    state.fork_turn = point->turn;
    state.expected_cache_read = point->last_prompt;
  }
  state.turns = state.fork_turn;
  state.adopted = from.adopted;
  state.adopted_turn = from.adopted_turn;
  return state;
}

transport::Task<Result<SessionService::Forked>> SessionService::fork(std::string parent_id,
                                                                     v1::Workspace workspace,
                                                                     ForkAt at) {
  if (auto good = check(workspace); !good) co_return fail(std::move(good.error()));
  if (auto good = may_serve(); !good) co_return fail(std::move(good.error()));
  // A removal that came first ends first.
  co_await removal_over(parent_id);
  ForkUnderWay under_way(forks_, parent_id);
  auto found = co_await record_of(parent_id);
  if (!found) co_return fail(as_seen_now(parent_id, std::move(found.error())));
  const std::shared_ptr<Record> parent = *found;
  const std::shared_ptr<const History> history = parent->history();
  const auto backend = backend_of(parent->state());
  if (!backend) co_return fail(backend.error());
  const auto seq = co_await fork_seq(history, std::move(at));
  if (!seq) co_return fail(as_seen_now(parent_id, seq.error()));
  // The fork refers to what its parent has on disk, not to what waits for its write.
  auto kept = co_await parent->keep(*seq);
  if (!kept) co_return fail(as_seen_now(parent_id, std::move(kept.error())));
  if (auto same = take_system_prompt(workspace, parent->state()); !same)
    co_return fail(std::move(same.error()));

  std::vector<std::string> siblings = co_await library_.store.titles_of_forks(parent_id);
  // Those that are being made at this moment as well.
  for (const auto& [id, open] : sessions_) {
    if (open->state().parent == parent_id) siblings.push_back(open->state().description);
  }
  store::State state = fork_state(workspace, *parent, *seq);
  state.description = fork_title(parent->state().description, siblings);
  ForkReport report;
  report.strategy = "native";
  report.parent = state.parent;
  report.at = *seq;
  report.turn = state.fork_turn;
  report.depth = state.depth;
  report.expected_cache_read = state.expected_cache_read;
  Record::Past past;
  past.adopted = state.adopted;
  past.adopted_turn = state.adopted_turn;
  auto placed = co_await place(**backend, std::move(state), std::move(workspace), history);
  if (!placed) co_return fail(as_seen_now(parent_id, std::move(placed.error())));
  under_way.placed();
  // Another process may have removed the parent just before it could see the child.
  if (auto still = library_.store.find_any(parent_id); !still) {
    co_await discard(*placed);
    co_return fail(std::move(still.error()));
  }

  const auto point = provider_point(parent->state(), *history, *seq);
  if (point) {
    executor::Executor& executor = **backend;
    const executor::ProviderPoint origin = origin_of(parent->state(), *history, *seq);
    ConversationHolder::Begin begin = [&executor, origin,
                                       at = *point](executor::ConversationSpec spec) {
      spec.origin = origin;
      return executor.fork(std::move(spec), at);
    };
    auto made = co_await converse(*placed, std::move(begin));
    if (!made) co_return fail(std::move(made.error()));
    report.attempts.push_back({"native", true, branched});
  } else {
    report.attempts.push_back(
        {"native", true, "the parent has no turn yet: a new conversation is the same"});
  }
  co_return co_await list_fork(*placed, std::move(report), std::move(past));
}

}  // namespace tine::session
