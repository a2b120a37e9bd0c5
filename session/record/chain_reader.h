#pragma once
// Reads a session's whole history, line by line: what its ancestors hold up to the points where it
// was forked off, then its own. No lock is needed, and writers may be at work.
//
// On the stack of who reads, on the loop's thread; holds one file open. Lines are valid until the
// next call.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "session/record/history.h"
#include "session/store/reader.h"
#include "session/store/store.h"

namespace tine::session {

class ChainReader {
 public:
  /// Begins behind the record of that number.
  ChainReader(store::Store& store, const History& history, std::uint64_t from_seq,
              store::Damage damage = store::Damage::report);

  /// The next line; none at the end of what is written. Asked again, it gives what was written
  /// since.
  Result<std::optional<store::Line>> next();
  /// Whether the next call needs the disk: a good moment to let others on the loop have their turn.
  bool needs_disk() const { return !reader_ || reader_->needs_disk(); }
  /// One line of next(), or none, as it is not one to be given.
  struct Step {
    std::optional<store::Line> line;
    bool is_last = false;  ///< there is none any more
  };
  Result<Step> step();
  /// Whether step() would hold the loop; prepare() makes it short: see store::Reader.
  bool takes_long() const { return !chapters_.empty() && (!reader_ || reader_->takes_long()); }
  transport::Task<Result<void>> prepare(transport::Loop& loop, store::Reader::Look look);
  /// The session whose transcript is being read; null: all was read.
  const store::IndexEntry* where() const {
    return chapters_.empty() ? nullptr : &chapters_.back().entry;
  }
  /// Lines that were passed over, as they were damaged.
  std::uint64_t skipped() const { return skipped_ + (reader_ ? reader_->skipped() : 0); }

 private:
  /// A transcript, and the part of it that belongs to the history.
  struct Chapter {
    store::IndexEntry entry;
    std::uint64_t first = 0;  ///< number of its first line
    std::uint64_t until = 0;
    std::int64_t offset = 0;  ///< where to begin to read
    std::uint64_t at = 0;     ///< number of the line there
  };
  Result<bool> open_chapter();
  Result<Step> pass(store::Line line);

  store::Store& store_;
  store::Damage damage_;
  std::uint64_t from_;
  std::vector<Chapter> chapters_;  // the last one comes first
  std::optional<store::Reader> reader_;
  std::uint64_t next_seq_ = 0;
  std::uint64_t skipped_ = 0;
};

}  // namespace tine::session
