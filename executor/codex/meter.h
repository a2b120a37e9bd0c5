#pragma once
// What the calls of a thread's model cost, out of what app-server tells again and again. It tells
// the thread's total so far, the past of a fork's parent included, beside the last call; and it
// tells both again without a call, when it begins to compact and when it has. So a call is what the
// total has grown by.
//
// A value of one conversation.

#include <optional>

#include "base/json/view.h"
#include "executor/usage.h"

namespace tine::executor::codex {

class Meter {
 public:
  /// Takes a `tokenUsage`, and gives what has been spent since the last one; none when nothing has.
  /// Where the total before it is not known, `may_repeat` says whether its last call may be an old
  /// one.
  std::optional<Tokens> read(json::View token_usage, bool may_repeat);

 private:
  std::optional<Tokens> total_;
};

}  // namespace tine::executor::codex
