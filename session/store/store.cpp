#include "session/store/store.h"

#include <algorithm>

#include "base/ulid.h"
#include "session/store/glance.h"
#include "session/store/limits.h"
#include "session/store/project_folder.h"
#include "session/store/retire.h"
#include "session/store/sessions.h"
#include "session/store/states.h"

namespace tine::session::store {
namespace {

Failure not_found() { return fail(ErrorKind::session_not_found, "there is no such session"); }

bool is_newer(const IndexEntry& a, const IndexEntry& b) {
  return a.updated_ms != b.updated_ms ? a.updated_ms > b.updated_ms : a.id > b.id;
}

std::vector<Store::Found> found_of(const Folder& root, std::vector<IndexEntry> entries) {
  auto states = read_states(root, entries);
  std::vector<Store::Found> out;
  out.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    out.push_back({.entry = std::move(entries[i]), .state = std::move(states[i])});
  return out;
}

}  // namespace

/// Shared with the coroutine that tries again.
struct Store::Waiting {
  std::string lines;
  bool trying = false;
};

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

Store::~Store() {
  if (!waiting_ || waiting_->lines.empty() || !root_) return;
  const auto added = add_to_index(*root_, waiting_->lines);
  // What it lacks is found again by whoever makes it anew.
  if (!added || !*added) [[maybe_unused]]
    const auto ignored = root_->remove_file(index_name);
  waiting_->lines.clear();
}

Result<Store::Root> Store::root() {
  if (!root_) {
    if (!path_) return fail(path_.error());
    auto opened = Folder::root(files_, *path_, true);
    if (!opened) return fail(std::move(opened.error()));
    begin_index(*opened);
    root_ = std::make_shared<const Folder>(std::move(*opened));
    waiting_ = std::make_shared<Waiting>();
  }
  return root_;
}

Result<std::shared_ptr<Index>> Store::index() {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  if (!index_) index_ = std::make_shared<Index>(*folder);
  return index_;
}

// --- telling the index
// -----------------------------------------------------------------------------

/// Never waits: the session's own files say the same.
void Store::tell(const IndexEntry& entry) {
  waiting_->lines += index_line(entry);
  if (waiting_->trying) return;
  const auto added = add_to_index(*root_, waiting_->lines);
  if (added && *added) {
    waiting_->lines.clear();
    return;
  }
  waiting_->trying = true;
  loop_.spawn(tell_later(loop_, root_, waiting_));
}

transport::Task<void> Store::tell_later(transport::Loop& loop, Root root,
                                        std::shared_ptr<Waiting> waiting) {
  const auto end = std::chrono::steady_clock::now() + limits::index_patience;
  auto pause = limits::first_index_retry;
  while (!waiting->lines.empty()) {
    co_await transport::pause(loop, pause);
    pause = std::min(2 * pause, limits::index_retry);
    const auto added = add_to_index(*root, waiting->lines);
    if (added && *added) {
      waiting->lines.clear();
    } else if (std::chrono::steady_clock::now() >= end) {
      [[maybe_unused]] const auto ignored = root->remove_file(index_name);
      waiting->lines.clear();
    }
  }
  waiting->trying = false;
}

Store::Answer<void> Store::ask(std::function<Result<void>(Index&)> question) {
  const auto known = index();
  if (!known) co_return fail(known.error());
  const auto done = std::make_shared<Result<void>>();
  std::function<void()> job = [done, known = *known, question = std::move(question)] {
    *done = question(*known);
  };
  co_await worker_.run(std::move(job));
  co_return *done;
}

Store::Answer<void> Store::read(std::function<void(const Index&)> see) {
  const auto folder = root();
  if (!folder) co_return fail(folder.error());
  std::function<Result<void>(Index&)> question = [waiting = waiting_->lines,
                                                  see = std::move(see)](Index& index) {
    auto done = index.catch_up(waiting);
    if (done) see(index);
    return done;
  };
  co_return co_await ask(std::move(question));
}

// --- one session
// -----------------------------------------------------------------------------------

Result<void> Store::create(const State& state) {
  if (state.depth > limits::fork_depth) {
    return fail(Error(ErrorKind::depth_exceeded, "sessions are forked no more than " +
                                                     std::to_string(limits::fork_depth) +
                                                     " times below one another")
                    .with_hint("Fork a session nearer to the first one, or begin a new one."));
  }
  const auto folder = root();
  if (!folder) return fail(folder.error());
  const IndexEntry entry = entry_of(state, 0);
  const auto made = (*folder)->make(session_path(entry));
  Result<void> written = made ? Result<void>() : fail(made.error());
  if (written) {
    const auto output = made->make("output");
    if (!output) written = fail(output.error());
  }
  if (written && !state.parent.empty()) {
    const auto parent = find_any(state.parent);
    written = parent ? note_fork(**folder, *parent, state.id) : fail(parent.error());
  }
  if (written) written = write_state(state);
  if (!written) [[maybe_unused]]
    const auto ignored = store::remove_files(**folder, entry, {});
  return written;
}

Result<IndexEntry> Store::find_any(const std::string& id) {
  if (!is_ulid(id)) return not_found();
  const auto folder = root();
  if (!folder) return fail(folder.error());
  auto found = find_session(**folder, id, likely_);
  if (!found) return fail(std::move(found.error()));
  if (!*found) return not_found();
  likely_ = (*found)->folder;
  return std::move(**found);
}

Result<IndexEntry> Store::find(const std::string& id) {
  auto found = find_any(id);
  if (found && found->deleted) return not_found();
  return found;
}

std::string Store::path_of(const IndexEntry& entry) const {
  return path_.value_or("") + "/" + session_path(entry);
}

Result<Folder> Store::open(const IndexEntry& entry) {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  return (*folder)->open(session_path(entry));
}

Result<State> Store::read_state(const IndexEntry& entry) {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  return store::read_state(**folder, entry);
}

Result<void> Store::write_state(const State& state) {
  IndexEntry entry = entry_of(state, env_.wall_ms());
  const auto session = open(entry);
  if (!session) return fail(session.error());
  auto before = session->read_if_there(state_name, limits::state_file);
  // One that is too large to be a state is replaced, as a damaged one is.
  if (!before && before.error().kind != ErrorKind::damaged) return fail(std::move(before.error()));
  const std::string old_text = before ? before->value_or("") : std::string();
  State now = state;
  if (!now.deleted) {
    // Another process may have hidden it while this one had it open.
    const auto old = parse_state(old_text, state_name);
    const auto hidden = old ? Result<bool>(old->deleted) : is_noted_hidden(*session);
    if (!hidden) return fail(hidden.error());
    now.deleted = entry.deleted = *hidden;
  }
  const auto text = store::write_state(now, old_text);
  if (!text) return fail(text.error());
  if (auto written = session->replace(state_name, *text, false); !written) return written;
  tell(entry);
  return {};
}

Result<void> Store::hide(const IndexEntry& entry) {
  auto state = read_state(entry);
  if (state) {
    retire(*state);
    state->deleted = true;
    return write_state(*state);
  }
  const auto folder = root();
  if (!folder) return fail(folder.error());
  const auto there = (*folder)->contains(session_path(entry));
  if (!there) return fail(there.error());
  if (*there) {
    // A state that is missing or damaged says nothing; the transcript may be made use of by forks.
    if (state.error().kind == ErrorKind::unsupported) return fail(std::move(state.error()));
    if (auto noted = note_hidden(**folder, entry); !noted) return noted;
  }
  IndexEntry hidden = entry;
  hidden.deleted = true;
  tell(hidden);
  return {};
}

Store::Answer<bool> Store::remove_files(IndexEntry entry) {
  const auto folder = root();
  if (!folder) co_return fail(folder.error());
  const auto removed = std::make_shared<Result<bool>>(false);
  std::function<Result<void>(Index&)> question = [root = *folder, waiting = waiting_->lines, entry,
                                                  removed](Index& index) {
    // Forks that an older program has made are noted in the index alone.
    auto known = index.catch_up(waiting);
    if (known) *removed = store::remove_files(*root, entry, index.forks_of(entry.id));
    return known;
  };
  auto asked = co_await ask(std::move(question));
  if (!asked) co_return fail(std::move(asked.error()));
  if (!*removed || !**removed) co_return *removed;
  entry.gone = true;
  tell(entry);
  co_return true;
}

Store::Answer<void> Store::remove(std::string id, const Lock* held) {
  bool is_first = true;
  while (!id.empty()) {
    const auto entry = find_any(id);
    if (!entry) {
      if (!is_first) co_return Result<void>();
      co_return fail(entry.error());
    }
    // Only what a person has deleted goes.
    if (!is_first && !entry->deleted) co_return Result<void>();
    std::optional<Lock> lock;
    if (const auto folder = open(*entry); folder && (held == nullptr || !is_first)) {
      auto taken = Lock::take(*folder, this_process(env_, "the session is deleted"));
      if (!taken && taken.error().kind == ErrorKind::session_locked) {
        if (!is_first) co_return Result<void>();
        co_return fail(std::move(taken.error()));
      }
      if (taken) lock = std::move(*taken);
    }
    if (is_first) {
      if (auto hidden = hide(*entry); !hidden) co_return hidden;
    }
    const std::string parent = entry->parent;
    const auto removed = co_await remove_files(*entry);
    if (!removed) co_return fail(removed.error());
    if (!*removed) co_return Result<void>();
    id = parent;
    is_first = false;
  }
  co_return Result<void>();
}

// --- many
// ------------------------------------------------------------------------------------------

Store::Answer<IndexEntry> Store::find_prefix(std::string typed) {
  const auto prefix = ulid_prefix(typed);
  if (!prefix) {
    co_return fail(
        Error(ErrorKind::invalid_params, "that is neither a session's id nor the beginning of one")
            .with_hint("Type an id as it is listed, or its beginning."));
  }
  // A whole id needs no index.
  if (is_ulid(*prefix)) co_return find(*prefix);
  const auto all = std::make_shared<std::vector<IndexEntry>>();
  const auto folder = root();
  if (!folder) co_return fail(folder.error());
  std::function<Result<void>(Index&)> question = [all, prefix = *prefix,
                                                  waiting = waiting_->lines](Index& index) {
    auto found = index.find(prefix);
    if (found && found->empty()) {
      if (auto known = index.catch_up(waiting); !known) return known;
      found = index.find(prefix);
    }
    if (!found) return Result<void>(fail(std::move(found.error())));
    *all = std::move(*found);
    return Result<void>();
  };
  auto asked = co_await ask(std::move(question));
  if (!asked) co_return fail(std::move(asked.error()));
  std::vector<IndexEntry> found;
  for (IndexEntry& each : *all) {
    if (!each.deleted) found.push_back(std::move(each));
  }
  if (found.empty()) co_return not_found();
  if (found.size() == 1) co_return find(found.front().id);
  std::string message = "several sessions begin with " + *prefix + ":";
  for (const IndexEntry& each : found) message += "\n  " + each.id + "  " + each.title;
  co_return fail(ErrorKind::session_ambiguous, std::move(message));
}

Store::Answer<std::vector<IndexEntry>> Store::all() {
  const auto out = std::make_shared<std::vector<IndexEntry>>();
  std::function<void(const Index&)> see = [out](const Index& index) {
    out->reserve(index.entries().size());
    for (const auto& [id, entry] : index.entries()) out->push_back(entry);
  };
  auto done = co_await read(std::move(see));
  if (!done) co_return fail(std::move(done.error()));
  co_return std::move(*out);
}

Store::Answer<std::vector<IndexEntry>> Store::list(std::string project) {
  const auto out = std::make_shared<std::vector<IndexEntry>>();
  const std::string folder = project.empty() ? std::string() : project_folder(project);
  std::function<void(const Index&)> see = [out, folder](const Index& index) {
    for (const auto& [id, entry] : index.entries()) {
      const bool wanted = folder.empty() || entry.folder == folder;
      if (wanted && is_listed(entry)) out->push_back(entry);
    }
  };
  auto done = co_await read(std::move(see));
  if (!done) co_return fail(std::move(done.error()));
  co_return std::move(*out);
}

Store::Answer<std::vector<std::string>> Store::forks_of(std::string id) {
  const auto out = std::make_shared<std::vector<std::string>>();
  std::function<void(const Index&)> see = [out, id](const Index& index) {
    *out = index.forks_of(id);
  };
  auto done = co_await read(std::move(see));
  if (!done) co_return fail(std::move(done.error()));
  co_return std::move(*out);
}

transport::Task<std::vector<std::string>> Store::titles_of_forks(std::string id) {
  const auto titles = std::make_shared<std::vector<std::string>>();
  const auto parent = find_any(id);
  if (!parent) co_return *titles;
  std::function<void()> job = [titles, root = root_, parent = *parent] {
    *titles = store::titles_of_forks(*root, parent);
  };
  co_await worker_.run(std::move(job));
  co_return std::move(*titles);
}

transport::Task<std::vector<Store::Found>> Store::read_states(std::vector<IndexEntry> entries) {
  const auto out = std::make_shared<std::vector<Found>>();
  const auto opened = root();
  if (!opened) {
    for (IndexEntry& each : entries) out->push_back({std::move(each), fail(opened.error())});
    co_return std::move(*out);
  }
  std::function<void()> job = [out, opened = *opened, entries = std::move(entries)] {
    *out = found_of(*opened, entries);
  };
  co_await worker_.run(std::move(job));
  co_return std::move(*out);
}

Store::Answer<std::vector<Store::Found>> Store::page(std::string project, Place after,
                                                     std::size_t count) {
  const auto opened = root();
  if (!opened) co_return fail(opened.error());
  const auto out = std::make_shared<std::vector<Found>>();
  const std::string folder = project.empty() ? std::string() : project_folder(project);
  if (!index_) {
    // Whoever asks only once need not wait for all that the index can tell.
    const auto glanced = co_await store::glance(*this, project, env_.wall_ms());
    if (!glanced) co_return fail(glanced.error());
    const Glance::Place behind{.updated_ms = after.updated_ms, .id = after.id};
    std::function<void()> job = [out, opened = *opened, glance = *glanced, folder, behind, count] {
      *out = found_of(*opened, glance->page(folder, behind, count));
    };
    co_await worker_.run(std::move(job));
    // The next request reads the index.
    if (auto next = index(); !next) co_return fail(std::move(next.error()));
    co_return std::move(*out);
  }
  std::function<void(const Index&)> see = [out, opened = *opened, folder, after,
                                           count](const Index& index) {
    IndexEntry edge;
    edge.updated_ms = after.updated_ms;
    edge.id = after.id;
    std::vector<const IndexEntry*> found;
    for (const auto& [id, entry] : index.entries()) {
      if (!is_listed(entry)) continue;
      if (!folder.empty() && entry.folder != folder) continue;
      if (!after.id.empty() && !is_newer(edge, entry)) continue;
      found.push_back(&entry);
    }
    const auto kept = static_cast<std::ptrdiff_t>(std::min(count, found.size()));
    std::partial_sort(found.begin(), found.begin() + kept, found.end(),
                      [](const IndexEntry* a, const IndexEntry* b) { return is_newer(*a, *b); });
    found.resize(static_cast<std::size_t>(kept));
    std::vector<IndexEntry> entries;
    entries.reserve(found.size());
    for (const IndexEntry* const each : found) entries.push_back(*each);
    *out = found_of(*opened, std::move(entries));
  };
  auto done = co_await read(std::move(see));
  if (!done) co_return fail(std::move(done.error()));
  co_return std::move(*out);
}

// --- the whole
// -------------------------------------------------------------------------------------

Result<void> Store::check() {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  return (*folder)->check_writable();
}

Result<Folder> Store::whole() {
  const auto folder = root();
  if (!folder) return fail(folder.error());
  return (*folder)->open(".");
}

}  // namespace tine::session::store
