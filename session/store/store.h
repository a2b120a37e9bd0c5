#pragma once
// Where sessions live on disk: a folder a project, a folder a session, an index of them all.
//
//     ROOT/<project>/sessions/<ULID>/{state.toml, transcript.jsonl, locks/, output/}
//
// One per process, on the loop's thread; the files it is given outlive it. Everything from outside
// (an id, a project's path) is checked or escaped before it names anything, and no link below the
// root is followed.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "session/store/folder.h"
#include "session/store/index.h"
#include "session/store/state.h"

namespace tine::session::store {

/// What the index says of a session with that state.
IndexEntry entry_of(const State& state, std::int64_t updated_ms);

class Store {
 public:
  /// `root`: its path, or why there is none, which every call then gives.
  Store(Files& files, Env& env, Result<std::string> root)
      : files_(files), env_(env), path_(std::move(root)) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const Result<std::string>& path() const { return path_; }

  /// Makes the folders of a new session and its first state.
  Result<void> create(const State& state);
  /// session_not_found when there is none, or it is hidden.
  Result<IndexEntry> find(const std::string& id);
  /// Hidden ones too: what their forks need.
  Result<IndexEntry> find_any(const std::string& id);
  /// The one session whose id begins so, in any case of letters; an error lists all when there are
  /// several.
  Result<IndexEntry> find_prefix(std::string_view typed);
  /// Every one, hidden ones too, in the order of their ids.
  Result<std::vector<IndexEntry>> all();
  /// Those that are not hidden, in the order of their ids; of one project when `project` is not
  /// empty.
  Result<std::vector<IndexEntry>> list(const std::string& project);

  /// The first `count` of those that had a prompt, the last used first; only those behind `after`
  /// in that order when it has an id.
  struct Place {
    std::int64_t updated_ms = 0;
    std::string id;
  };
  Result<std::vector<IndexEntry>> page(const std::string& project, const Place& after,
                                       std::size_t count);

  /// Whether sessions could be written here.
  Result<void> check();

  /// Where the session's files are.
  std::string path_of(const IndexEntry& entry) const;
  Result<Folder> open(const IndexEntry& entry);
  /// The folder of the whole store, the caller's own.
  Result<Folder> whole();
  Result<State> read_state(const IndexEntry& entry);
  /// Also tells the index.
  Result<void> write_state(const State& state, bool sync);
  /// Hides a session; its files go when no fork needs them.
  Result<void> remove(const std::string& id);

  // --- the steps of a removal, for who takes several sessions out and does not block the loop

  /// Marks a session as retired and deleted: from now on nobody finds it. Of one whose state cannot
  /// be read only the index says so.
  Result<void> hide(const IndexEntry& entry);
  /// The folder in which the session's folder stands under its id.
  Result<Folder> neighbours(const IndexEntry& entry);
  /// The session's files are gone.
  Result<void> forget(IndexEntry entry);

 private:
  Result<const Folder*> root();
  Result<Index*> index();
  Result<std::vector<IndexEntry>> walk();
  bool has_files(const IndexEntry& entry);
  Result<void> sweep(const std::string& id);
  Result<IndexEntry> find_folder(const std::string& id);

  Files& files_;
  Env& env_;
  Result<std::string> path_;
  std::unique_ptr<Folder> root_;
  std::unique_ptr<Index> index_;
};

/// $XDG_STATE_HOME/tine, else ~/.local/state/tine; an error that says what to set when neither is
/// known.
Result<std::string> default_root(const Env& env);

}  // namespace tine::session::store
