#include <algorithm>
#include <cstring>
#include <string>

#include "transport/channel.h"
#include "transport/event.h"
#include "transport/limits.h"

namespace tine::transport {
namespace {

/// One direction.
struct Flow {
  explicit Flow(Loop& loop) : readable(loop), writable(loop) { writable.set(); }
  std::string bytes;
  std::size_t read = 0;  // of bytes, already taken
  bool ended = false;    // by the writer
  bool refused = false;  // by the reader
  Event readable;
  Event writable;

  void end() {
    ended = true;
    readable.set();
  }
  void refuse() {
    refused = true;
    writable.set();
    readable.set();
  }
};

class MemoryChannel final : public Channel {
 public:
  MemoryChannel(std::shared_ptr<Flow> in, std::shared_ptr<Flow> out)
      : in_(std::move(in)), out_(std::move(out)) {}
  ~MemoryChannel() override { end_both(); }

  Task<Result<std::size_t>> read_some(std::span<char> room) override {
    const auto flow = in_;
    while (flow->read == flow->bytes.size() && !flow->ended && !flow->refused) {
      flow->readable.reset();
      co_await flow->readable.wait();
    }
    if (flow->refused) co_return fail(ErrorKind::peer_gone, "the connection is closed");
    const std::size_t n = std::min(room.size(), flow->bytes.size() - flow->read);
    std::memcpy(room.data(), flow->bytes.data() + flow->read, n);
    flow->read += n;
    if (flow->read == flow->bytes.size()) {
      flow->bytes.clear();
      flow->read = 0;
    }
    flow->writable.set();
    co_return n;
  }

  Task<Result<void>> write_all(std::span<const std::string_view> pieces) override {
    const auto flow = out_;
    for (const std::string_view piece : pieces) {
      while (flow->bytes.size() >= limits::memory_channel && !flow->refused && !flow->ended) {
        flow->writable.reset();
        co_await flow->writable.wait();
      }
      if (flow->refused || flow->ended)
        co_return fail(ErrorKind::peer_gone, "the connection is closed");
      flow->bytes.append(piece);
      flow->readable.set();
    }
    co_return Result<void>();
  }

  void close_write() override { out_->end(); }
  void close() override { end_both(); }

 private:
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
