#pragma once
// What an agent tells of the past of a session that it opens. The client has it from the
// transcript, so nobody is shown it; it is compared with that.
//
// Made for one opening of a session, on the loop's thread.

#include <cstddef>
#include <string>
#include <vector>

#include "base/json/view.h"
#include "base/redact/redactor.h"
#include "executor/executor.h"
#include "protocol/v1/update.h"

namespace tine::executor::acp {

class Replay {
 public:
  void hear(v1::UpdateKind kind, json::View update);

  /// Whether it has told anything.
  bool any() const { return prompts_ > 0 || !answers_.empty(); }
  /// What of `past` the agent does not seem to know, in words for a person; empty: nothing, or it
  /// has told nothing. It may know more: turns that failed are not in `past`.
  std::string gap(const std::vector<PastTurn>& past, Redactor& redactor) const;

 private:
  std::size_t prompts_ = 0;
  bool in_prompt_ = false;
  std::string prompt_;   // the id of the message that was told last, if it was a prompt
  std::string answers_;  // the end of what it said
};

}  // namespace tine::executor::acp
