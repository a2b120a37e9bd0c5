#pragma once
// The last turn of a session that has ended, read from its transcript: what was answered, and what
// it cost.
//
// A value and a plain function on the loop's thread, which reads in slices.

#include <cstdint>
#include <optional>
#include <string>

#include "executor/usage.h"
#include "session/store/store.h"
#include "transport/loop.h"

namespace tine::cli {

struct LastTurn {
  std::uint64_t turn = 0;
  std::string begun;  ///< the time of its prompt; empty: that was not found
  std::string ended;
  std::string stop;    ///< a stop reason, "error", or "aborted": its process did not live to end it
  std::string error;   ///< why it failed or was cut short
  std::string prompt;  ///< its text
  std::string output;
  std::string usage;  ///< JSON, as it was recorded; empty: nothing was reported
  std::string fork;   ///< JSON: what the past was expected to cost, and did; empty: it was no first
                      ///< turn of a fork

  executor::Tokens tokens() const;
  std::optional<std::int64_t> milliseconds() const;
};

/// None: no turn of the session's own has ended yet.
transport::Task<Result<std::optional<LastTurn>>> last_turn(transport::Loop& loop,
                                                           session::store::Store& store,
                                                           session::store::IndexEntry entry);

}  // namespace tine::cli
