#include "transport/channel.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/doubles/peers.h"
#include "transport/limits.h"

using namespace tine::transport;
using namespace tine::transport::test;
using tine::ErrorKind;
using tine::Result;

namespace {

/// More than any channel holds by itself.
constexpr std::size_t too_much = std::size_t{3} * 1024 * 1024;

std::string pattern(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * i % 23 % 26);
  return text;
}

struct Ends {
  explicit Ends(Wire wire) : channels(make_channels(loop, wire)) {}
  Channel& near() { return *channels.first; }
  Channel& far() { return *channels.second; }
  Loop loop;
  ChannelPair channels;
};

/// The outcome of one read that goes on beside the test.
struct Reading {
  std::array<char, 16> room{};
  std::optional<Result<std::size_t>> result;
};

void read_beside(Loop& loop, Channel& channel, const std::shared_ptr<Reading>& reading) {
  start(loop, [&channel, reading]() -> Task<void> {
    reading->result = co_await channel.read_some(reading->room);
  });
}

struct Writing {
  std::string text = std::string(too_much, 'w');
  std::optional<Result<void>> result;
};

void write_beside(Loop& loop, Channel& channel, const std::shared_ptr<Writing>& writing) {
  start(loop, [&channel, writing]() -> Task<void> {
    const std::array<std::string_view, 1> pieces{writing->text};
    writing->result = co_await channel.write_all(pieces);
  });
}

Task<void> until_over(Loop& loop, const std::shared_ptr<Reading> reading,
                      const std::shared_ptr<Writing> writing) {
  while (!reading->result || !writing->result) co_await yield(loop);
}

}  // namespace

TEST_CASE("bytes go both ways at once, whole and in order") {
  Ends ends(EVERY_WIRE);
  const std::string text = pattern(too_much);
  std::vector<std::string_view> pieces{"", std::string_view(text).substr(0, 1), ""};
  std::size_t at = 1;
  for (std::size_t size = 1; at < text.size(); size = size * 3 + 1) {
    pieces.push_back(std::string_view(text).substr(at, size));
    at += size;
  }
  pieces.emplace_back("");
  int written = 0;
  for (Channel* channel : {&ends.near(), &ends.far()}) {
    start(ends.loop, [&written, &pieces, channel]() -> Task<void> {
      const auto result = co_await channel->write_all(pieces);
      channel->close_write();
      written += result ? 1 : 0;
    });
  }
  std::string there;
  start(ends.loop, [&]() -> Task<void> { there = co_await read_to_end(ends.far()); });
  run(ends.loop, [&]() -> Task<void> {
    const std::string back = co_await read_to_end(ends.near());
    CHECK((back == text));
    while (there.size() < text.size() || written < 2) co_await yield(ends.loop);
  });
  CHECK((there == text));
}

TEST_CASE("more pieces than one write takes") {
  Ends ends(EVERY_WIRE);
  const std::vector<std::string_view> pieces(limits::write_batch * 3 + 1, "piece ");
  start(ends.loop, [&]() -> Task<void> {
    const auto written = co_await ends.near().write_all(pieces);
    CHECK(written.has_value());
    ends.near().close_write();
  });
  run(ends.loop, [&]() -> Task<void> {
    const std::string all = co_await read_to_end(ends.far());
    CHECK(all.size() == pieces.size() * 6);
  });
}

TEST_CASE("after close_write the rest is read, then the end, and the other way stays open") {
  Ends ends(EVERY_WIRE);
  run(ends.loop, [&]() -> Task<void> {
    const bool asked = co_await write_text(ends.near(), "question");
    CHECK(asked);
    ends.near().close_write();
    const std::string question = co_await read_to_end(ends.far());
    CHECK(question == "question");
    const bool more = co_await write_text(ends.near(), "more");
    CHECK_FALSE(more);
    const bool answered = co_await write_text(ends.far(), "answer");
    CHECK(answered);
    ends.far().close_write();
    const std::string answer = co_await read_to_end(ends.near());
    CHECK(answer == "answer");
  });
}

