#pragma once
// A folder of files that is gone after the test.
//
// For tests only.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace tine::executor::claude::test {

class Files {
 public:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tine-test-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
  }
  ~Files() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  const std::string& root() const { return root_; }
  std::string path(const std::string& name) const { return root_ + "/" + name; }
  /// With the folders above it.
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }

 private:
  std::string root_;
};

}  // namespace tine::executor::claude::test
