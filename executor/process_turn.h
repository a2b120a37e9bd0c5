#pragma once
// What turns of all backends that are processes have in common: how long the process may be silent,
// which of its questions are open, whether the client keeps up, and how the turn ends. A backend's
// own turn derives from it and reads what the process says.
//
// Made for one prompt by its conversation, on the loop's thread; client and source outlive it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "executor/executor.h"
#include "transport/event.h"
#include "transport/paced_channel.h"

namespace tine::executor {

class ProcessTurn {
 public:
  /// `pace` is that of the process, `to_end` how long a turn may take to end that was asked to.
  ProcessTurn(transport::Loop& loop, v1::Client& client, std::shared_ptr<transport::Pace> pace,
              std::string session, transport::Milliseconds to_end);
  ProcessTurn(const ProcessTurn&) = delete;
  ProcessTurn& operator=(const ProcessTurn&) = delete;

  /// Passes an update on; the process is not read while the client has too much to read.
  void say(v1::Update update);

  /// Ends the turn. What ends it first counts.
  void end(Result<v1::StopReason> stop);
  void fail(Error why) { end(tine::fail(std::move(why))); }
  /// Ends it with `why`, whatever else has been said of its end.
  void overrule(Error why);
  /// Notes that it was asked to end: it gets little time for it, and asks nothing any more.
  void hurry();
  bool hurried() const { return hurried_; }
  bool over() const { return over_; }
  /// Whether the process has said anything since the turn began.
  bool heard() const { return signs_ > 0; }

  /// Waits for its end. False when the process was silent for too long; then it still runs.
  transport::Task<bool> ended();
  /// Ends the questions that are open, and waits for the client to catch up. To be awaited before
  /// the turn is destroyed.
  transport::Task<void> close();

  const TurnOutcome& outcome() const { return outcome_; }

 protected:
  /// A question of the process that is open.
  struct Asked {
    std::string id;  ///< the process's own
    transport::CancelSource cancel;
    bool withdrawn = false;  ///< nobody waits for the answer
  };

  ~ProcessTurn() = default;

  /// Notes a sign of life.
  void note_sign() { ++signs_; }
  /// Sets how long the process may be silent while no question is open and the client keeps up.
  /// After a sign of life it may be as long again.
  void allow_silence(transport::Milliseconds most) { wait_for(most, false); }
  /// The same, but such a silence is the turn's end, with the outcome that it has by then.
  void end_in_silence(transport::Milliseconds after) { wait_for(after, true); }

  bool takes_questions() const { return !over_ && !hurried_; }
  std::shared_ptr<Asked> open_question(std::string id);
  void close_question(const std::shared_ptr<Asked>& asked);
  /// Cancels the question, as the process has taken it back.
  void withdraw(std::string_view id);

  transport::Loop& loop() { return loop_; }
  v1::Client& client() { return client_; }
  const std::string& session() const { return session_; }
  /// The outcome as far as it is known.
  TurnOutcome& so_far() { return outcome_; }

 private:
  void wait_for(transport::Milliseconds silence, bool ends);
  transport::Task<void> let_catch_up();

  transport::Loop& loop_;
  v1::Client& client_;
  std::shared_ptr<transport::Pace> pace_;
  std::string session_;
  transport::Milliseconds to_end_;
  transport::Milliseconds silence_;
  TurnOutcome outcome_;
  bool ends_in_silence_ = false;
  bool over_ = false;
  bool hurried_ = false;
  std::uint64_t signs_ = 0;  // of life
  transport::Event woken_;
  transport::Event no_question_;
  transport::Event not_holding_;  // the process back, for the client to catch up
  std::vector<std::shared_ptr<Asked>> asked_;
};

}  // namespace tine::executor
