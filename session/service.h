#pragma once
// What can be done with sessions: make, find, list, fork, close and remove them. The one door to
// them, for every connection and for the command line.
//
// One per process, made by main, on the loop's thread; the executors outlive it. Sessions are
// shared with the coroutines that run their turns.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ulid.h"
#include "executor/caller/caller.h"
#include "executor/executor.h"
#include "session/backends.h"
#include "session/live/session.h"
#include "session/meta.h"
#include "session/record/archive.h"
#include "transport/event.h"

namespace tine::session {

class SessionService {
 public:
  SessionService(Library library, Trust& trust, const Backends& backends, Chooser choose)
      : library_(library),
        trust_(trust),
        archive_(library.loop, library.log, library.store),
        backends_(backends),
        choose_(std::move(choose)),
        ids_(library.env),
        first_opened_(library.loop) {}
  SessionService(const SessionService&) = delete;
  SessionService& operator=(const SessionService&) = delete;

  const Backends& backends() const { return backends_; }
  const Library& library() const { return library_; }

  using Opened = transport::Task<Result<std::shared_ptr<Session>>>;

  /// `backend`: by its name; empty: the one that is configured for the directory.
  /// `loading`: what the backend is to load by itself.
  Result<std::shared_ptr<Session>> create(v1::Workspace workspace, const std::string& backend,
                                          const executor::Loading& loading = {});
  /// One that is open in this process.
  Result<std::shared_ptr<Session>> find(const std::string& id) const;
  /// Set once the first session was opened in this process.
  transport::Event& first_opened() { return first_opened_; }
  /// Whether there is one to open.
  bool exists(const std::string& id) const { return library_.store.find(id).has_value(); }
  /// One that is in the store, as it stands now, whoever went on with it.
  Opened open(std::string id);
  /// What to say of an error that a session met: when it was deleted meanwhile, only that.
  Error as_seen_now(const std::string& id, Error error) const;

  /// Where a fork begins: after a turn by its number, or after the turn that holds a message;
  /// neither: after the last one.
  struct ForkAt {
    std::optional<std::uint64_t> turn;
    std::optional<std::string> message_id;
  };
  /// What is asked of a fork; what is left out is as the configuration has it.
  struct ForkWish {
    ForkAt at;
    std::string backend;  ///< by its name; empty: the parent's
    std::optional<Strategy> strategy;
    bool any_strategy = false;  ///< `strategy` is none on purpose
    std::optional<bool> strict;
    std::string brief;      ///< from the project's memory, for a soft fork's first prompt; or empty
    std::string documents;  ///< the project's, instead of those that the parent was given; or empty
    std::optional<executor::Loading> loading;  ///< must be the parent's; none: it is
    std::string drift;  ///< data of a record of how the repository has moved; empty: none
    /// It begins as any new session does, with the settings and a title of its own.
    bool is_new_session = false;
    transport::CancelSource cancel;  ///< nobody wants it any more
  };
  struct Forked {
    std::shared_ptr<Session> session;
    ForkReport report;
    std::string warning;  ///< it has no past, for that reason; empty: it has one
  };
  transport::Task<Result<Forked>> fork(std::string parent_id, v1::Workspace workspace,
                                       ForkWish wish);
  /// What fork() would do now, without doing it.
  struct Planned {
    executor::Executor* backend = nullptr;
    ForkPlan plan;
  };
  transport::Task<Result<Planned>> plan_of_fork(std::string parent_id, v1::Workspace workspace,
                                                ForkWish wish);

  /// A conversation that was begun without us.
  struct Adoption {
    std::string id;   ///< the provider's; empty: the one within which this program was started
    std::string cwd;  ///< where it was begun; empty: in the new session's directory
  };
  /// A new session that knows what the conversation knows, which is not touched. Where that is the
  /// caller's and cannot be found, the session begins without a past.
  transport::Task<Result<Forked>> adopt(v1::Workspace workspace, std::string backend,
                                        Adoption what);
  /// The first session that is made in this process adopts the caller's conversation.
  void adopt_caller_first() { adopts_caller_ = true; }
  /// Whether that is still to come; who asks is to do it, or to put the wish back.
  bool take_caller_wish() { return std::exchange(adopts_caller_, false); }

