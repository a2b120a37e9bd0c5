#pragma once
// Appends to a transcript. Records are numbered and formatted here; streamed chunks of one message
// become few lines without changing the order of anything. What was added is in the file after
// flush(), which the owner calls at the end of a turn, and soon after the last record otherwise.
//
// Owned by the session that holds the lock; on the loop's thread. Holds a descriptor only between
// the first write and close_file(). A write that fails loses nothing: the file is cut back to its
// last whole line, what was not written stays and is tried again by the next flush().

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
  /// Adds an update, whose chunk of text may become part of the line before.
  void add_update(const v1::Update& update);

  /// Bytes that wait, and whether they are so many that they should not wait longer.
  bool pending() const { return chunk_.has_value() || !buffer_.empty(); }
  bool should_flush() const;

  Result<void> flush(const Folder& session);
  /// Brings to disk what was flushed.
  Result<void> sync(const Folder& session);
  void close_file() { file_.reset(); }

  /// The number that the next record gets, a held chunk counted.
  std::uint64_t next_seq() const { return next_seq_ + (chunk_ ? 1 : 0); }
  /// The number of the last record that is in the file; 0: none, or the first one alone.
  std::uint64_t written_seq() const;
  /// Where the file ends, as far as it was written.
  std::int64_t offset() const { return offset_; }
  /// The time that the next record gets.
  std::string_view time();

 private:
  void settle_chunk();
  Result<void> open(const Folder& session);

  Env& env_;
  std::uint64_t next_seq_;
  std::int64_t offset_;
  std::string buffer_;
  std::optional<v1::Update> chunk_;  // grows while its message goes on
  std::optional<File> file_;
  std::int64_t time_ms_ = -1;
  std::string time_;
};

}  // namespace tine::session::store
