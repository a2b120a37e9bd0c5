#pragma once
// What goes with a request besides its parameters.
//
// Owned by who serves the request, for as long as its coroutine runs.

#include <functional>
#include <string>

#include "transport/cancel.h"

namespace tine::v1 {

struct RequestContext {
  /// Fires when the caller cancels this one request ($/cancel_request), and for a question to a
  /// client when the agent is gone. An answer is owed all the same: a result or
  /// ErrorKind::cancelled.
  transport::CancelSource cancel;
  /// The JSON of the request's id.
  std::string id;
  /// When set: called right after the response has gone out, if it is a result. For updates that
  /// belong to a session which the client does not know before the response.
  std::function<void()> after_response;
};

}  // namespace tine::v1
