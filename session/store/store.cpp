#include "session/store/store.h"

#include <algorithm>

#include "base/ulid.h"
#include "session/store/limits.h"
#include "session/store/project_folder.h"

namespace tine::session::store {
namespace {

constexpr const char* sessions = "sessions";
constexpr const char* state_name = "state.toml";

std::string session_path(const IndexEntry& entry) {
  return entry.folder + "/" + sessions + "/" + entry.id;
}

Failure not_found() { return fail(ErrorKind::session_not_found, "there is no such session"); }

}  // namespace

IndexEntry entry_of(const State& state, std::int64_t updated_ms) {
  return {.id = state.id,
          .folder = project_folder(state.project),
          .title = state.description,
          .parent = state.parent,
          .updated_ms = updated_ms,
          .deleted = state.deleted,
          .prompted = state.prompted,
          .gone = false};
}

Result<std::string> default_root(const Env& env) {
  const auto state_home = env.variable("XDG_STATE_HOME");
  if (state_home && state_home->starts_with('/')) return *state_home + "/tine";
  const auto home = env.variable("HOME");
  if (home && home->starts_with('/')) return *home + "/.local/state/tine";
  return fail(Error(ErrorKind::storage_failed, "neither XDG_STATE_HOME nor HOME names a directory")
                  .with_hint("Set XDG_STATE_HOME to a directory for tine's sessions."));
}

Result<const Folder*> Store::root() {
  if (!root_) {
    if (!path_) return fail(path_.error());
    auto opened = Folder::root(files_, *path_, true);
    if (!opened) return fail(std::move(opened.error()));
    root_ = std::make_unique<Folder>(std::move(*opened));
  }
  return root_.get();
}

Result<Index*> Store::index() {
  if (!index_) {
    const auto folder = root();
    if (!folder) return fail(folder.error());
    index_ = std::make_unique<Index>(**folder, [this] { return walk(); });
  }
  return index_.get();
}

/// Reads every session's state: the long way, for when there is no index.
Result<std::vector<IndexEntry>> Store::walk() {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  const auto projects = (*folder)->names();
  if (!projects) return fail(projects.error());
  std::vector<IndexEntry> out;
  for (const std::string& project : *projects) {
    const auto inside = (*folder)->open(project + "/" + sessions);
    if (!inside) continue;  // the index itself, or what is not ours
    const auto ids = inside->names();
    if (!ids) return fail(ids.error());
    for (const std::string& id : *ids) {
      if (!is_ulid(id)) continue;
      IndexEntry entry;
      entry.id = id;
      entry.folder = project;
      const auto state = read_state(entry);
      if (state) {
        entry.title = state->description;
        entry.parent = state->parent;
        entry.deleted = state->deleted;
        entry.prompted = state->prompted;
      }
      const auto session = inside->open(id);
      if (!session) continue;
      const auto file = session->open_file(state_name, Files::Open::read);
      const auto facts = file ? file->facts() : Result<Files::Facts>(fail(file.error()));
      if (facts) entry.updated_ms = facts->modified_ms;
      out.push_back(std::move(entry));
    }
  }
  return out;
}

Result<void> Store::create(const State& state) {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  auto made = (*folder)->make(session_path(entry_of(state, 0)));
  if (!made) return fail(std::move(made.error()));
  if (auto output = made->make("output"); !output) return fail(std::move(output.error()));
  return write_state(state, false);
}

Result<IndexEntry> Store::find_any(const std::string& id) {
  if (!is_ulid(id)) return not_found();
  const auto known = index();
  if (!known) return fail(known.error());
  auto found = (*known)->find(id);
  if (!found) return fail(std::move(found.error()));
  if (!found->empty()) return std::move(found->front());
  return find_folder(id);
}

/// One that the index does not know, as its process was lost before it could say so.
Result<IndexEntry> Store::find_folder(const std::string& id) {
  const auto projects = (*root())->names();
  if (!projects) return fail(projects.error());
  for (const std::string& project : *projects) {
    IndexEntry entry;
    entry.id = id;
    entry.folder = project;
    const auto state = read_state(entry);
    if (!state) continue;
    entry = entry_of(*state, env_.wall_ms());
    entry.folder = project;
    if (auto told = (*index())->put(entry); !told) return fail(std::move(told.error()));
    return entry;
  }
  return not_found();
}

Result<IndexEntry> Store::find(const std::string& id) {
  auto found = find_any(id);
  if (found && found->deleted) return not_found();
  return found;
}

Result<IndexEntry> Store::find_prefix(std::string_view typed) {
  const auto prefix = ulid_prefix(typed);
  if (!prefix)
    return fail(
        Error(ErrorKind::invalid_params, "that is neither a session's id nor the beginning of one")
            .with_hint("Type an id as it is listed, or its beginning."));
  const auto known = index();
  if (!known) return fail(known.error());
  auto all = (*known)->find(*prefix);
  if (!all) return fail(std::move(all.error()));
  std::vector<IndexEntry> found;
  for (IndexEntry& each : *all) {
    if (!each.deleted) found.push_back(std::move(each));
  }
  if (found.empty()) return not_found();
  if (found.size() == 1) return found.front();
  std::string message = "several sessions begin with " + *prefix + ":";
  for (const IndexEntry& each : found) message += "\n  " + each.id + "  " + each.title;
  return fail(
      Error(ErrorKind::invalid_params, std::move(message)).with_hint("Type more of the id."));
}

Result<std::vector<IndexEntry>> Store::all() {
  const auto known = index();
  if (!known) return fail(known.error());
  const auto entries = (*known)->entries();
  if (!entries) return fail(entries.error());
  std::vector<IndexEntry> out;
  out.reserve(entries->get().size());
  for (const auto& [id, entry] : entries->get()) out.push_back(entry);
  return out;
}

Result<std::vector<IndexEntry>> Store::list(const std::string& project) {
  const auto known = index();
  if (!known) return fail(known.error());
  const auto entries = (*known)->entries();
  if (!entries) return fail(entries.error());
  const std::string folder = project.empty() ? std::string() : project_folder(project);
  std::vector<IndexEntry> out;
  for (const auto& [id, entry] : entries->get()) {
    const bool wanted = folder.empty() || entry.folder == folder;
    if (wanted && entry.prompted && !entry.deleted) out.push_back(entry);
  }
  return out;
}

Result<std::vector<IndexEntry>> Store::page(const std::string& project, const Place& after,
                                            std::size_t count) {
  const auto known = index();
  if (!known) return fail(known.error());
  const auto entries = (*known)->entries();
  if (!entries) return fail(entries.error());
  const std::string folder = project.empty() ? std::string() : project_folder(project);
  const auto newer = [](const IndexEntry* a, const IndexEntry* b) {
    return a->updated_ms != b->updated_ms ? a->updated_ms > b->updated_ms : a->id > b->id;
  };
  IndexEntry edge;
  edge.updated_ms = after.updated_ms;
  edge.id = after.id;
  std::vector<const IndexEntry*> found;
  for (const auto& [id, entry] : entries->get()) {
    if (entry.deleted || !entry.prompted) continue;
    if (!folder.empty() && entry.folder != folder) continue;
    if (!after.id.empty() && !newer(&edge, &entry)) continue;
    found.push_back(&entry);
  }
  const std::size_t kept = std::min(count, found.size());
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(),
                    newer);
  std::vector<IndexEntry> out;
  for (std::size_t i = 0; i < kept; ++i) out.push_back(*found[i]);
  return out;
}

