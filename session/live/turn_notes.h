#pragma once
// What is noted of a turn beside what was said in it: where the project's repository stood as it
// began and as it ended, and what goes into the memory of the project.
//
// Part of a session's turns, on the loop's thread. Its coroutines keep the session.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "session/git_head.h"
#include "session/memory/remember.h"
#include "session/record/data.h"
#include "transport/event.h"
#include "transport/loop.h"

namespace tine::session {

class Session;

class TurnNotes {
 public:
  explicit TurnNotes(Session& session) : session_(session) {}
  TurnNotes(const TurnNotes&) = delete;
  TurnNotes& operator=(const TurnNotes&) = delete;

  /// Where the project stands, without secrets.
  std::optional<GitHead> head() const;

  /// A turn is to come. What it changes is not noted, until begin().
  void prepare();
  /// It begins, and may change something: looks where the repository stands.
  void begin();
  /// The turn ends: looks where HEAD is now, as it may have committed something. None: there is no
  /// repository, and there was none, or the turn has not begun.
  std::optional<TurnGit> end();
  /// The turn has been written down, behind the record `since`: what it did goes into the memory,
  /// where that is kept, and into the session's digest when the branch is another one than before.
  /// `stop` is how it ended.
  void remember(std::string plan, std::string stop, std::uint64_t since);
  /// Returns when all that has ended stands in the memory.
  transport::Task<void> remembered();

 private:
  struct Git {
    bool late = false;  // its turn has ended
    std::int64_t begun_ms = 0;
    TurnGit turn;
  };
  transport::Task<void> ask_git(std::shared_ptr<Git> git);

  Session& session_;
  std::optional<std::string> branch_;  // where the turn before has ended; none: not known
  std::shared_ptr<Git> git_;           // of the turn that runs, or ran last
  std::shared_ptr<transport::Event> remembering_;  // of the last turn that is to be remembered
};

}  // namespace tine::session
