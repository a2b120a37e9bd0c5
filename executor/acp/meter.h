#pragma once
// Reads what an ACP agent says that a turn has cost, and brings it into one convention.
//
// Owned by a conversation, on the loop's thread.

#include <optional>

#include "base/json/view.h"
#include "executor/acp/presets.h"
#include "executor/usage.h"

namespace tine::executor::acp {

class Meter {
 public:
  /// `counting`: how the agent is known to count; none: by what its reports show. `resumed`: the
  /// session has had turns that this meter has not seen.
  explicit Meter(std::optional<Counting> counting, bool resumed = false)
      : counting_(counting), unseen_(resumed) {}

  /// Reads `usage` of an answer to session/prompt. Of an agent that counts the whole session, a
  /// turn is what was added since the report before it; where that one was not seen, the turn is
  /// not known.
  TurnUsage read(json::View usage);

 private:
  /// How this report counts, and whence that is known.
  struct Reading {
    bool cache_inside = false;
    UsageSource source = UsageSource::assumed;
  };
  Reading reading_of(const Tokens& tokens, json::View usage) const;

  std::optional<Counting> counting_;
  Tokens reported_;  // the last report of an agent that counts the whole session
  bool unseen_;      // what was reported before is not known
};

}  // namespace tine::executor::acp
