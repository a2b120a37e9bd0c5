#include "executor/second_attempt.h"

#include <string>

namespace tine::executor {

transport::Task<TurnOutcome> attempted(Attempts attempts, Log& log, Redactor& redactor) {
  TurnOutcome outcome;
  const bool is_lost = co_await attempts.attempt(outcome);
  if (is_lost && attempts.was_open && !attempts.closed) {
    log.warning(
        "session " + std::string(attempts.session) + ": " + std::string(attempts.program) +
        " had gone before it took the prompt; it is started anew and given the prompt again");
    co_await attempts.attempt(outcome);
  }
  if (!outcome.stop) outcome.stop.error().message = redactor.redacted(outcome.stop.error().message);
  co_return outcome;
}

}  // namespace tine::executor
