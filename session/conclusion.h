#pragma once
// Ends a session's way: from then on it takes no further prompt.
//
// A coroutine on the loop's thread; the service outlives it.

#include <string>

#include "session/service.h"

namespace tine::session {

/// Of a session that is open in this process. `summary` is kept in its folder, without secrets;
/// gives the file's path. session_locked: another process is at work in it. A failure leaves the
/// session as it was.
transport::Task<Result<std::string>> conclude(SessionService& service, std::string id,
                                              std::string summary);

}  // namespace tine::session
