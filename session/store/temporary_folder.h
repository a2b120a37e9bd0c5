#pragma once
// For tests: a folder of its own under the system's place for temporary files, gone afterwards.

#include <cstdlib>
#include <filesystem>
#include <string>

#include "session/store/folder.h"

namespace tine::session::store {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tine-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  Folder open() const { return std::move(*Folder::root(system_files(), path_, true)); }

 private:
  std::string path_;
};

}  // namespace tine::session::store
