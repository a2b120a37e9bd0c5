#pragma once
// Whether the folder that a session works in may start programs. A repository brings configuration
// of its own for Codex and for Claude Code, which starts programs outside of every sandbox and
// question: hooks, MCP servers, helpers. A backend reports what a folder would start; the session
// decides (session/trust.h); the backend obeys. docs/trust.md is the page for users.
//
// Values and plain functions. The functions that read files block: they run on a worker's thread.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tine::executor {

/// What a backend finds out about a folder without running anything of it.
struct FolderFacts {
  /// The user has trusted the folder in the backend's own program.
  bool trusted_by_cli = false;
  /// What the folder's own configuration would start, a line each for a person, always in the same
  /// order, with the whole of each command: a trust that was given holds for these lines alone.
  std::vector<std::string> starts;
  /// Some of it could not be looked into; `starts` has a line for that, too. No trust is kept for
  /// such a folder.
  bool unclear = false;

  bool operator==(const FolderFacts&) const = default;
};

/// What was decided for a folder. Where it is not given, nothing of the folder may be started.
struct FolderTrust {
  bool given = false;
  /// It is given for these lines of FolderFacts::starts; none: for whatever the folder starts.
  std::optional<std::vector<std::string>> starts;

  /// Whether it holds for a folder as it is found now.
  bool covers(const FolderFacts& facts) const {
    return given && (!starts || *starts == facts.starts);
  }

  bool operator==(const FolderTrust&) const = default;
};

/// Looks at a folder. It owns what it uses, touches nothing of the loop, and is bounded in time and
/// memory by limits::folder_file, whatever lies in the folder.
using FolderLook = std::function<FolderFacts()>;

/// Reads a file of a folder for a FolderLook: `path` is relative to `folder`. A link may lead to
/// another file of the folder, not out of it; what is no plain file or larger than `most` bytes is
/// not read. Empty: there is no such file. The error says in words what is wrong with the file, as
/// in ".mcp.json leads out of the folder".
Result<std::optional<std::string>> read_in_folder(const std::string& folder,
                                                  const std::string& path, std::size_t most);

/// The names in a folder of the folder, sorted; none when there is no such folder. The error is as
/// above; more than limits::folder_names of them are an error, too.
Result<std::vector<std::string>> names_in_folder(const std::string& folder,
                                                 const std::string& path);

}  // namespace tine::executor
