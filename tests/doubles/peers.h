#pragma once
// What the tests of this layer share: running a coroutine to its end, a handler made of lambdas,
// and two peers, or a peer and a bare channel, over every kind of channel.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "transport/channel.h"
#include "transport/rpc_peer.h"

namespace tine::transport::test {

/// Far beyond what any test needs: only a coroutine that nobody wakes reaches it.
inline constexpr Milliseconds hung{60000};

inline Task<void> stop_when_hung(Loop& loop) {
  co_await pause(loop, hung);
  loop.stop();
}

template <class Body>
Task<void> mark_end(Loop& loop, Body body, bool& ended) {
  co_await body();
  ended = true;
  loop.stop();
}

/// Runs the coroutine that `body` makes to its end. The closure lives as long as the coroutine.
template <class Body>
void run(Loop& loop, Body body) {
  bool ended = false;
  loop.spawn(stop_when_hung(loop));
  loop.spawn(mark_end(loop, std::move(body), ended));
  loop.run_ready();
  if (!ended) loop.run();
  REQUIRE(ended);
}

template <class Body>
Task<void> holding(Body body) {
  co_await body();
}

/// Starts a coroutine beside the test's own.
template <class Body>
void start(Loop& loop, Body body) {
  loop.spawn(holding(std::move(body)));
}

/// Lets everything that is ready run, including what that makes ready.
inline Task<void> settle(Loop& loop) {
  constexpr int turns = 100;
  for (int i = 0; i < turns; ++i) co_await yield(loop);
}

inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    static_cast<void>(entry);
    ++count;
  }
  return count;
}

struct FdPair {
  Fd first;
  Fd second;
};

/// first reads what second writes.
inline FdPair make_pipe(int flags = O_CLOEXEC) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), flags) == 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

inline FdPair make_socketpair() {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

inline Fd duplicate(const Fd& fd) { return Fd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0)); }

enum class Wire { memory, pipes, blocking_pipes, sockets };

// Runs the rest of a test over each of them.
#define EVERY_WIRE GENERATE(Wire::memory, Wire::pipes, Wire::blocking_pipes, Wire::sockets)

using ChannelPair = std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>>;

inline ChannelPair make_channels(Loop& loop, Wire wire) {
  if (wire == Wire::memory) return make_memory_channel(loop);
  if (wire == Wire::sockets) {
    FdPair ends = make_socketpair();
    Fd first = duplicate(ends.first);
    Fd second = duplicate(ends.second);
    return {make_fd_channel(loop, std::move(ends.first), std::move(first)),
            make_fd_channel(loop, std::move(ends.second), std::move(second))};
  }
  const int flags = wire == Wire::pipes ? O_CLOEXEC | O_NONBLOCK : O_CLOEXEC;
  FdPair there = make_pipe(flags);
  FdPair back = make_pipe(flags);
  return {make_fd_channel(loop, std::move(back.first), std::move(there.second)),
          make_fd_channel(loop, std::move(there.first), std::move(back.second))};
}

inline Task<bool> write_text(Channel& channel, std::string text) {
  const std::array<std::string_view, 1> pieces{text};
  const auto written = co_await channel.write_all(pieces);
  co_return written.has_value();
}

/// Everything up to the end of the input.
inline Task<std::string> read_to_end(Channel& channel) {
  std::string all;
  std::vector<char> room(size_t{64} * 1024);
  for (;;) {
    const auto got = co_await channel.read_some(room);
    if (!got || *got == 0) co_return all;
    all.append(room.data(), *got);
  }
}

/// The bare other side of a peer: what it writes and reads is bytes.
class Wiretap {
 public:
  explicit Wiretap(std::unique_ptr<Channel> channel) : channel_(std::move(channel)) {}

  Task<bool> send(std::string text) { co_return co_await write_text(*channel_, std::move(text)); }

  /// The next line without its newline; "(end)" when there is none.
  Task<std::string> line() {
    for (;;) {
      if (const std::size_t newline = bytes_.find('\n'); newline != std::string::npos) {
        std::string found = bytes_.substr(0, newline);
        bytes_.erase(0, newline + 1);
        co_return found;
      }
      std::vector<char> room(size_t{64} * 1024);
      const auto got = co_await channel_->read_some(room);
      if (!got || *got == 0) co_return "(end)";
      bytes_.append(room.data(), *got);
    }
  }

  Channel& channel() { return *channel_; }
  void drop() { channel_.reset(); }

 private:
  std::unique_ptr<Channel> channel_;
  std::string bytes_;
};

/// A handler made of lambdas; without one a request is dropped and a notification noted.
struct Handler final : RpcHandler {
  std::function<void(std::string_view, json::View, Replier)> request;
  std::function<void(std::string_view, json::View)> notification;
  std::function<void()> end;
  std::vector<std::string> notes;

  void on_request(std::string_view method, json::View params, Replier replier) override {
    if (request) request(method, params, std::move(replier));
  }
  void on_notification(std::string_view method, json::View params) override {
    notes.push_back(std::string(method).append(" ").append(params.raw()));
    if (notification) notification(method, params);
  }
  void on_end() override {
    if (end) end();
  }
};

/// Answers with what was asked.
inline void echo(std::string_view method, json::View params, Replier replier) {
  replier.result(std::string(R"({"method":")")
                     .append(method)
                     .append(R"(","params":)")
                     .append(params.raw())
                     .append("}"));
}

/// A peer and the bare bytes of its other side.
struct Tapped {
  explicit Tapped(Wire wire = Wire::memory, Dialect dialect = Dialect::json_rpc)
      : ends(make_channels(loop, wire)),
        tap(std::move(ends.second)),
        peer(RpcPeer::make(loop, std::move(ends.first), {}, dialect)) {}
  ~Tapped() {
    peer->close();
    loop.run_ready();
  }
  Tapped(const Tapped&) = delete;
  Tapped& operator=(const Tapped&) = delete;

  void serve() {
    start(loop, [this]() -> Task<void> {
      co_await peer->serve(handler);
      served = true;
    });
  }

  Loop loop;
  Handler handler;
  bool served = false;
  ChannelPair ends;
  Wiretap tap;
  std::shared_ptr<RpcPeer> peer;
};

}  // namespace tine::transport::test
