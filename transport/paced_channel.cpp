#include "transport/paced_channel.h"

#include <utility>

namespace tine::transport {
namespace {

class PacedChannel final : public Channel {
 public:
  PacedChannel(std::unique_ptr<Channel> channel, std::shared_ptr<Pace> pace)
      : channel_(std::move(channel)), pace_(std::move(pace)) {}
  ~PacedChannel() override { PacedChannel::close(); }

  Task<Result<std::size_t>> read_some(std::span<char> room) override {
    const auto channel = channel_;
    const auto pace = pace_;
    const auto closed = closed_;
    while (pace->is_held() && !*closed) co_await pace->free();
    co_return co_await channel->read_some(room);
  }
  Task<Result<void>> write_all(std::span<const std::string_view> pieces) override {
    return channel_->write_all(pieces);
  }
  void close_write() override { channel_->close_write(); }
  void close() override {
    *closed_ = true;
    channel_->close();
    pace_->wake();
  }

 private:
  std::shared_ptr<Channel> channel_;  // also of a read that is held when this goes
  std::shared_ptr<Pace> pace_;
  std::shared_ptr<bool> closed_ = std::make_shared<bool>(false);
};

}  // namespace

std::unique_ptr<Channel> make_paced_channel(std::unique_ptr<Channel> channel,
                                            std::shared_ptr<Pace> pace) {
  return std::make_unique<PacedChannel>(std::move(channel), std::move(pace));
}

}  // namespace tine::transport