TEST_CASE("close ends a read and a write that are under way, and all later ones") {
  Ends ends(EVERY_WIRE);
  const auto reading = std::make_shared<Reading>();
  const auto writing = std::make_shared<Writing>();
  read_beside(ends.loop, ends.near(), reading);
  write_beside(ends.loop, ends.near(), writing);
  run(ends.loop, [&]() -> Task<void> {
    co_await settle(ends.loop);
    CHECK_FALSE(reading->result);
    CHECK_FALSE(writing->result);
    ends.near().close();
    co_await until_over(ends.loop, reading, writing);
    std::array<char, 8> room{};
    const auto later = co_await ends.near().read_some(room);
    CHECK_FALSE(later);
    const bool written = co_await write_text(ends.near(), "x");
    CHECK_FALSE(written);
    ends.near().close();
  });
  REQUIRE_FALSE(*reading->result);
  CHECK(reading->result->error().kind == ErrorKind::peer_gone);
  REQUIRE_FALSE(*writing->result);
  CHECK(writing->result->error().kind == ErrorKind::peer_gone);
}

TEST_CASE("destroying a channel ends what is under way") {
  const std::size_t before = open_descriptors();
  {
    Ends ends(EVERY_WIRE);
    const auto reading = std::make_shared<Reading>();
    const auto writing = std::make_shared<Writing>();
    read_beside(ends.loop, ends.near(), reading);
    write_beside(ends.loop, ends.near(), writing);
    run(ends.loop, [&]() -> Task<void> {
      co_await settle(ends.loop);
      ends.channels.first.reset();
      co_await until_over(ends.loop, reading, writing);
    });
    CHECK_FALSE(*reading->result);
    CHECK_FALSE(*writing->result);
    CHECK(reading.use_count() == 1);
    CHECK(writing.use_count() == 1);
  }
  CHECK(open_descriptors() == before);
}

TEST_CASE("a loop may go while a read and a write are under way") {
  const auto reading = std::make_shared<Reading>();
  const auto writing = std::make_shared<Writing>();
  const std::size_t before = open_descriptors();
  {
    Ends ends(EVERY_WIRE);
    read_beside(ends.loop, ends.near(), reading);
    write_beside(ends.loop, ends.near(), writing);
    ends.loop.run_ready();
  }
  CHECK(reading.use_count() == 1);
  CHECK(writing.use_count() == 1);
  CHECK(open_descriptors() == before);
}

TEST_CASE("when the other side goes, the reader reads the end and the writer fails") {
  Ends ends(EVERY_WIRE);
  const auto reading = std::make_shared<Reading>();
  const auto writing = std::make_shared<Writing>();
  read_beside(ends.loop, ends.near(), reading);
  write_beside(ends.loop, ends.near(), writing);
  run(ends.loop, [&]() -> Task<void> {
    co_await settle(ends.loop);
    ends.channels.second.reset();
    co_await until_over(ends.loop, reading, writing);
    const auto again = std::make_shared<Writing>();
    write_beside(ends.loop, ends.near(), again);
    while (!again->result) co_await yield(ends.loop);
    REQUIRE_FALSE(*again->result);
    CHECK(again->result->error().kind == ErrorKind::peer_gone);
  });
  // A socket whose other side had not read everything says so once.
  CHECK((reading->result->has_value() ? reading->result->value() == 0
                                      : reading->result->error().kind == ErrorKind::peer_gone));
  REQUIRE_FALSE(*writing->result);
  CHECK(writing->result->error().kind == ErrorKind::peer_gone);
}

TEST_CASE("a writer waits for a slow reader") {
  Ends ends(EVERY_WIRE);
  const auto writing = std::make_shared<Writing>();
  write_beside(ends.loop, ends.near(), writing);
  std::size_t read = 0;
  run(ends.loop, [&]() -> Task<void> {
    std::vector<char> room(1000);
    while (read < too_much / 2) {
      const auto got = co_await ends.far().read_some(room);
      REQUIRE(got);
      read += *got;
    }
    co_await settle(ends.loop);
    CHECK_FALSE(writing->result);
    while (read < too_much) {
      const auto got = co_await ends.far().read_some(room);
      REQUIRE(got);
      read += *got;
    }
    while (!writing->result) co_await yield(ends.loop);
  });
  CHECK(writing->result->has_value());
}
