#pragma once
// What sessions there are, so that no folder needs to be walked for it: a line a change, appended
// by every process that changes something; the last line of a session counts. Derived from the
// sessions' own files, and made anew from them when it is missing or damaged. Who writes holds the
// lock beside it, so that a new file in its place has every line of the others.
//
// Owned by the store, on the loop's thread. Reads what others appended before each answer.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "session/store/folder.h"

namespace tine::session::store {

struct IndexEntry {
  std::string id;
  std::string folder;  ///< of the project
  std::string title;
  std::string parent;
  std::int64_t updated_ms = 0;
  bool deleted = false;
  bool prompted = true;
  bool gone = false;  ///< its files were removed

  bool operator==(const IndexEntry&) const = default;
};

class Index {
 public:
  /// Gives all entries by walking the store's folders.
  using Walk = std::function<Result<std::vector<IndexEntry>>()>;
  using Entries = std::map<std::string, IndexEntry, std::less<>>;

  Index(const Folder& root, Walk walk) : root_(root), walk_(std::move(walk)) {}

  /// The sessions by id. Keeps them in memory from then on.
  Result<std::reference_wrapper<const Entries>> entries();
  /// Those whose id begins with `prefix`, in the order of their ids. As long as entries() was not
  /// asked for, the file is looked through for them alone.
  Result<std::vector<IndexEntry>> find(std::string_view prefix);
  Result<void> put(const IndexEntry& entry);

 private:
  Result<File> lock() const;
  Result<void> catch_up();
  Result<bool> read_on();
  Result<void> catch_up_locked();
  Result<void> rebuild();
  bool take(std::string_view line);

  const Folder& root_;
  Walk walk_;
  Entries entries_;
  bool loaded_ = false;
  std::uint64_t inode_ = 0;  // of the file that was read: another process may have made a new one
  std::int64_t offset_ = 0;  // of what has been read
  std::string tail_;         // of a line that another process is still writing
};

}  // namespace tine::session::store
