#pragma once
// Keeps the messages of a turn apart for clients that show all of its text as one: "Written." and
// "Now the tests." would read "Written.Now the tests." A blank line goes between them.
//
// Owned by a connection's proxy; on the loop's thread.

#include <map>
#include <optional>
#include <string>

#include "protocol/v1/update.h"

namespace tine::v1 {

class MessageGaps {
 public:
  /// Gives the blank line that goes before the update, as the end of the message before.
  std::optional<Update> before(const Update& update);
  /// Makes the session's next message the first one of its turn.
  void end_turn(const std::string& session) { last_.erase(session); }

 private:
  std::map<std::string, std::string> last_;  // by the session, the id of its last message
};

}  // namespace tine::v1
