#include "session/store/sessions.h"

#include <algorithm>
#include <functional>

#include "base/ulid.h"
#include "session/store/limits.h"
#include "session/store/reader.h"

namespace tine::session::store {
namespace {

constexpr const char* sessions = "sessions";
constexpr const char* forks_name = "forks";
constexpr const char* hidden_name = "hidden";
/// Behind the id in the name of a folder that is being removed.
constexpr std::string_view removed_suffix = ".removed";

std::string neighbours_path(const std::string& project) { return project + "/" + sessions; }

/// None: what has the project's name is no folder of a project, or a link.
Result<std::optional<Folder>> neighbours_of(const Folder& root, const std::string& project) {
  const auto there = root.contains(neighbours_path(project));
  if (!there) return fail(there.error());
  if (!*there) return std::optional<Folder>();
  auto folder = root.open(neighbours_path(project));
  if (folder) return std::optional<Folder>(std::move(*folder));
  // What passes, such as too many open files, says nothing of the sessions.
  if (folder.error().retryable) return fail(std::move(folder.error()));
  return std::optional<Folder>();
}

Result<bool> exists(const Folder& root, const std::string& id, const std::string& likely) {
  const auto found = find_session(root, id, likely);
  if (!found) return fail(found.error());
  return found->has_value();
}

/// Whether any fork that is noted in the folder, or named, still has a folder of its own.
Result<bool> has_forks(const Folder& root, const Folder& session, const std::string& project,
                       std::vector<std::string> forks) {
  const auto noted = session.contains(forks_name);
  if (!noted) return fail(noted.error());
  if (*noted) {
    const auto folder = session.open(forks_name);
    // What cannot be known must not be lost.
    if (!folder) return fail(folder.error());
    const auto names = folder->names();
    if (!names) return fail(names.error());
    forks.insert(forks.end(), names->begin(), names->end());
  }
  for (const std::string& fork : forks) {
    if (!is_ulid(fork)) continue;
    const auto there = exists(root, fork, project);
    if (!there) return fail(there.error());
    if (*there) return true;
  }
  return false;
}

/// Ends what a process that was lost has begun to remove. `names`: of the folder; those that a fork
/// still needs are added under their own names.
void end_removals(const Folder& root, const Folder& neighbours, const std::string& project,
                  std::vector<std::string>& names) {
  std::vector<std::string> restored;
  for (const std::string& name : names) {
    if (!name.ends_with(removed_suffix)) continue;
    const std::string id = name.substr(0, name.size() - removed_suffix.size());
    if (!is_ulid(id)) continue;
    const auto session = neighbours.open(name);
    if (!session) continue;
    const auto needed = has_forks(root, *session, project, {});
    // What fails is tried again by the next process.
    if (needed && *needed) {
      if (neighbours.rename(name, id)) restored.push_back(id);
    } else if (needed) {
      [[maybe_unused]] const auto ignored = neighbours.remove_folder(name);
    }
  }
  names.insert(names.end(), restored.begin(), restored.end());
}

}  // namespace

std::string session_path(const IndexEntry& entry) {
  return neighbours_path(entry.folder) + "/" + entry.id;
}

Result<State> read_state(const Folder& root, const IndexEntry& entry) {
  const auto session = root.open(session_path(entry));
  if (!session) return fail(session.error());
  const auto text = session->read_whole(state_name, limits::state_file);
  if (!text) return fail(text.error());
  return parse_state(*text, state_name);
}

Result<std::vector<std::string>> session_ids(const Folder& root, const std::string& project) {
  auto ids = session_ids_in_any_order(root, project);
  if (ids) std::sort(ids->begin(), ids->end());
  return ids;
}

Result<std::vector<std::string>> session_ids_in_any_order(const Folder& root,
                                                          const std::string& project) {
  const auto inside = neighbours_of(root, project);
  if (!inside) return fail(inside.error());
  if (!*inside) return std::vector<std::string>();
  auto names = (*inside)->names();
  if (!names) return fail(std::move(names.error()));
  end_removals(root, **inside, project, *names);
  std::erase_if(*names, [](const std::string& name) { return !is_ulid(name); });
  return names;
}

Result<std::optional<IndexEntry>> look_at(const Folder& root, const std::string& project,
                                          const std::string& id) {
  IndexEntry entry;
  entry.id = id;
  entry.folder = project;
  const auto session = root.open(session_path(entry));
  // What passes, such as too many open files, says nothing of the session.
  if (!session && session.error().retryable) return fail(session.error());
  if (!session) {
    const auto neighbours = neighbours_of(root, project);
    if (!neighbours) return fail(neighbours.error());
    if (!*neighbours) return std::optional<IndexEntry>();
    const auto there = (*neighbours)->contains(id);
    if (!there) return fail(there.error());
    return *there ? std::optional<IndexEntry>(std::move(entry)) : std::nullopt;
  }
  const auto file = session->open_file(state_name, Files::Open::read);
  if (!file && file.error().retryable) return fail(file.error());
  if (file) {
    if (const auto facts = file->facts()) entry.updated_ms = facts->modified_ms;
  }
  const auto text = session->read_whole(state_name, limits::state_file);
  if (!text && text.error().retryable) return fail(text.error());
  const auto state = text ? parse_state(*text, state_name) : Result<State>(fail(text.error()));
  if (state) {
    entry.title = state->description;
    entry.parent = state->parent;
    entry.deleted = state->deleted;
    entry.prompted = state->prompted;
  } else {
    const auto hidden = is_noted_hidden(*session);
    if (!hidden) return fail(hidden.error());
    entry.deleted = *hidden;
    // Without any of its files it was only just begun.
    entry.prompted = session->has(state_name) || session->has(transcript_name);
  }
  return std::optional<IndexEntry>(std::move(entry));
}

Result<std::optional<IndexEntry>> find_session(const Folder& root, const std::string& id,
                                               const std::string& likely) {
  if (!likely.empty()) {
    auto found = look_at(root, likely, id);
    if (!found || *found) return found;
  }
  const auto projects = root.names();
  if (!projects) return fail(projects.error());
  for (const std::string& project : *projects) {
    const auto there = root.contains(neighbours_path(project) + "/" + id);
    if (!there) return fail(there.error());
    if (!*there) continue;
    // Behind a link anything may seem to be there.
    auto found = look_at(root, project, id);
    if (!found || *found) return found;
  }
  return std::optional<IndexEntry>();
}

Result<std::vector<IndexEntry>> walk(const Folder& root) {
  const auto projects = root.names();
  if (!projects) return fail(projects.error());
  std::vector<IndexEntry> out;
  for (const std::string& project : *projects) {
    const auto ids = session_ids(root, project);
    if (!ids) return fail(ids.error());
    for (const std::string& id : *ids) {
      auto entry = look_at(root, project, id);
      if (!entry) return fail(std::move(entry.error()));
      if (*entry) out.push_back(std::move(**entry));
    }
  }
  return out;
}

Result<void> note_fork(const Folder& root, const IndexEntry& parent, const std::string& fork) {
  const std::string path = session_path(parent);
  Result<void> noted;
  if (const auto session = root.open(path); !session) {
    noted = fail(session.error());
  } else if (const auto forks = session->make(forks_name); !forks) {
    noted = fail(forks.error());
  } else if (const auto note = forks->open_file(fork, Files::Open::append); !note) {
    noted = fail(note.error());
  }
  // A removal first takes the folder from its place and then looks at the notes.
  const auto still_there = root.contains(path);
  if (!still_there) return fail(still_there.error());
  if (!*still_there)
    return fail(Error(ErrorKind::session_not_found, "the session to fork was deleted meanwhile"));
  return noted;
}

std::vector<std::string> titles_of_forks(const Folder& root, const IndexEntry& parent) {
  std::vector<std::string> titles;
  const auto folder = root.open(session_path(parent) + "/" + forks_name);
  if (!folder) return titles;
  auto ids = folder->names();
  if (!ids) return titles;
  std::sort(ids->begin(), ids->end(), std::greater<>());
  if (ids->size() > limits::titled_forks) ids->resize(limits::titled_forks);
  for (const std::string& id : *ids) {
    if (!is_ulid(id)) continue;
    const auto fork = find_session(root, id, parent.folder);
    if (fork && *fork) titles.push_back((*fork)->title);
  }
  return titles;
}

Result<void> note_hidden(const Folder& root, const IndexEntry& entry) {
  const auto session = root.open(session_path(entry));
  if (!session) return fail(session.error());
  const auto noted = session->open_file(hidden_name, Files::Open::append);
  if (!noted) return fail(noted.error());
  return {};
}

Result<bool> is_noted_hidden(const Folder& session) { return session.contains(hidden_name); }

Result<bool> remove_files(const Folder& root, const IndexEntry& entry,
                          const std::vector<std::string>& forks) {
  const auto there = root.contains(session_path(entry));
  if (!there) return fail(there.error());
  if (!*there) return true;
  const auto neighbours = root.open(neighbours_path(entry.folder));
  if (!neighbours) return fail(neighbours.error());
  const auto session = neighbours->open(entry.id);
  if (!session) return fail(session.error());
  const auto needed = has_forks(root, *session, entry.folder, forks);
  if (!needed) return fail(needed.error());
  if (*needed) return false;
  const std::string aside = entry.id + std::string(removed_suffix);
  if (auto moved = neighbours->rename(entry.id, aside); !moved) return fail(moved.error());
  // From now on nobody finds it. What was forked until now has left its note.
  const auto forked = has_forks(root, *session, entry.folder, forks);
  if (!forked || *forked) {
    if (auto back = neighbours->rename(aside, entry.id); !back) return fail(back.error());
    if (!forked) return fail(forked.error());
    return false;
  }
  if (auto removed = neighbours->remove_folder(aside); !removed) return fail(removed.error());
  return true;
}

}  // namespace tine::session::store
