#include "executor/second_attempt.h"

#include <string>

namespace tine::executor {
namespace {

/// Gives whether the process had gone before it took anything of the prompt. Then the prompt can be
/// given to a new process.
transport::Task<bool> attempt(Attempts& attempts, TurnOutcome& outcome) {
  Result<void> ready;
  if (!attempts.cancel.cancelled()) {
    auto made = co_await attempts.get_ready();
    ready = std::move(made);
  }
  bool is_heard = false;
  if (attempts.cancel.cancelled()) {
    outcome.stop = v1::StopReason::cancelled;
    co_return false;
  }
  if (ready) {
    is_heard = co_await attempts.play(outcome);
  } else {
    outcome.stop = fail(std::move(ready.error()));
  }
  const bool is_gone = !outcome.stop && outcome.stop.error().kind == ErrorKind::backend_gone;
  co_return is_gone && !is_heard && !attempts.cancel.cancelled();
}

}  // namespace

transport::Task<TurnOutcome> attempted(Attempts attempts, Log& log, Redactor& redactor) {
  TurnOutcome outcome;
  const bool is_lost = co_await attempt(attempts, outcome);
  if (is_lost && attempts.was_open && !attempts.closed) {
    log.warning(
        "session " + std::string(attempts.session) + ": " + std::string(attempts.program) +
        " had gone before it took the prompt; it is started anew and given the prompt again");
    outcome = TurnOutcome();
    co_await attempt(attempts, outcome);
  }
  if (!outcome.stop) outcome.stop.error().message = redactor.redacted(outcome.stop.error().message);
  co_return outcome;
}

}  // namespace tine::executor
