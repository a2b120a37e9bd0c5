#include "session/memory/memory_file.h"

#include <utility>

#include "session/memory/limits.h"
#include "session/store/lock.h"
#include "session/store/project_folder.h"

namespace tine::session {
namespace {

constexpr const char* file_name = "project_state.json";
constexpr const char* lock_name = "project_state.lock";

}  // namespace

std::string MemoryFile::path() const {
  return *root_ + "/" + store::project_folder(project_) + "/" + file_name;
}

Result<ProjectState> MemoryFile::read_from(const store::Folder& folder) const {
  const auto text = folder.read_if_there(file_name, limits::project_state);
  if (!text) return fail(text.error());
  if (!*text) return ProjectState();
  auto state = project_state_of(**text);
  if (!state) state.error().message = path() + ": " + state.error().message;
  return state;
}

Result<ProjectState> MemoryFile::read() const {
  if (!root_) return fail(root_.error());
  const auto root = store::Folder::root(*files_, *root_, false);
  if (!root || !root->has(store::project_folder(project_))) return ProjectState();
  const auto folder = root->open(store::project_folder(project_));
  if (!folder) return fail(folder.error());
  return read_from(*folder);
}

Result<void> MemoryFile::change(const std::function<Result<bool>(ProjectState&)>& how) const {
  if (!root_) return fail(root_.error());
  const auto root = store::Folder::root(*files_, *root_, true);
  if (!root) return fail(root.error());
  const auto folder = root->make(store::project_folder(project_));
  if (!folder) return fail(folder.error());
  const auto lock = store::wait_for_lock(*folder, lock_name);
  if (!lock) return fail(lock.error());
  auto state = read_from(*folder);
  if (!state) return fail(std::move(state.error()));
  const auto changed = how(*state);
  if (!changed) return fail(changed.error());
  if (!*changed) return {};
  const std::string text = text_of(*state);
  if (text.size() > limits::project_state) {
    return fail(Error(ErrorKind::storage_full, "the memory of the project would be larger than " +
                                                   std::to_string(limits::project_state) + " bytes")
                    .with_hint("Remove what is over: tine tasks clear."));
  }
  return folder->replace(file_name, text, true);
}

}  // namespace tine::session
