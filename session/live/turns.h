#pragma once
// The turns of a session: they run one at a time, in the order in which their prompts came, and
// each prompt gets its answer. A prompt that is cancelled before its turn has begun is answered at
// once and leaves no record.
//
// Part of a session, on the loop's thread. Its coroutines keep the session.

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "executor/executor.h"
#include "protocol/v1/types.h"
#include "session/live/drift.h"
#include "session/live/running_turn.h"
#include "session/live/turn_line.h"
#include "session/live/turn_notes.h"
#include "session/meta.h"
#include "session/record/data.h"
#include "session/record/history.h"
#include "session/store/state.h"
#include "transport/cancel.h"
#include "transport/event.h"

namespace tine::session {

class Session;

/// What a client says of a prompt beside its words.
struct PromptTags {
  std::string trace;  ///< where in its trace the prompt stands, as members of a `_meta`
  std::string id;     ///< its own name for the prompt; empty: it has given none
};

/// How a prompt ended.
struct TurnReport {
  v1::StopReason stop_reason = v1::StopReason::end_turn;
  executor::TurnUsage usage;
  executor::Tokens cumulative;
  std::optional<ForkBill> fork;  ///< of the first turn of a fork
  std::optional<FailoverReport> failover;
  std::optional<DriftReport> drift;
  std::uint64_t seq = 0;   ///< of the end of the session's last turn
  std::uint64_t turn = 0;  ///< its number; 0: there was none, as when it was cancelled before
  bool replayed = false;   ///< the prompt had been answered before, under the same id
};

class Turns {
 public:
  /// A slash command of ours, as its line without the slash and as the whole prompt: gives what it
  /// has to say, without the backend.
  using Command = std::function<transport::Task<std::string>(Session& session, std::string line,
                                                             std::vector<v1::ContentBlock> prompt)>;
  /// A fork that goes on in the session's place.
  struct Branched {
    std::string session;
    std::string text;  ///< what there is to say of it
  };
  /// Forks the session as was settled, and has the prompt played there.
  using Branch = std::function<transport::Task<Result<Branched>>(
      Session& session, std::vector<v1::ContentBlock> prompt, DriftSettled drift)>;
  /// What the turns have done by others than the backend.
  struct Callbacks {
    Command command;
    Branch branch;
  };
  using Report = transport::Task<Result<TurnReport>>;

  Turns(Session& session, Callbacks callbacks)
      : session_(session), notes_(session), callbacks_(std::move(callbacks)) {}
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  bool running() const { return !queue_.empty(); }
  /// One that has an id which the session knows is not played again: see earlier_answer().
  Report prompt(std::vector<v1::ContentBlock> blocks, transport::CancelSource cancel,
                PromptTags tags);
  /// Puts words of the person into the turn that runs, and writes them down. False: none runs that
  /// takes them.
  transport::Task<Result<bool>> steer(std::vector<v1::ContentBlock> words);
  /// What a command of ours has to say, outside of a turn.
  transport::Task<std::string> command(std::string line) {
    std::vector<v1::ContentBlock> prompt = {v1::text_block("/" + line)};
    return callbacks_.command(session_, std::move(line), std::move(prompt));
  }
  /// Ends the running turn and all that wait; each is answered `cancelled`.
  void cancel();
  /// Returns when none runs or waits.
  transport::Task<void> idle();
  /// Returns when all that has ended stands in the memory of the project, where that is kept.
  transport::Task<void> remembered() { return notes_.remembered(); }

 private:
  struct Waiting {
    Waiting(transport::Loop& loop, transport::CancelSource source, PromptTags its_tags)
        : cancel(std::move(source)), tags(std::move(its_tags)), woken(loop) {}
    transport::CancelSource cancel;
    PromptTags tags;
    std::optional<AskedPrompt> asked;    // where it has an id
    std::optional<std::string> content;  // without secrets, once that is known
    transport::Event woken;
  };

  void leave(const std::shared_ptr<Waiting>& waiting);
  transport::Task<std::unique_ptr<TurnLine::Place>> take_place(std::shared_ptr<Waiting> waiting);
  Result<TurnReport> never_begun() const;
  Report claim_and_run(std::vector<v1::ContentBlock> blocks, std::shared_ptr<Waiting> waiting);
  transport::Task<bool> look_at_content(std::shared_ptr<Waiting> waiting,
                                        std::vector<v1::ContentBlock>& blocks);
  Report answer_from_record(std::shared_ptr<Waiting> waiting, Error locked);
  Report run(std::vector<v1::ContentBlock> blocks, std::shared_ptr<Waiting> waiting);
  Report run_command(std::string line, std::vector<v1::ContentBlock> prompt,
                     transport::CancelSource cancel);
  Report answer_unrecorded(std::string line, std::vector<v1::ContentBlock> prompt,
                           transport::CancelSource cancel);
  /// Tells the client something that does not belong to the session's history.
  void say_unrecorded(std::string text);
  Report go_on_in_fork(std::vector<v1::ContentBlock> blocks, DriftSettled drift);
  Report finish(executor::TurnOutcome outcome, bool cancelled,
                std::shared_ptr<RunningTurn> running);
  void note_drift(DriftSettled drift);

  Session& session_;
  TurnNotes notes_;
  Callbacks callbacks_;
  std::list<std::shared_ptr<Waiting>> queue_;  // the running one first
  std::shared_ptr<transport::Event> idle_;     // made by a caller of idle()
  std::weak_ptr<RunningTurn> running_;         // the turn that runs
  bool owes_drift_ = false;       // a command runs: the note of the drift waits for the next prompt
  std::uint64_t unrecorded_ = 0;  // answers before anything was said
};

}  // namespace tine::session
