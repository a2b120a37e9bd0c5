#pragma once
// What a conversation tells of its own accord, on its way to the session that it belongs to. A fork
// has its conversation before it is a session: what can be chosen there waits for it.
//
// Held by the session, or by who is about to make it; the conversation knows it only weakly, so
// that one that was let go of is not heard any more. On the loop's thread.

#include <memory>
#include <optional>
#include <vector>

#include "executor/executor.h"

namespace tine::session {

class Session;

class Asides : public std::enable_shared_from_this<Asides> {
 public:
  /// What the conversation is given to call.
  executor::ConversationEvents calls();
  /// From now on `session` is told; what waits is told now.
  void tell(const std::shared_ptr<Session>& session);

 private:
  std::weak_ptr<Session> session_;
  std::optional<executor::Settings> settings_;  // offered while there is no session
  std::optional<std::vector<v1::Command>> commands_;
};

}  // namespace tine::session
