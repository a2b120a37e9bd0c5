#include "transport/paced_channel.h"

#include "tests/doubles/peers.h"

using namespace tine::transport;
using namespace tine::transport::test;

namespace {

struct Paced {
  Loop loop;
  std::shared_ptr<Pace> pace = std::make_shared<Pace>(loop);
  ChannelPair ends = make_memory_channel(loop);
  std::unique_ptr<Channel> channel = make_paced_channel(std::move(ends.first), pace);
  std::string read;
  bool ended = false;

  void read_on() {
    start(loop, [this]() -> Task<void> {
      read = co_await read_to_end(*channel);
      ended = true;
    });
  }
};

}  // namespace

TEST_CASE("a channel is not read from while anybody holds its pace") {
  Paced paced;
  paced.pace->hold();
  paced.pace->hold();
  paced.read_on();
  run(paced.loop, [&]() -> Task<void> {
    co_await write_text(*paced.ends.second, "text");
    paced.ends.second->close_write();
    co_await settle(paced.loop);
    CHECK_FALSE(paced.ended);
    paced.pace->release();
    co_await settle(paced.loop);
    CHECK_FALSE(paced.ended);
    paced.pace->release();
    co_await settle(paced.loop);
    CHECK(paced.read == "text");
  });
}

TEST_CASE("closing a channel ends a read that is held back") {
  Paced paced;
  paced.pace->hold();
  paced.read_on();
  run(paced.loop, [&]() -> Task<void> {
    co_await settle(paced.loop);
    paced.channel->close();
    co_await settle(paced.loop);
    CHECK(paced.ended);
  });
}
