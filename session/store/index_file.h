#pragma once
// The file of the index, and the lock beside it, in which its name and size are noted: an index
// that was cut is told by them. Whoever adds to the file or replaces it holds the lock for that
// moment; nobody waits for it. Reading needs no lock.
//
// Plain functions on any thread.

#include <optional>
#include <string>
#include <string_view>

#include "session/store/folder.h"
#include "session/store/index_entry.h"

namespace tine::session::store {

inline constexpr const char* index_name = "index";

/// Held until it is destroyed.
class IndexLock {
 public:
  /// None: another process holds it.
  static Result<std::optional<IndexLock>> take(const Folder& root);

  struct Note {
    std::string name;
    std::int64_t bytes = 0;
  };
  /// What the file was when it was last written to; none: not known.
  static std::optional<Note> note(const Folder& root);
  Result<void> write_note(const Note& note);

 private:
  explicit IndexLock(File file) : file_(std::move(file)) {}
  File file_;
};

/// An index that is open for reading, its first line read.
struct OpenIndex {
  File file;
  IndexHeader header;
  std::int64_t bytes = 0;
  std::int64_t first_line = 0;  ///< where the first session's line begins

  /// None: there is none, or it is damaged.
  static Result<std::optional<OpenIndex>> open(const Folder& root);
};

/// Whether nothing was cut from the index since it was last written to.
bool agrees(const OpenIndex& index, const std::optional<IndexLock::Note>& note);

/// Adds whole lines. False: another process holds the lock. An index that is missing or damaged is
/// left as it is: whoever makes it anew reads the sessions later than this.
Result<bool> add_to_index(const Folder& root, std::string_view lines);
/// The same with the lock held.
Result<void> add_to_index(const Folder& root, IndexLock& lock, std::string_view lines);
/// Puts an empty index, to which the sessions before it are still to be added, in the place of the
/// old one; gives its header.
Result<IndexHeader> begin_index_anew(const Folder& root, IndexLock& lock);
/// Puts a whole index with these lines in the place of the old one; gives its header. None: the old
/// one was removed meanwhile, by a process that could not add to it, so these lines are not all.
Result<std::optional<IndexHeader>> renew_index(const Folder& root, IndexLock& lock,
                                               std::string_view lines);
/// The whole index of a store that has no session yet.
void begin_index(const Folder& root);

}  // namespace tine::session::store