Result<void> Store::check() {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  return (*folder)->check_writable();
}

std::string Store::path_of(const IndexEntry& entry) const {
  return path_.value_or("") + "/" + session_path(entry);
}

Result<Folder> Store::open(const IndexEntry& entry) {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  return (*folder)->open(session_path(entry));
}

Result<Folder> Store::whole() {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  return (*folder)->open(".");
}

Result<State> Store::read_state(const IndexEntry& entry) {
  const auto session = open(entry);
  if (!session) return fail(session.error());
  const auto text = session->read_whole(state_name, limits::state_file);
  if (!text) return fail(text.error());
  return parse_state(*text, state_name);
}

Result<void> Store::write_state(const State& state, bool sync) {
  IndexEntry entry = entry_of(state, env_.wall_ms());
  const auto session = open(entry);
  if (!session) return fail(session.error());
  const auto before = session->read_whole(state_name, limits::state_file);
  State now = state;
  if (before && !now.deleted) {
    // Another process may have hidden it while this one had it open.
    const auto old = parse_state(*before, state_name);
    now.deleted = entry.deleted = old && old->deleted;
  }
  const auto text =
      store::write_state(now, before ? std::string_view(*before) : std::string_view());
  if (!text) return fail(text.error());
  if (auto written = session->replace(state_name, *text, sync); !written) return written;
  const auto known = index();
  if (!known) return fail(known.error());
  return (*known)->put(entry);
}

Result<Folder> Store::neighbours(const IndexEntry& entry) {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  return (*folder)->open(entry.folder + "/" + sessions);
}

/// False only when it is certain that a person has removed them by hand.
bool Store::has_files(const IndexEntry& entry) {
  const auto folder = root();
  if (!folder) return true;
  const auto beside = neighbours(entry);
  return beside ? beside->has(entry.id) : (*folder)->has(entry.folder);
}

Result<void> Store::hide(const IndexEntry& entry) {
  auto state = read_state(entry);
  if (state) {
    // The way from active to retired leads over available.
    for (const Status next : {Status::available, Status::retired}) {
      if (may_become(state->status, next)) state->status = next;
    }
    state->deleted = true;
    return write_state(*state, false);
  }
  if (state.error().kind != ErrorKind::damaged && has_files(entry))
    return fail(std::move(state.error()));
  const auto known = index();
  if (!known) return fail(known.error());
  IndexEntry hidden = entry;
  hidden.deleted = true;
  return (*known)->put(hidden);
}

Result<void> Store::forget(IndexEntry entry) {
  const auto known = index();
  if (!known) return fail(known.error());
  entry.gone = true;
  return (*known)->put(entry);
}

Result<void> Store::remove(const std::string& id) {
  const auto entry = find_any(id);
  if (!entry) return fail(entry.error());
  if (auto hidden = hide(*entry); !hidden) return hidden;
  return sweep(id);
}

/// Removes the files of a hidden session that no fork needs, and then perhaps those of its parent.
Result<void> Store::sweep(const std::string& start) {
  std::string id = start;
  while (!id.empty()) {
    const auto entries = all();
    if (!entries) return fail(entries.error());
    const auto is_it = [&](const IndexEntry& each) { return each.id == id; };
    const auto found = std::find_if(entries->begin(), entries->end(), is_it);
    if (found == entries->end() || !found->deleted) return {};
    const auto needs_it = [&](const IndexEntry& each) { return each.parent == id; };
    if (std::any_of(entries->begin(), entries->end(), needs_it)) return {};
    if (has_files(*found)) {
      const auto folder = neighbours(*found);
      if (!folder) return fail(folder.error());
      if (auto removed = folder->remove_folder(id); !removed) return removed;
    }
    if (auto told = forget(*found); !told) return told;
    id = found->parent;
  }
  return {};
}

}  // namespace tine::session::store
