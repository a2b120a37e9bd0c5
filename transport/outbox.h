#pragma once
// What waits to be written. Bounded by bytes: over limits::outbox_high neighbouring chunks of one
// message are merged and room() holds its callers back. Nothing is ever refused or reordered.
//
// Owned by one peer, on the loop's thread. One writer at a time takes batches.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "transport/event.h"
#include "transport/limits.h"
#include "transport/splice.h"

namespace tine::transport {

/// A line whose greater part stands in a text that others may share: nothing of it is copied.
struct LongLine {
  std::string before;
  std::shared_ptr<const void> owner;  ///< keeps `part` as it is
  std::string_view part;
  std::string after;
  std::size_t size() const { return before.size() + part.size() + after.size(); }
};

class Outbox {
 public:
  explicit Outbox(Loop& loop) : filled_(loop), drained_(loop) { drained_.set(); }

  /// `line` is without its newline.
  void push(std::string line, std::uint64_t stream, Splice splice);
  void push(LongLine line, std::uint64_t stream);

  /// The pieces of the next lines to write, newlines included; they count as queued until done().
  const std::vector<std::string_view>& take_batch();
  void done();

  /// Bytes that have not been written.
  std::size_t bytes() const { return bytes_; }
  bool has_room() const { return broken_ || bytes_ < limits::outbox_high; }
  bool empty() const { return bytes_ == 0; }
  bool nothing_queued() const { return queue_.empty(); }

  /// There is something to take, or the outbox is broken.
  Task<void> filled();
  /// Returns when less than `limit` bytes are queued, or the outbox is broken.
  Task<void> below(std::size_t limit);
  /// The same with a deadline.
  Task<bool> below_within(std::size_t limit, Milliseconds time);

  /// The reader has gone: what is queued and what comes is dropped.
  void break_off();
  bool broken() const { return broken_; }

 private:
  struct Item {
    std::string line;  ///< the whole one, or what stands before the rest
    std::uint64_t stream;
    Splice splice;
    std::unique_ptr<LongLine> rest;  ///< of a long one, without its beginning
    std::size_t size() const { return line.size() + (rest ? rest->size() : 0); }
  };
  void push(Item item);
  bool merge(std::string_view line, std::uint64_t stream, Splice splice);

  std::deque<Item> queue_;
  std::vector<Item> in_flight_;
  std::vector<std::string_view> pieces_;
  std::size_t bytes_ = 0;
  bool broken_ = false;
  Event filled_;
  Event drained_;
};

}  // namespace tine::transport
