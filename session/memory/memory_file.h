#pragma once
// The files of a project's memory: project_state.json is the long memory, in the project's folder
// of the store or in .tine of its work tree; sessions/<time>_<branch>.json in that folder of the
// store is the short one of a session on a branch.
//
// What stands in a work tree others may have written: nothing but a regular file of a bounded size
// is read there, no link is followed, and the lock is in the store.
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

/// The main work tree of a project's repository.
struct WorkTree {
  std::string top;            ///< empty: there is no repository
  bool holds_memory = false;  ///< the long one, which else is in the store
};

class MemoryFile {
 public:
  /// `root`: the store's. `project`: as kept_path() keeps it.
  MemoryFile(store::Files& files, Result<std::string> root, std::string project, WorkTree tree = {})
      : files_(&files),
        root_(std::move(root)),
        project_(std::move(project)),
        tree_(std::move(tree)) {}

  /// Nothing to remember while there is no file. A file that cannot be understood is an error that
  /// names it.
  Result<ProjectState> read() const;
  /// Reads, changes and writes in one step. When `how` fails, or says that nothing has changed,
  /// nothing is written. A file that cannot be understood stays as it is. What git puts in the
  /// place of a file in the work tree meanwhile is merged.
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
  Result<bool> put_in_place_of(const std::string& before, const std::string& text) const;

  /// Of the long memory.
  std::string path() const { return tree_.holds_memory ? path_in_tree() : path_in_store(); }
  /// Where there is a long memory, too, which is not used; empty: there is none.
  std::string unused_path() const;

 private:
  /// The long memory as its file says.
  struct Long {
    std::optional<std::string> text;  ///< none: there is no file
    ProjectState state;
  };

  std::string path_in_store() const;
  std::string path_in_tree() const;
  Result<std::optional<store::Folder>> look() const;
  Result<store::Folder> make() const;
  Result<std::optional<store::Folder>> look_in_tree() const;
  Result<store::Folder> make_in_tree() const;
  Result<std::optional<std::string>> long_text() const;
  Result<ProjectState> parsed(const std::string& text) const;
  Result<Long> read_long() const;
  Result<void> write_long(const Long& before, ProjectState state) const;
  Result<void> put_long(const std::string& text) const;

  store::Files* files_;
  Result<std::string> root_;
  std::string project_;
  WorkTree tree_;
};

}  // namespace tine::session
