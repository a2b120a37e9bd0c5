#include <algorithm>
#include <cstring>
#include <string>

#include "transport/channel.h"
#include "transport/event.h"
#include "transport/limits.h"

namespace tine::transport {
namespace {

/// One direction. Shared by both ends and by the coroutines that use it, which may outlive them.
struct Flow {
  explicit Flow(Loop& loop) : readable(loop), writable(loop) {}
  std::string bytes;
  std::size_t read = 0;  // of bytes, already taken
  bool ended = false;    // by the writer: the rest is still read
  bool refused = false;  // by the reader
  Event readable;
  Event writable;

  std::size_t waiting() const { return bytes.size() - read; }
  std::size_t room() const { return limits::memory_channel - waiting(); }

  void append(std::string_view more) {
    bytes.append(more);
    readable.set();
  }
  std::size_t take(std::span<char> into) {
    const std::size_t n = std::min(into.size(), waiting());
    std::memcpy(into.data(), bytes.data() + read, n);
    read += n;
    // Moving the rest to the front only when it is the smaller part keeps the cost per byte flat.
    if (read >= bytes.size() - read) {
      bytes.erase(0, read);
      read = 0;
    }
    writable.set();
    return n;
  }
  void end() {
    ended = true;
    readable.set();
    writable.set();
  }
  void refuse() {
    refused = true;
    readable.set();
    writable.set();
  }
};

class MemoryChannel final : public Channel {
 public:
  MemoryChannel(std::shared_ptr<Flow> in, std::shared_ptr<Flow> out)
      : in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryChannel() override { end_both(); }

  Task<Result<std::size_t>> read_some(std::span<char> room) override {
    const auto flow = in_;
    while (flow->waiting() == 0 && !flow->ended && !flow->refused) {
      flow->readable.reset();
      co_await flow->readable.wait();
    }
    if (flow->refused) co_return closed();
    co_return flow->take(room);
  }

  Task<Result<void>> write_all(std::span<const std::string_view> pieces) override {
    const auto flow = out_;
    for (std::string_view piece : pieces) {
      while (!piece.empty()) {
        while (flow->room() == 0 && !flow->ended && !flow->refused) {
          flow->writable.reset();
          co_await flow->writable.wait();
        }
        if (flow->ended || flow->refused) co_return closed();
        const std::string_view part = piece.substr(0, flow->room());
        flow->append(part);
        piece.remove_prefix(part.size());
      }
    }
    co_return Result<void>();
  }

  void close_write() override { out_->end(); }
  void close() override { end_both(); }

 private:
  static Failure closed() { return fail(ErrorKind::peer_gone, "the connection is closed"); }

  void end_both() {
    in_->refuse();
    out_->end();
  }

  std::shared_ptr<Flow> in_;
  std::shared_ptr<Flow> out_;
};

}  // namespace

std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>> make_memory_channel(Loop& loop) {
  auto there = std::make_shared<Flow>(loop);
  auto back = std::make_shared<Flow>(loop);
  return {std::make_unique<MemoryChannel>(back, there),
          std::make_unique<MemoryChannel>(there, back)};
}

}  // namespace tine::transport
