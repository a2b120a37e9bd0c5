#pragma once
// A temporary folder for one run of a scenario: where the agent works.
//
// A resource with an owner; no threads.

#include <filesystem>
#include <string>

namespace tine::conformance {

class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path project() const { return path_ / "project"; }
  std::filesystem::path other() const { return path_ / "other"; }

 private:
  std::filesystem::path path_;
};

/// False: it could not be written.
bool write_text(const std::filesystem::path& path, const std::string& text);

}  // namespace tine::conformance
