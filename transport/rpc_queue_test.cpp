#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/doubles/peers.h"
#include "transport/limits.h"
#include "transport/rpc_peer.h"

// What happens when the other side does not read, or not as fast as we write.

using namespace tine::transport;
using namespace tine::transport::test;
namespace json = tine::json;

namespace {

struct Sender : Tapped {
  explicit Sender(Wire wire = Wire::memory) : Tapped(wire) { serve(); }

  void chunk(std::uint64_t stream, std::string_view text) {
    std::string line =
        R"({"jsonrpc":"2.0","method":"u","params":{"s":)" + std::to_string(stream) + R"(,"text":")";
    Splice splice;
    splice.begin = line.size();
    line += text;
    splice.end = line.size();
    line += "\"}}";
    peer->send(std::move(line), stream, splice);
  }
  /// More than the channel takes by itself and than the outbox likes.
  void flood(std::size_t bytes = limits::outbox_high * 2 + limits::memory_channel * 8) {
    const std::string text(size_t{256} * 1024, 'f');
    for (std::size_t sent = 0; sent < bytes; sent += text.size()) {
      peer->send("\"" + text + "\"", 99, {});
    }
  }
  /// The next line that is none of the flood.
  Task<std::string> line() {
    for (;;) {
      std::string found = co_await tap.line();
      if (!found.starts_with("\"f")) co_return found;
    }
  }
};

std::string text_of(const std::string& line) {
  const json::View params = json::View(line).find("params");
  return std::string(params.find("s").raw()) + ":" + params.find("text").string().value_or("?");
}

constexpr std::string_view request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}\n";

}  // namespace

TEST_CASE("room suspends while too much is queued, and resumes") {
  Sender sender(EVERY_WIRE);
  CHECK(sender.peer->has_room());
  bool has_room = false;
  start(sender.loop, [&]() -> Task<void> {
    co_await sender.peer->room();
    CHECK(sender.peer->has_room());
    sender.flood();
    CHECK_FALSE(sender.peer->has_room());
    co_await sender.peer->room();
    has_room = true;
    CHECK(sender.peer->queued() < limits::outbox_high);
  });
  run(sender.loop, [&]() -> Task<void> {
    co_await settle(sender.loop);
    CHECK_FALSE(has_room);
    sender.peer->notify("end", "{}");
    static_cast<void>(co_await sender.line());
    while (!has_room) co_await yield(sender.loop);
    while (sender.peer->queued() != 0) co_await yield(sender.loop);
  });
}

TEST_CASE("while the reader is slow, chunks of one message are merged and all keep their order") {
  Sender sender;
  CallOptions in_stream;
  in_stream.stream = 1;
  bool called = false;
  sender.handler.request = [](std::string_view, json::View, Replier replier) {
    replier.result("{}");
  };
  run(sender.loop, [&]() -> Task<void> {
    sender.chunk(1, "early ");
    co_await settle(sender.loop);
    sender.flood();
    for (const std::string_view text : {"a", "b", "c"}) {
      sender.chunk(1, text);
      sender.chunk(2, text);
    }
    // A question of stream 1 is a border for it alone.
    start(sender.loop, [&]() -> Task<void> {
      static_cast<void>(co_await sender.peer->call("q", "{}", in_stream));
      called = true;
    });
    sender.chunk(1, "d");
    sender.chunk(2, "d");
    sender.chunk(1, "e");
    // An answer is one for all.
    co_await sender.tap.send(std::string(request));
    co_await settle(sender.loop);
    sender.chunk(1, "f");
    sender.chunk(2, "f");
    sender.chunk(1, "g");

    std::vector<std::string> lines;
    while (lines.empty() || lines.back() != "2:f") {
      const std::string line = co_await sender.line();
      const json::View message(line);
      if (message.find("method").equals("u")) {
        lines.push_back(text_of(line));
      } else {
        lines.emplace_back(message.find("method").exists() ? "question" : "answer");
      }
    }
    CHECK(lines == std::vector<std::string>{"1:early ", "1:abc", "2:abcd", "question", "1:de",
                                            "answer", "1:fg", "2:f"});
    CHECK_FALSE(called);
    co_await sender.tap.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n");
    while (!called) co_await yield(sender.loop);
  });
}

