#pragma once
// Which sessions the folders of projects had when somebody read all their names, so that the next
// process need not read them: kept in a file of the root, derived, and worth nothing where a
// folder has changed since. Each name that is made or removed changes the time of its folder.
//
// A value, made on a worker's thread.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "session/store/folder.h"

namespace tine::session::store {

/// Which ids there are, in any order: how many, and sums by which two sets of them differ. Ids are
/// random, so sums that agree by chance are as rare as two sessions with the same id.
struct IdTally {
  std::uint64_t count = 0;
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  /// The two halves of an id as a number.
  void add(std::uint64_t id_high, std::uint64_t id_low);
  bool operator==(const IdTally&) const = default;
};

/// What tells one state of a folder from another.
struct FolderState {
  std::uint64_t inode = 0;
  std::int64_t modified_ms = 0;
  bool operator==(const FolderState&) const = default;
};

class KnownNames {
 public:
  /// Without what is missing, damaged or of a newer form.
  static KnownNames read(const Folder& root);

  /// Of the sessions of a project as they are now; none: the folder is not there.
  static std::optional<FolderState> state_of(const Folder& root, const std::string& project);
  /// None: its names are to be read.
  std::optional<IdTally> tally(const std::string& project, const FolderState& now) const;
  /// What somebody has read at `now_ms`, who had found the folder in that state before.
  void note(const std::string& project, const FolderState& before, const IdTally& tally,
            std::int64_t now_ms);
  /// Keeps what was noted, if anything was. Where it cannot be written nothing is lost.
  void keep(const Folder& root) const;

 private:
  struct Known {
    FolderState state;
    IdTally tally;
  };
  std::map<std::string, Known> known_;
  bool is_changed_ = false;
};

}  // namespace tine::session::store