  /// A new session that begins as a fork of the newest seed that fits.
  struct FromSeed {
    std::optional<Forked> forked;  ///< none: it is to begin without
    std::string warning;           ///< why, where a person expects a seed; else empty
  };
  transport::Task<FromSeed> begin_from_seed(v1::Workspace workspace, std::string backend);
  /// Marks a session as a seed, or takes the mark away.
  Result<void> mark_as_seed(const std::string& id);
  Result<bool> unmark_as_seed(const std::string& id);

  /// Whether a session loads what a request says; a request that says nothing is good.
  static Result<void> check_loading(const std::optional<executor::Loading>& wanted,
                                    const store::State& state);
  /// A session keeps its system prompt: another one is an error, none is filled in.
  Result<void> take_system_prompt(v1::Workspace& workspace, const store::State& state) const;

  struct Listed {
    store::State state;
    std::int64_t updated_ms = 0;
    std::vector<std::string> additional_directories;  ///< of one that is open here
  };
  struct Page {
    std::vector<Listed> sessions;
    std::string next_cursor;  ///< empty: the last page
  };
  /// The last used first; `cwd` empty: of all projects.
  transport::Task<Result<Page>> list(std::string cwd, std::string cursor);

  /// Gives the session a title of a person's choice, whoever has opened it. session_locked: another
  /// process is at work in it.
  transport::Task<Result<void>> rename(std::string id, std::string title);
  /// Ends what runs for a session; one that never had a prompt is gone then.
  transport::Task<void> close(std::string id);
  /// Hides a session at once; it is no error when there is none. session_locked: another process
  /// is at work in it. `held`: the caller has its lock.
  transport::Task<Result<void>> remove(std::string id, const store::Lock* held = nullptr);
  /// Tells the backends that they will not be asked for the session again.
  void forget_conversation(const store::State& state) const;
  /// Of a hidden session that forks still need: removes all but what they need. `held`: the caller
  /// has its lock.
  transport::Task<Result<void>> purge(std::string id, const store::Lock& held);
  /// Ends the turns of a client's sessions, and those of forks that it has asked for and that
  /// nobody has opened.
  void cancel(const v1::Client& client);
  /// A client goes; its sessions wait in the store.
  transport::Task<void> release(const v1::Client& client);

  /// The tree that the session belongs to, as text.
  transport::Task<Result<std::string>> tree(std::string id) const;

 private:
  std::shared_ptr<Session> add(executor::Executor& backend, std::shared_ptr<Record> record,
                               v1::Workspace workspace);
  Result<void> may_serve();
  store::State new_state(const v1::Workspace& workspace);
  std::string kept(const v1::SystemPrompt& prompt) const;
  Result<std::shared_ptr<Record>> begin(store::State state, std::shared_ptr<const History> parent);
  /// A session that is about to begin.
  struct Beginning {
    executor::Executor* backend = nullptr;
    store::State state;
  };
  Result<Beginning> beginning(const v1::Workspace& workspace, const std::string& backend);
  transport::Task<void> close_and_take_out(std::shared_ptr<Session> session);
  void take_out(const std::shared_ptr<Session>& session);
  transport::Task<void> removal_over(std::string id);
  transport::Task<Result<void>> remove_now(std::string id, const store::Lock* held);