TEST_CASE("a reader that keeps up gets every chunk by itself") {
  Sender sender;
  run(sender.loop, [&]() -> Task<void> {
    for (int i = 0; i < 1000; ++i) {
      sender.chunk(1, std::to_string(i));
      co_await sender.peer->room();
    }
    for (int i = 0; i < 1000; ++i) {
      const std::string line = co_await sender.line();
      CHECK(text_of(line) == "1:" + std::to_string(i));
    }
  });
}

TEST_CASE("who sends without reading is not read until there is room") {
  Sender sender;
  int requests = 0;
  std::string big(limits::max_merged, 'r');
  big = "\"" + big + "\"";
  sender.handler.request = [&](std::string_view, json::View, Replier replier) {
    ++requests;
    replier.result(big);
  };
  // Twice as many as fit; in one piece, which is dealt with line by line.
  const int fit = static_cast<int>(limits::outbox_full / limits::max_merged);
  std::string burst;
  for (int i = 0; i < fit * 2; ++i) burst += request;
  run(sender.loop, [&]() -> Task<void> {
    co_await sender.tap.send(burst);
    co_await settle(sender.loop);
    CHECK(requests >= fit - 2);
    CHECK(requests <= fit + 2);
    CHECK(sender.peer->queued() < limits::outbox_full + 2 * limits::max_merged);
    const int before = requests;
    co_await settle(sender.loop);
    CHECK(requests == before);
    for (int i = 0; i < fit * 2; ++i) {
      const std::string line = co_await sender.line();
      CHECK(line.size() > limits::max_merged);
    }
    CHECK(requests == fit * 2);
  });
}

TEST_CASE("a peer whose reader does not read can be closed, and lets go of everything") {
  Sender sender(EVERY_WIRE);
  const std::weak_ptr<RpcPeer> watched = sender.peer;
  sender.handler.request = [](std::string_view, json::View, Replier replier) {
    replier.result("{}");
  };
  bool has_room = false;
  start(sender.loop, [&]() -> Task<void> {
    sender.flood(limits::outbox_full * 2);
    co_await sender.peer->room();
    has_room = true;
  });
  run(sender.loop, [&]() -> Task<void> {
    // One request too many: reading has stopped.
    co_await sender.tap.send(std::string(request));
    co_await settle(sender.loop);
    CHECK_FALSE(has_room);
    sender.peer->close();
    while (!sender.served || !has_room) co_await yield(sender.loop);
    CHECK(sender.peer->queued() == 0);
    sender.peer->notify("late", "{}");
    CHECK(sender.peer->queued() == 0);
  });
  sender.loop.run_ready();
  CHECK(watched.use_count() == 1);
}

TEST_CASE("the same when the reader goes") {
  Sender sender(EVERY_WIRE);
  bool has_room = false;
  start(sender.loop, [&]() -> Task<void> {
    sender.flood(limits::outbox_full * 2);
    co_await sender.peer->room();
    has_room = true;
  });
  run(sender.loop, [&]() -> Task<void> {
    co_await settle(sender.loop);
    sender.tap.drop();
    while (!sender.served || !has_room || !sender.peer->closed()) co_await yield(sender.loop);
    CHECK(sender.peer->queued() == 0);
    CHECK(sender.peer->fault());
  });
}

TEST_CASE("drain with a reader waits until all has left") {
  Sender sender(EVERY_WIRE);
  sender.flood();
  sender.peer->notify("last", "{}");
  std::string last;
  start(sender.loop, [&]() -> Task<void> { last = co_await sender.line(); });
  run(sender.loop, [&]() -> Task<void> {
    co_await sender.peer->drain(hung);
    CHECK(sender.peer->queued() == 0);
    sender.peer->close();
    while (last.empty()) co_await yield(sender.loop);
  });
  CHECK(json::View(last).find("method").equals("last"));
}

TEST_CASE("drain without a reader gives up") {
  Sender sender(EVERY_WIRE);
  sender.flood();
  run(sender.loop, [&]() -> Task<void> {
    co_await sender.peer->drain(Milliseconds(5));
    CHECK(sender.peer->queued() != 0);
    sender.peer->close();
    co_await sender.peer->drain(hung);
    CHECK(sender.peer->queued() == 0);
  });
}

TEST_CASE("after the input has ended what is queued still goes out") {
  Sender sender(EVERY_WIRE);
  run(sender.loop, [&]() -> Task<void> {
    sender.tap.channel().close_write();
    while (!sender.served) co_await yield(sender.loop);
    sender.flood();
    sender.peer->notify("last", "{}");
    const std::string line = co_await sender.line();
    CHECK(json::View(line).find("method").equals("last"));
  });
}
