#pragma once
// What sessions there are, so that no folder needs to be walked for it: a line a change, appended
// by every process that changes something; the last line of a session counts. Derived from the
// sessions' own files: made anew from them when it is missing, cut or damaged, and compared with
// the names of their folders once by each process that reads it.
//
// Lives on one worker's thread and is used only there: reading and making it can take long.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "session/store/folder.h"
#include "session/store/index_entry.h"
#include "session/store/index_file.h"

namespace tine::session::store {

class Index {
 public:
  using Entries = std::map<std::string, IndexEntry, std::less<>>;

  explicit Index(std::shared_ptr<const Folder> root) : root_(std::move(root)) {}

  /// Takes over what others have added. `waiting`: lines that are not in the file yet.
  Result<void> catch_up(const std::string& waiting);
  /// As of the last catch_up().
  const Entries& entries() const { return entries_; }
  /// The ids of the sessions that were forked from `id`.
  std::vector<std::string> forks_of(const std::string& id) const;

  /// Sessions whose id begins with `prefix`. Before the first catch_up() the file alone is looked
  /// through; none of them may mean that it has not all of them.
  Result<std::vector<IndexEntry>> find(std::string_view prefix) const;

  /// Lines that were read since it was made: what reading has cost.
  std::size_t lines_read() const { return lines_read_; }

 private:
  enum class Found : std::uint8_t { good, damaged };

  Result<std::optional<OpenIndex>> open_whole() const;
  Result<Found> read_on();
  Result<Found> read_lines(const OpenIndex& index);
  Result<void> make_anew();
  Result<void> compare_with_folders();
  Result<void> compact();
  Result<void> add_difference(std::vector<IndexEntry> missing, std::vector<IndexEntry> gone);
  Result<void> save(IndexLock& lock);
  void begin(const OpenIndex& index);
  void take(IndexEntry entry);
  bool take_line(std::string_view line);

  std::shared_ptr<const Folder> root_;
  Entries entries_;
  std::map<std::string, std::set<std::string>> forks_;  // by their parents
  std::string name_;         // of the file that was read: another process may have made a new one
  std::int64_t offset_ = 0;  // of what has been read
  std::string tail_;         // of a line that another process is still writing
  std::size_t lines_ = 0;    // in the file
  std::size_t lines_read_ = 0;
  bool compared_ = false;
};

}  // namespace tine::session::store
