#pragma once
// Appends to a transcript. Records are numbered and formatted here; streamed chunks of one message
// become few lines without changing the order of anything. What was added is in the file after
// flush(), which the owner calls at the end of a turn, and soon after the last record otherwise.
//
// Owned by the session that holds the lock; on the loop's thread. Holds a descriptor only between
// the first write and close_file(). A write that fails loses nothing: the file is cut back to its
// last whole line, what was not written stays and is tried again by the next flush().

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "protocol/v1/update.h"
#include "session/store/folder.h"

namespace tine::session::store {

/// Where writing goes on: behind the last whole line.
struct WritePoint {
  std::uint64_t next_seq = 0;
  std::int64_t offset = 0;
  std::uint64_t first_seq = 0;  ///< of the transcript's first line
};

class Writer {
 public:
  Writer(Env& env, WritePoint point)
      : env_(env), next_seq_(point.next_seq), offset_(point.offset) {}

  /// Adds a record. `data` is a JSON object.
  struct Added {
    std::uint64_t seq = 0;
    std::int64_t begin = 0;  ///< where its line begins in the file, or will
    std::int64_t end = 0;
  };
  Added add(std::string_view type, std::string_view data);
  /// The same of data that is long: `before`, `long_part` and `after` one behind the other. The
  /// long part is not copied, and `crc` is the checksum of it.
  Added add_long(std::string_view type, std::string_view before, std::string long_part,
                 std::uint32_t crc, std::string_view after);
  /// Adds an update, whose chunk of text may become part of the line before.
  void add_update(const v1::Update& update);

  /// Bytes that wait, and whether they are so many that they should not wait longer.
  bool pending() const { return waiting() > 0; }
  std::size_t waiting() const;
  bool should_flush() const;

  Result<void> flush(const Folder& session);
  /// Writes about `bytes` more; true when nothing waits any longer. A line that is not whole yet is
  /// to a reader as one that is being written.
  Result<bool> flush_some(const Folder& session, std::size_t bytes);
  /// Brings to disk what was flushed.
  Result<void> sync(const Folder& session);
  void close_file() { file_.reset(); }

  /// The number that the next record gets, a held chunk counted.
  std::uint64_t next_seq() const { return next_seq_ + (has_chunk_ ? 1 : 0); }
  /// The number of the last record that is in the file; 0: none, or the first one alone.
  std::uint64_t written_seq() const;
  /// Where the file ends, as far as it was written.
  std::int64_t offset() const { return offset_; }
  /// The time that the next record gets.
  std::string_view time();

 private:
  Added added(std::uint64_t seq, std::size_t begin) const;
  void settle_chunk();
  Result<void> open(const Folder& session);
  Result<void> keep_whole_lines();

  Env& env_;
  std::uint64_t next_seq_;
  std::int64_t offset_;  // of the whole lines that are in the file
  // What waits: the parts of long lines in their order, then the rest. It is kept until all of it
  // is in the file.
  std::vector<std::string> parts_;
  std::string buffer_;
  std::size_t part_bytes_ = 0;
  std::size_t lines_ = 0;    // that wait
  std::size_t written_ = 0;  // bytes of it that are in the file
  v1::Update chunk_;         // grows while its message goes on; its room is used again
  bool has_chunk_ = false;
  std::optional<File> file_;
  std::int64_t time_ms_ = -1;
  std::string time_;
};

}  // namespace tine::session::store