  class ForkUnderWay;
  /// What a fork is made from.
  struct ForkBasis {
    std::shared_ptr<Record> parent;
    std::shared_ptr<const History> history;
    std::uint64_t seq = 0;
    executor::Executor* from = nullptr;  ///< the parent's backend
    executor::Executor* to = nullptr;
    ForkPolicy policy;
    ForkPlan plan;
    /// When the provider has last read the past that they share, in milliseconds since 1970; none:
    /// not known.
    std::optional<std::int64_t> last_read;
    std::string brief;
    std::string documents;
    std::string drift;
    transport::CancelSource cancel;
  };
  transport::Task<Result<ForkBasis>> fork_basis(std::string parent_id,
                                                const v1::Workspace& workspace, ForkWish wish);
  /// `terminal_obstacle`: of the backend that is to make it.
  ForkFacts fork_facts(const ForkBasis& basis, const v1::Workspace& workspace,
                       std::string terminal_obstacle) const;
  transport::Task<Result<std::string>> branch(std::shared_ptr<Session> session,
                                              const ForkBasis& basis, Strategy strategy);
  transport::Task<void> weigh_summary(const ForkBasis& basis, ForkFacts& facts);
  void look_around(const ForkBasis& basis, const v1::Workspace& workspace, ForkFacts& facts) const;
  static WarmFirst::Past past_of_fork(const ForkBasis& basis);
  /// A record of a new session from which its first prompt is told.
  struct ToldRecord {
    std::string_view type;
    std::string data;
  };
  using Told = std::vector<ToldRecord>;
  transport::Task<Result<std::string>> fork_softly(std::shared_ptr<Session> session,
                                                   const ForkBasis& basis, ForkReport& report,
                                                   Told& told);
  transport::Task<Result<std::string>> summary_by_model(std::shared_ptr<Session> session,
                                                        const ForkBasis& basis);
  transport::Task<Result<void>> walk(std::shared_ptr<Session> session, const ForkBasis& basis,
                                     ForkReport& report, Told& told);
  /// What was said in a calling agent's session.
  struct Seed {
    std::string agent;
    std::string session;
    std::string text;
  };
  std::vector<std::string> places_of_callers() const;
  transport::Task<Result<Seed>> seed_for(std::string kind, std::optional<executor::Caller> newest);
  /// The calling agent with the session that it has used last for the directory, where it does not
  /// tell its own and that is to count; none: it tells its own, or there is no such agent.
  transport::Task<Result<std::optional<executor::Caller>>> newest_caller(std::string kind,
                                                                         std::string cwd);
  /// The past with which an adopting session begins.
  struct Taken {
    Record::Past past;
    Told told;
  };
  transport::Task<Result<Taken>> take_past(std::shared_ptr<Session> session, Adoption what,
                                           ForkReport& report);
  /// Of one parent.
  struct Forks {
    std::size_t begun = 0;
    std::size_t unplaced = 0;
    std::shared_ptr<transport::Event> news;  // made by a coroutine that waits for it
  };
  using ForksByParent = std::map<std::string, Forks>;
  transport::Task<void> fork_news(std::string parent);
  transport::Task<void> forks_placed(std::string parent);
  transport::Task<void> forget_after_forks(store::State state);
  Opened place(executor::Executor& backend, store::State state, v1::Workspace workspace,
               std::shared_ptr<const History> parent);
  transport::Task<void> discard(std::shared_ptr<Session> session);
  static transport::Task<Result<void>> converse(std::shared_ptr<Session> session,
                                                ConversationHolder::Begin begin,
                                                transport::CancelSource cancel);
  transport::Task<Result<Forked>> list_fork(std::shared_ptr<Session> session, ForkReport report,
                                            Record::Past past, Told told);
  Result<store::State> fork_state(const v1::Workspace& workspace, const ForkBasis& basis,
                                  bool is_new_session);
  Opened open_from_store(store::IndexEntry entry);
  /// What is known of a session that may be forked: also of one that is hidden or runs elsewhere.
  transport::Task<Result<std::shared_ptr<Record>>> record_of(std::string id);
  transport::Task<Result<std::uint64_t>> fork_seq(std::shared_ptr<const History> history,
                                                  ForkAt at);
  Result<executor::Executor*> backend_of(const store::State& state) const;
  using Prompt = std::vector<v1::ContentBlock>;
  transport::Task<std::string> command(Session& session, std::string line, Prompt prompt);
  transport::Task<std::string> fork_as_told(Session& session, Prompt prompt);
  std::string hand_on(const Session& from, const Forked& forked, Prompt prompt,
                      const v1::Client* asking);
  transport::Task<Result<Turns::Branched>> fork_for_drift(Session& session, Prompt prompt,
                                                          DriftSettled drift);
  std::string seed_as_told(const Session& session, std::string_view line);
  bool fits_seed(const v1::Workspace& workspace, const Choices& choices,
                 const store::State& seed) const;
  transport::Task<void> play_unopened(std::shared_ptr<Session> session, Prompt prompt,
                                      std::string asked_in);
  bool is_unopened(const Session& session, const v1::Client& client) const;

  Library library_;
  Trust& trust_;
  Archive archive_;
  const Backends& backends_;
  Chooser choose_;
  UlidSource ids_;
  transport::Event first_opened_;
  bool adopts_caller_ = false;
  /// That are open in this process, also while they are closed, and forks that are in the making.
  std::map<std::string, std::shared_ptr<Session>> sessions_;
  /// That work on a first prompt, by the client that has asked for it in another session.
  std::map<std::string, const v1::Client*> unopened_;
  std::map<std::string, std::shared_ptr<transport::Event>> removals_;  // under way, by the session
  std::shared_ptr<ForksByParent> forks_ = std::make_shared<ForksByParent>();
};

}  // namespace tine::session
