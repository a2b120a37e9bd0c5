#pragma once
// Where sessions live on disk: a folder a project, a folder a session, an index of them all.
//
// One per process, on the loop's thread; the loop and the files it is given outlive it. What has to
// do with one session looks at its folder and state. What has to do with many asks the index, which
// a worker of the store's own reads. Everything from outside (an id, a project's path) is checked
// or escaped before it names anything, and no link below the root is followed.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "session/store/folder.h"
#include "session/store/index.h"
#include "session/store/lock.h"
#include "session/store/state.h"
#include "transport/loop.h"
#include "transport/worker.h"

namespace tine::session::store {

/// What the index says of a session with that state.
IndexEntry entry_of(const State& state, std::int64_t updated_ms);

class Store {
 public:
  /// `root`: its path, or why there is none, which every call then gives.
  Store(transport::Loop& loop, Files& files, Env& env, Result<std::string> root)
      : loop_(loop), files_(files), env_(env), path_(std::move(root)), worker_(loop) {}
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  const Result<std::string>& path() const { return path_; }

  // --- one session

  /// Makes the folders of a new session and its first state. As long as that is not `prompted`, no
  /// list shows it. The parent of a fork is kept from now on: session_not_found when it has gone.
  /// depth_exceeded: limits::fork_depth.
  Result<void> create(const State& state);
  /// session_not_found when there is none, or it is hidden.
  Result<IndexEntry> find(const std::string& id);
  /// Hidden ones too: what their forks need.
  Result<IndexEntry> find_any(const std::string& id);
  /// Where the session's files are.
  std::string path_of(const IndexEntry& entry) const;
  Result<Folder> open(const IndexEntry& entry);
  Result<State> read_state(const IndexEntry& entry);
  /// Also tells the index.
  Result<void> write_state(const State& state);
  /// Hides a session; its files go when no fork needs them, and then perhaps those of its parents.
  /// session_locked: another process is at work in it. `held`: the caller has its lock.
  transport::Task<Result<void>> remove(std::string id, const Lock* held = nullptr);

  // --- many

  using Entries = Index::Entries;
  template <class T>
  using Answer = transport::Task<Result<T>>;

  /// Calls `see` with the sessions by id, hidden ones too, on the worker's thread.
  Answer<void> read(std::function<void(const Index& index)> see);
  /// The one session whose id begins so, in any case of letters; an error lists all when there are
  /// several.
  Answer<IndexEntry> find_prefix(std::string typed);
  /// Every one, hidden ones too, in the order of their ids.
  Answer<std::vector<IndexEntry>> all();
  /// Those that are not hidden, in the order of their ids; of one project when `project` is not
  /// empty.
  Answer<std::vector<IndexEntry>> list(std::string project);
  /// The ids of those that were forked from a session.
  Answer<std::vector<std::string>> forks_of(std::string id);

  /// Empty when they cannot be read.
  transport::Task<std::vector<std::string>> titles_of_forks(std::string id);

  /// A session with its state as it is on disk.
  struct Found {
    IndexEntry entry;
    Result<State> state;
  };
  /// The first `count` of those that had a prompt, the last used first; only those behind `after`
  /// in that order when it has an id.
  struct Place {
    std::int64_t updated_ms = 0;
    std::string id;
  };
  Answer<std::vector<Found>> page(std::string project, Place after, std::size_t count);
  /// Of several sessions at once, on the worker's thread.
  transport::Task<std::vector<Found>> read_states(std::vector<IndexEntry> entries);

  // --- the whole

  /// Whether sessions could be written here.
  Result<void> check();
  /// The folder of the whole store, the caller's own.
  Result<Folder> whole();
  /// For work on the store that can take long.
  transport::Worker& worker() { return worker_; }

  // --- the steps of a removal, for who takes several sessions out

  /// Marks a session as retired and deleted: from now on nobody finds it.
  Result<void> hide(const IndexEntry& entry);
  /// Removes the files of a hidden session. False: a fork needs them.
  Answer<bool> remove_files(IndexEntry entry);

 private:
  struct Waiting;
  using Root = std::shared_ptr<const Folder>;

  Result<Root> root();
  Result<std::shared_ptr<Index>> index();
  void tell(const IndexEntry& entry);
  static transport::Task<void> tell_later(transport::Loop& loop, Root root,
                                          std::shared_ptr<Waiting> waiting);
  Answer<void> ask(std::function<Result<void>(Index&)> question);

  transport::Loop& loop_;
  Files& files_;
  Env& env_;
  Result<std::string> path_;
  Root root_;
  std::shared_ptr<Index> index_;      // used on the worker's thread
  std::shared_ptr<Waiting> waiting_;  // lines that the index has no room for, or is locked for
  std::string likely_;                // the project of the session that was asked for last
  transport::Worker worker_;
};

/// $XDG_STATE_HOME/tine, else ~/.local/state/tine; an error that says what to set when neither is
/// known.
Result<std::string> default_root(const Env& env);

}  // namespace tine::session::store
