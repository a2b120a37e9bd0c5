#pragma once
// Bytes both ways: over descriptors (stdio, a child's pipes, a socket) or within the process.
//
// A channel is owned by one peer and used from the loop's thread, with at most one read and one
// write under way at a time. close() ends both; so does destroying the channel. A file description
// that may be shared with others is never made non-blocking; one that is non-blocking already costs
// a descriptor less.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "transport/fd.h"
#include "transport/loop.h"

namespace tine::transport {

class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  /// Reads at least one byte; 0 is the end of the input.
  virtual Task<Result<std::size_t>> read_some(std::span<char> room) = 0;
  /// Writes all of the pieces, in order, or fails. The pieces stay valid until it returns.
  virtual Task<Result<void>> write_all(std::span<const std::string_view> pieces) = 0;
  /// No more output: the other side reads the end.
  virtual void close_write() = 0;
  virtual void close() = 0;
};

/// Over descriptors that this channel then owns: pipe, socket, terminal, regular file or /dev/null.
std::unique_ptr<Channel> make_fd_channel(Loop& loop, Fd in, Fd out);

/// Two ends within the process. What one writes the other reads; a writer waits while the reader is
/// limits::memory_channel bytes behind.
std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>> make_memory_channel(Loop& loop);

}  // namespace tine::transport
