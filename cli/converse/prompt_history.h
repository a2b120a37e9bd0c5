#pragma once
// The prompts that were typed in a project's chats, so that the next chat can recall them: a file
// beside the project's sessions, that only the user may read, without secrets, and bounded.
//
// An owner of a folder's descriptor; on the loop's thread. Several processes may add to it.

#include <optional>
#include <string>
#include <vector>

#include "cli/world.h"

namespace tine::cli {

class PromptHistory {
 public:
  /// Of the project in which `cwd` lies. Where nothing may be kept it stays empty.
  static PromptHistory open(World& world, const std::string& cwd);

  /// The oldest first.
  const std::vector<std::string>& prompts() const { return prompts_; }
  void add(const std::string& prompt);

 private:
  explicit PromptHistory(World& world) : world_(world) {}
  void load();

  World& world_;
  std::optional<session::store::Folder> folder_;
  std::vector<std::string> prompts_;
};

}  // namespace tine::cli
