#pragma once
// Lets another process end the turns of a session: it leaves a file in the session's folder, which
// the process that runs them looks for.
//
// On the loop's thread.

#include <memory>

#include "base/result.h"
#include "session/store/folder.h"
#include "transport/event.h"
#include "transport/loop.h"

namespace tine::session {

class Session;

/// Leaves the request. It counts for turns that run; who asks repeats it while one does, as an
/// older request is removed when a turn begins.
Result<void> request_cancel(const store::Folder& session);

/// Looks for requests as long as it lives, every limits::request_look, and cancels the session's
/// turns when there is one.
class HeededRequests {
 public:
  explicit HeededRequests(const std::shared_ptr<Session>& session);
  HeededRequests(const HeededRequests&) = delete;
  HeededRequests& operator=(const HeededRequests&) = delete;
  ~HeededRequests() { over_->set(); }

 private:
  std::shared_ptr<transport::Event> over_;
};

}  // namespace tine::session
