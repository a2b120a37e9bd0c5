#pragma once
// Tool calls whose output still grows. A backend shows a running command by sending all of its
// output again and again. Each of these snapshots may end in the middle of a secret, so its end is
// held back, as that of a streamed message is, until the call is over.
//
// One per UpdateRedactor, on the loop's thread; the redactor outlives it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "base/redact/redactor.h"

namespace tine::session {

class GrowingCalls {
 public:
  explicit GrowingCalls(Redactor& redactor) : redactor_(redactor) {}

  /// What an update of a call says that is not over, without the ends that are held back; none:
  /// nothing is.
  std::optional<std::string> hold_back(std::string_view payload);
  /// The update that has to come before the last one of a call: what was held back and is not said
  /// again there. None: nothing is missing.
  std::optional<std::string> end(json::View last);
  /// The same for the call that was silent for the longest time, when there are too many.
  std::optional<std::string> end_of_surplus();
  /// The same for all of them.
  std::vector<std::string> end_all();
  /// What end_all() would say.
  std::vector<std::string> held() const;

 private:
  /// The last snapshot, as it came; empty where nothing of it is held back.
  struct Call {
    std::string id;  // JSON
    std::string content;
    std::string raw_output;
  };
  static std::string update_of(const Call& call);
  /// The end of a string of the payload, and what it is without what is held back; both are
  /// escaped.
  struct End {
    std::string_view place;
    std::string decided;
  };
  /// Adds the texts of which an end is held back; whether there are any.
  bool hold_back(const std::vector<json::View>& texts, std::vector<End>& ends);
  std::vector<Call>::iterator find(std::string_view id);

  Redactor& redactor_;
  std::vector<Call> calls_;  // the one that spoke last is the last
};

/// Whether a tool_call or tool_call_update is the last that is said of its call.
bool ends_call(json::View update);

}  // namespace tine::session
