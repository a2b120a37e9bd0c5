#pragma once
// The files in which Gemini CLI keeps its sessions: `chats/session-*.json[l]` in a folder below
// ~/.gemini/tmp for each project. They are read and never written.
//
// Plain functions, which block for as long as the disk does.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/json/view.h"
#include "base/result.h"

namespace tine::executor::gemini {

/// Bytes of a file of the older kind, one JSON text. A longer one is not read: unsupported.
inline constexpr std::size_t most_whole_file = std::size_t{64} * 1024 * 1024;

/// The session that was begun in that directory and written last. session_not_found: there is none.
Result<std::string> newest_session(const std::string& home, const std::string& cwd);

/// Calls `see` with each message of a session, the newest first, until it gives false. What was
/// taken back is left out, and of a message that was written several times all but the last. Lines
/// that cannot be read are passed over. session_not_found: there is no such session.
Result<void> each_message(const std::string& home, const std::string& session,
                          const std::function<bool(json::View message)>& see);

}  // namespace tine::executor::gemini
