#pragma once
// The files in which Claude Code keeps its conversations, where they tell more than it does: a
// conversation that was begun in a terminal, the last point of it at which another can branch off,
// and whether that point is still there. They are read and never written.
//
// Values and plain functions. All of them block for as long as the disk does.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "transport/fd.h"

namespace tine::executor::claude {

/// The folder of all that Claude Code keeps, for a process with this environment (NAME=value each);
/// none when neither CLAUDE_CONFIG_DIR nor HOME is set.
std::optional<std::string> root_for(const std::vector<std::string>& environment);

struct SessionFile {
  std::string path;
  std::string project_folder;  ///< its name, which Claude Code makes out of the project's path
  transport::Fd fd;            ///< open for reading: what was found is what is read
};

/// The file of conversation `id`, in whichever project. session_not_found when there is none that
/// is a regular file of this user's and has no link on the way from `root`; of several the one that
/// was written last.
Result<SessionFile> find_session(const std::string& root, const std::string& id);

/// The conversation that stands in that directory and was written last. session_not_found: there is
/// none.
Result<std::string> newest_conversation(const std::string& root, const std::string& cwd);

struct Point {
  std::string uuid;  ///< for --resume-session-at; empty: no turn has been completed
  std::string cwd;   ///< where the conversation stands
};

/// The end of the last turn that is over, in the branch that was written last. One that still runs
/// is left out.
Result<Point> last_point(const SessionFile& file);

/// Whether nothing was said in the conversation after that point, and nothing is being said: what
/// is branched off now knows what was known then. conversation_lost when there is no such point.
Result<bool> ends_at(const SessionFile& file, std::string_view uuid);

/// Whether the conversation has been compacted after that point, from where on no other can branch
/// off there. conversation_lost when there is no such point.
Result<bool> compacted_after(const SessionFile& file, std::string_view uuid);

}  // namespace tine::executor::claude
