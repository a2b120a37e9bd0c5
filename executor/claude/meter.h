#pragma once
// What the turns of one process of Claude Code cost. Its `usage` and its totals do not tell that:
// the one leaves out what a compaction has spent, the others begin with those of the
// conversation that was resumed or forked. `model_usage_since_last_result` does.
//
// A value of one process.

#include <optional>
#include <string>

#include "base/json/view.h"
#include "executor/usage.h"

namespace tine::executor::claude {

class Meter {
 public:
  /// `spent_before`: US dollars that the session has cost in earlier processes.
  explicit Meter(double spent_before) : spent_(spent_before) {}

  /// Takes any line of the stream that may tell what fills the model's context now.
  void hear(json::View line);
  /// Takes the `result` line of a turn. What is not known, as of a call that was interrupted, stays
  /// unknown.
  TurnUsage read(json::View result);
  /// By the session so far, in US dollars.
  double spent() const { return spent_; }

 private:
  void begin_call(json::View message);
  void spend(json::View result, double reported);

  double spent_;                 // by the session, in US dollars
  std::optional<double> total_;  // as the process counts it
  std::string call_;             // the id of the last answer in the conversation itself
  std::string model_;            // … who gave it
  Tokens context_;               // … what it read and wrote
  bool rewritten_ = false;       // the past is another one since then
  std::optional<Tokens> first_;  // what the first call of this turn read and wrote
};

}  // namespace tine::executor::claude
