#pragma once
// The file of a project's long memory: project_state.json in the project's folder of the store.
//
// A value that knows where the file is. Its calls block, so they run on a worker's thread. Another
// process may use the file at the same time: a change holds a lock and replaces the file whole, so
// whatever happens to a process, the file is what it was before a change or after it.

#include <functional>
#include <string>

#include "base/result.h"
#include "session/memory/project_state.h"
#include "session/store/files.h"
#include "session/store/folder.h"

namespace tine::session {

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

 private:
  Result<ProjectState> read_from(const store::Folder& folder) const;
  std::string path() const;

  store::Files* files_;
  Result<std::string> root_;
  std::string project_;
};

}  // namespace tine::session
