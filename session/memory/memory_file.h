#pragma once
// The files of a project's memory, in the project's folder of the store: project_state.json is the
// long memory, sessions/<time>_<branch>.json the short one of a session on a branch.
//
// A value that knows where the files are. Its calls block, so they run on a worker's thread.
// Another process may use the files at the same time: a change holds a lock and replaces a file
// whole, so whatever happens to a process, a file is what it was before a change or after it.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "session/memory/project_state.h"
#include "session/memory/session_memory.h"
#include "session/store/files.h"
#include "session/store/folder.h"

namespace tine::session {

/// Which of the short memories.
struct SessionBranch {
  std::string session;
  std::string branch;         ///< empty: HEAD is detached, or there is no repository
  bool in_git = false;        ///< there is one
  std::int64_t begun_ms = 0;  ///< the session
};

/// What is kept of sessions.
struct SessionMemories {
  std::vector<SessionMemory> all;   ///< the one that was changed last is the first
  std::vector<std::string> faults;  ///< of files that cannot be understood
};

class MemoryFile {
 public:
  /// `root`: the store's. `project`: as kept_path() keeps it.
  MemoryFile(store::Files& files, Result<std::string> root, std::string project)
      : files_(&files), root_(std::move(root)), project_(std::move(project)) {}

  /// Nothing to remember while there is no file. A file that cannot be understood is an error that
  /// names it.
  Result<ProjectState> read() const;
  /// Reads, changes and writes in one step. When `how` fails, or says that nothing has changed,
  /// nothing is written. A file that cannot be understood stays as it is.
  Result<void> change(const std::function<Result<bool>(ProjectState&)>& how) const;

  Result<SessionMemories> sessions() const;
  /// Changes the short memory of a session on a branch, and the long one with it; `how` says
  /// whether the long one has changed. A short one that cannot be understood stays as it is, and is
  /// the error; the long one is changed all the same.
  Result<void> change_both(const SessionBranch& of,
                           const std::function<bool(SessionMemory&, ProjectState&)>& how) const;
  /// The session was deleted: removes its short memories.
  Result<void> forget(const std::string& session, std::int64_t begun_ms) const;

  /// The text of the file; empty: there is none.
  Result<std::string> text() const;
  /// Puts `text` in its place, unless the file does not say `before` any more: then false. A text
  /// that is no such file is refused.
  Result<bool> swap(const std::string& before, const std::string& text) const;

  std::string path() const;

 private:
  Result<std::optional<store::Folder>> look() const;
  Result<store::Folder> make() const;
  Result<ProjectState> read_from(const store::Folder& folder) const;

  store::Files* files_;
  Result<std::string> root_;
  std::string project_;
};

}  // namespace tine::session
