#include "session/memory/memory_file.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "base/ulid.h"
#include "session/memory/limits.h"
#include "session/memory/merge.h"
#include "session/store/lock.h"
#include "session/store/project_folder.h"
#include "session/store/shared_files.h"

namespace tine::session {
namespace {

constexpr const char* file_name = "project_state.json";
constexpr const char* lock_name = "project_state.lock";
constexpr const char* sessions_name = "sessions";
/// Of a work tree.
constexpr const char* tree_folder = ".tine";
constexpr std::string_view ending = ".json";

/// 20260131T120000000Z
std::string compact_time(std::int64_t wall_ms) {
  std::string out = rfc3339(wall_ms);
  std::erase_if(out, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return out;
}

/// 20260131T120000000Z_main. Two sessions that were begun at once differ by a number behind it.
std::string stem_of(const SessionBranch& of) {
  std::string out = compact_time(of.begun_ms);
  if (!of.in_git) return out;
  // No branch can be called HEAD.
  return out + "_" + (of.branch.empty() ? "HEAD" : store::project_folder(of.branch));
}

/// Where the short memory of a session on a branch stands.
struct Short {
  std::string name;
  SessionMemory memory;
};

Result<SessionMemory> read_short(const store::Folder& folder, const std::string& name) {
  const auto text = folder.read_whole(name, limits::session_memory);
  if (!text) return fail(text.error());
  auto memory = session_memory_of(*text);
  if (!memory) {
    memory.error().message =
        std::string(sessions_name) + "/" + name + ": " + memory.error().message;
  }
  return memory;
}

Result<Short> find_short(const store::Folder& folder, const SessionBranch& of) {
  const std::string stem = stem_of(of);
  for (std::size_t number = 1; number <= limits::session_memories; ++number) {
    Short found{
        .name = stem + (number == 1 ? "" : "." + std::to_string(number)) + std::string(ending),
        .memory = {}};
    const auto there = folder.contains(found.name);
    if (!there) return fail(there.error());
    if (*there) {
      auto memory = read_short(folder, found.name);
      if (!memory) return fail(std::move(memory.error()));
      if (memory->session != of.session || memory->branch != of.branch) continue;
      found.memory = std::move(*memory);
    }
    found.memory.session = of.session;
    found.memory.branch = of.branch;
    found.memory.begun_ms = of.begun_ms;
    return found;
  }
  return fail(ErrorKind::queue_full, "too many sessions were begun at the same time");
}

/// The names of all short memories in the folder.
Result<std::vector<std::string>> short_names(const store::Folder& folder) {
  auto names = folder.names();
  if (!names) return fail(std::move(names.error()));
  std::erase_if(*names, [](const std::string& name) { return !name.ends_with(ending); });
  // They begin with a time.
  std::sort(names->begin(), names->end());
  return names;
}

Result<void> write_project(const store::Folder& folder, const std::string& text) {
  if (text.size() > limits::project_state) {
    return fail(Error(ErrorKind::storage_full, "the memory of the project would be larger than " +
                                                   std::to_string(limits::project_state) + " bytes")
                    .with_hint("Remove what is over: tine tasks clear."));
  }
  return folder.replace(file_name, text, true);
}

/// The error of a file in a work tree, whose whole path may hold a secret.
Error in_tree(Error error) {
  error.message = std::string(tree_folder) + "/" + file_name + ": " + error.message;
  if (error.kind == ErrorKind::storage_failed) {
    error.hint =
        "With memory.location = \"repo\" it must be a file in a folder that you can write to; "
        "\"store\" keeps it in the store.";
  } else if (error.kind == ErrorKind::damaged) {
    error.hint = "Repair it, or take back a version that was committed.";
  }
  return error;
}

Result<void> write_short(const store::Folder& folder, const Short& changed) {
  const std::string text = text_of(changed.memory);
  if (text.size() > limits::session_memory) {
    return fail(ErrorKind::storage_full, "the memory of the session would be larger than " +
                                             std::to_string(limits::session_memory) + " bytes");
  }
  const bool is_new = !folder.has(changed.name);
  if (auto written = folder.replace(changed.name, text, true); !written || !is_new) return written;
  auto names = short_names(folder);
  if (!names) return fail(std::move(names.error()));
  std::erase(*names, changed.name);
  for (std::size_t i = 0; i + limits::session_memories <= names->size(); ++i) {
    if (auto removed = folder.remove_file((*names)[i]); !removed) return removed;
  }
  return {};
}

}  // namespace

std::string MemoryFile::path_in_store() const {
  return root_.value_or("") + "/" + store::project_folder(project_) + "/" + file_name;
}

std::string MemoryFile::path_in_tree() const {
  return tree_.top + "/" + tree_folder + "/" + file_name;
}

std::string MemoryFile::unused_path() const {
  if (tree_.holds_memory) {
    const auto folder = look();
    return folder && *folder && (*folder)->has(file_name) ? path_in_store() : std::string();
  }
  if (tree_.top.empty()) return {};
  const auto folder = look_in_tree();
  return folder && *folder && (*folder)->has(file_name) ? path_in_tree() : std::string();
}

/// None: nothing is kept of the project.
Result<std::optional<store::Folder>> MemoryFile::look() const {
  if (!root_) return fail(root_.error());
  const auto root = store::Folder::root(*files_, *root_, false);
  const std::string name = store::project_folder(project_);
  if (!root || !root->has(name)) return std::optional<store::Folder>();
  auto folder = root->open(name);
  if (!folder) return fail(std::move(folder.error()));
  return std::optional<store::Folder>(std::move(*folder));
}

Result<store::Folder> MemoryFile::make() const {
  if (!root_) return fail(root_.error());
  const auto root = store::Folder::root(*files_, *root_, true);
  if (!root) return fail(root.error());
  return root->make(store::project_folder(project_));
}

Result<std::optional<store::Folder>> MemoryFile::look_in_tree() const {
  const auto top = store::Folder::root(store::shared_files(), tree_.top, false);
  if (!top) return fail(in_tree(top.error()));
  const auto there = top->contains(tree_folder);
  if (!there) return fail(in_tree(there.error()));
  if (!*there) return std::optional<store::Folder>();
  auto folder = top->open(tree_folder);
  if (!folder) return fail(in_tree(std::move(folder.error())));
  return std::optional<store::Folder>(std::move(*folder));
}

Result<store::Folder> MemoryFile::make_in_tree() const {
  const auto top = store::Folder::root(store::shared_files(), tree_.top, false);
  if (!top) return fail(in_tree(top.error()));
  auto folder = top->make(tree_folder);
  if (!folder) return fail(in_tree(std::move(folder.error())));
  return folder;
}

// --- the long memory
// ----------------------------------------------------------------------------

Result<std::optional<std::string>> MemoryFile::long_text() const {
  const auto folder = tree_.holds_memory ? look_in_tree() : look();
  if (!folder) return fail(folder.error());
  if (!*folder) return std::optional<std::string>();
  auto text = (*folder)->read_if_there(file_name, limits::project_state);
  if (text || !tree_.holds_memory) return text;
  return fail(in_tree(std::move(text.error())));
}

Result<ProjectState> MemoryFile::parsed(const std::string& text) const {
  auto state = project_state_of(text);
  if (state) return state;
  if (tree_.holds_memory) return fail(in_tree(std::move(state.error())));
  state.error().message = path() + ": " + state.error().message;
  return state;
}

Result<MemoryFile::Long> MemoryFile::read_long() const {
  for (int reads = 1;; ++reads) {
    auto text = long_text();
    if (!text) return fail(std::move(text.error()));
    if (!*text) return Long();
    auto state = parsed(**text);
    if (state) return Long{.text = std::move(*text), .state = std::move(*state)};
    const bool may_be_unfinished = tree_.holds_memory && state.error().kind == ErrorKind::damaged;
    if (!may_be_unfinished || reads >= limits::tree_reads) return fail(std::move(state.error()));
    std::this_thread::sleep_for(limits::tree_pause);
  }
}

Result<void> MemoryFile::put_long(const std::string& text) const {
  const auto folder = tree_.holds_memory ? make_in_tree() : make();
  if (!folder) return fail(folder.error());
  auto written = write_project(*folder, text);
  if (written || !tree_.holds_memory) return written;
  return fail(in_tree(std::move(written.error())));
}

/// `before` is what the state was made from.
Result<void> MemoryFile::write_long(const Long& before, ProjectState state) const {
  if (!tree_.holds_memory) return put_long(text_of(state));
  const auto now = long_text();
  if (!now) return fail(now.error());
  if (*now == before.text) return put_long(text_of(state));
  const auto other = read_long();
  if (!other) return fail(other.error());
  const auto merged = merge(before.state, state, other->state);
  if (!merged) return fail(merged.error());
  return put_long(text_of(merged->state));
}

Result<ProjectState> MemoryFile::read() const {
  auto found = read_long();
  if (!found) return fail(std::move(found.error()));
  return std::move(found->state);
}

Result<std::string> MemoryFile::text() const {
  auto text = long_text();
  if (!text) return fail(std::move(text.error()));
  return std::move(*text).value_or("");
}

Result<void> MemoryFile::change(const std::function<Result<bool>(ProjectState&)>& how) const {
  const auto folder = make();
  if (!folder) return fail(folder.error());
  const auto lock = store::wait_for_lock(*folder, lock_name);
  if (!lock) return fail(lock.error());
  const auto before = read_long();
  if (!before) return fail(before.error());
  ProjectState state = before->state;
  const auto changed = how(state);
  if (!changed) return fail(changed.error());
  if (!*changed) return {};
  return write_long(*before, std::move(state));
}

Result<bool> MemoryFile::put_in_place_of(const std::string& before, const std::string& text) const {
  if (auto state = project_state_of(text); !state) return fail(std::move(state.error()));
  const auto folder = make();
  if (!folder) return fail(folder.error());
  const auto lock = store::wait_for_lock(*folder, lock_name);
  if (!lock) return fail(lock.error());
  const auto now = long_text();
  if (!now) return fail(now.error());
  if (now->value_or("") != before) return false;
  if (auto written = put_long(text); !written) return fail(std::move(written.error()));
  return true;
}

// --- the short memories
// ----------------------------------------------------------------------------

Result<SessionMemories> MemoryFile::sessions() const {
  SessionMemories out;
  const auto folder = look();
  if (!folder) return fail(folder.error());
  if (!*folder || !(*folder)->has(sessions_name)) return out;
  const auto inside = (*folder)->open(sessions_name);
  if (!inside) return fail(inside.error());
  const auto names = short_names(*inside);
  if (!names) return fail(names.error());
  for (const std::string& name : *names) {
    auto memory = read_short(*inside, name);
    if (memory) {
      out.all.push_back(std::move(*memory));
    } else {
      out.faults.push_back(std::move(memory.error().message));
    }
  }
  std::stable_sort(out.all.begin(), out.all.end(),
                   [](const SessionMemory& one, const SessionMemory& other) {
                     return one.changed_ms > other.changed_ms;
                   });
  return out;
}

Result<void> MemoryFile::change_both(
    const SessionBranch& of, const std::function<bool(SessionMemory&, ProjectState&)>& how) const {
  const auto folder = make();
  if (!folder) return fail(folder.error());
  const auto lock = store::wait_for_lock(*folder, lock_name);
  if (!lock) return fail(lock.error());
  const auto before = read_long();
  const auto inside = folder->make(sessions_name);
  if (!inside) return fail(inside.error());
  auto found = find_short(*inside, of);
  SessionMemory none;
  ProjectState state = before ? before->state : ProjectState();
  const bool changed = how(found ? found->memory : none, state);
  // Once the short one has a commit, the next roll-up finds it, whatever happens in between.
  Result<void> written = found ? write_short(*inside, *found) : fail(found.error());
  if (!before) return fail(before.error());
  if (!changed) return written;
  if (auto both = write_long(*before, std::move(state)); !both) return both;
  return written;
}

Result<void> MemoryFile::forget(const std::string& session, std::int64_t begun_ms) const {
  const auto folder = look();
  if (!folder) return fail(folder.error());
  // Nothing was ever remembered.
  if (!*folder || !(*folder)->has(lock_name)) return {};
  if (!(*folder)->has(sessions_name)) return {};
  const auto inside = (*folder)->open(sessions_name);
  if (!inside) return fail(inside.error());
  auto names = short_names(*inside);
  if (!names) return fail(std::move(names.error()));
  const std::string begin = compact_time(begun_ms);
  std::erase_if(*names, [&](const std::string& name) { return !name.starts_with(begin); });
  if (names->empty()) return {};
  const auto lock = store::wait_for_lock(**folder, lock_name);
  if (!lock) return fail(lock.error());
  for (const std::string& name : *names) {
    const auto memory = read_short(*inside, name);
    if (!memory || memory->session != session) continue;
    if (auto removed = inside->remove_file(name); !removed) return removed;
  }
  return {};
}

}  // namespace tine::session
