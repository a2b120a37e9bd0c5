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
#include <vector>

#include "base/redact/redactor.h"
#include "base/ulid.h"
#include "executor/executor.h"
#include "session/meta.h"
#include "session/session.h"

namespace tine::session {

/// The backends that were configured, and the one that is used when none is named.
struct Backends {
  std::vector<std::unique_ptr<executor::Executor>> all;
  executor::Executor* preferred = nullptr;

  executor::Executor* named(std::string_view name) const;
};

/// What a new session begins with; an empty text leaves the choice to the backend.
struct Choices {
  executor::Executor* backend = nullptr;
  std::string mode;
  std::string model;
  std::string effort;
};
/// Chooses for a session in `cwd`; `backend` is the name that its client asked for, or empty.
using Chooser = std::function<Result<Choices>(const std::string& cwd, const std::string& backend)>;

class SessionService {
 public:
  SessionService(transport::Loop& loop, Env& env, Redactor& redactor, const Backends& backends,
                 Chooser choose)
      : loop_(loop),
        env_(env),
        redactor_(redactor),
        backends_(backends),
        choose_(std::move(choose)),
        ids_(env) {}
  SessionService(const SessionService&) = delete;
  SessionService& operator=(const SessionService&) = delete;

  const Backends& backends() const { return backends_; }

  /// `backend`: by its name; empty: the one that is configured for the directory.
  Result<std::shared_ptr<Session>> create(v1::Workspace workspace, const std::string& backend);
  Result<std::shared_ptr<Session>> find(const std::string& id) const;

  /// Where a fork begins: after a turn by its number, or after the turn that holds a message;
  /// neither: after the last one.
  struct ForkAt {
    std::optional<std::uint64_t> turn;
    std::optional<std::string> message_id;
  };
  struct Forked {
    std::shared_ptr<Session> session;
    ForkReport report;
  };
  transport::Task<Result<Forked>> fork(std::string parent_id, v1::Workspace workspace, ForkAt at);

  struct Page {
    std::vector<std::shared_ptr<Session>> sessions;
    std::string next_cursor;  ///< empty: the last page
  };
  /// Newest first; `cwd` empty: of all projects.
  Result<Page> list(const std::string& cwd, const std::string& cursor) const;

  /// Ends what runs for a session; one that never had a prompt is gone then.
  transport::Task<void> close(std::string id);
  transport::Task<void> remove(std::string id);
  /// Ends the turns of a client's sessions.
  void cancel(const v1::Client& client);
  /// A client goes; its sessions stay, but for those that never had a prompt.
  void release(const v1::Client& client);

  /// The tree that the session belongs to, as text.
  std::string tree(const Session& session) const;

 private:
  std::shared_ptr<Session> add(executor::Executor& backend, Session::Origin origin,
                               std::shared_ptr<History> history);
  Result<std::uint64_t> fork_seq(const Session& parent, const ForkAt& at) const;
  transport::Task<std::string> command(Session& session, std::string name);

  transport::Loop& loop_;
  Env& env_;
  Redactor& redactor_;
  const Backends& backends_;
  Chooser choose_;
  UlidSource ids_;
  std::map<std::string, std::shared_ptr<Session>> sessions_;
};

}  // namespace tine::session
