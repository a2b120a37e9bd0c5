#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/doubles/peers.h"
#include "transport/limits.h"
#include "transport/rpc_peer.h"

// How calls end: by an answer, a deadline, a cancel from either side, or the other side's end.

using namespace tine::transport;
using namespace tine::transport::test;
namespace json = tine::json;
using tine::ErrorKind;
using tine::Result;

namespace {

using Outcome = std::optional<Result<std::string>>;

struct Caller : Tapped {
  explicit Caller(Wire wire = Wire::memory) : Tapped(wire) { serve(); }

  /// A call beside the test.
  std::shared_ptr<Outcome> call(CallOptions options = {}) {
    const auto outcome = std::make_shared<Outcome>();
    start(loop, [this, outcome, options]() -> Task<void> {
      *outcome = co_await peer->call("m", "{}", options);
    });
    return outcome;
  }

  Task<void> until(std::shared_ptr<Outcome> outcome) {
    while (!*outcome) co_await yield(loop);
  }
};

std::string call_line(int id) {
  return R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":"m","params":{}})";
}

std::string cancel_line(const std::string& id) {
  return R"({"jsonrpc":"2.0","method":"$/cancel_request","params":{"requestId":)" + id + "}}";
}

std::string answer(const std::string& id, const std::string& result = "{}") {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":)" + result + "}\n";
}

std::string request(const std::string& id) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"m"})" + "\n";
}

ErrorKind kind_of(const Outcome& outcome) {
  REQUIRE(outcome);
  REQUIRE_FALSE(*outcome);
  return outcome->error().kind;
}

}  // namespace

TEST_CASE("cancelling a call ends it at once and tells the other side") {
  Caller caller;
  CancelSource cancel;
  CallOptions options;
  options.cancel = &cancel;
  const auto outcome = caller.call(options);
  run(caller.loop, [&]() -> Task<void> {
    std::string line = co_await caller.tap.line();
    CHECK(line == call_line(1));
    cancel.cancel();
    co_await caller.until(outcome);
    CHECK(kind_of(*outcome) == ErrorKind::cancelled);
    line = co_await caller.tap.line();
    CHECK(line == cancel_line("1"));

    // The late answer ends nothing, least of all the next call.
    const auto next = caller.call();
    line = co_await caller.tap.line();
    CHECK(line == call_line(2));
    co_await caller.tap.send(answer("1", "\"late\""));
    co_await settle(caller.loop);
    CHECK_FALSE(*next);
    co_await caller.tap.send(answer("2", "\"right\""));
    co_await caller.until(next);
    CHECK(**next == "\"right\"");
  });
}

TEST_CASE("a cancelled call is not made") {
  Caller caller;
  CancelSource cancel;
  cancel.cancel();
  CallOptions options;
  options.cancel = &cancel;
  const auto outcome = caller.call(options);
  run(caller.loop, [&]() -> Task<void> {
    co_await caller.until(outcome);
    CHECK(kind_of(*outcome) == ErrorKind::cancelled);
    caller.peer->notify("first", "{}");
    const std::string line = co_await caller.tap.line();
    CHECK(json::View(line).find("method").equals("first"));
  });
}

TEST_CASE("a cancel after the answer changes nothing, even before the caller has seen it") {
  Caller caller;
  CancelSource cancel;
  CallOptions options;
  options.cancel = &cancel;
  const auto outcome = caller.call(options);
  // A notification behind the answer, in the same piece: its handler runs between the answer and
  // the caller.
  caller.handler.notification = [&](std::string_view, json::View) {
    CHECK_FALSE(*outcome);
    cancel.cancel();
  };
  run(caller.loop, [&]() -> Task<void> {
    static_cast<void>(co_await caller.tap.line());
    co_await caller.tap.send(answer("1") + "{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n");
    co_await caller.until(outcome);
    CHECK(outcome->has_value());
    CHECK(**outcome == "{}");
    CHECK(cancel.cancelled());
    co_await settle(caller.loop);
    CHECK(caller.peer->queued() == 0);
  });
}

TEST_CASE("one cancel ends many calls, whose callers may call again at once") {
  Caller caller;
  CancelSource cancel;
  CallOptions options;
  options.cancel = &cancel;
  constexpr int calls = 20;
  int ended = 0;
  for (int i = 0; i < calls; ++i) {
    start(caller.loop, [&]() -> Task<void> {
      const auto first = co_await caller.peer->call("m", "{}", options);
      CHECK(first.error().kind == ErrorKind::cancelled);
      const auto second = co_await caller.peer->call("m", "{}", options);
      CHECK(second.error().kind == ErrorKind::cancelled);
      ++ended;
    });
  }
  run(caller.loop, [&]() -> Task<void> {
    for (int i = 0; i < calls; ++i) static_cast<void>(co_await caller.tap.line());
    cancel.cancel();
    for (int i = 0; i < calls; ++i) {
      const std::string line = co_await caller.tap.line();
      CHECK(line == cancel_line(std::to_string(i + 1)));
    }
    while (ended < calls) co_await yield(caller.loop);
  });
}

TEST_CASE("a call ends at its deadline and tells the other side") {
  Caller caller;
  CallOptions options;
  options.deadline = Milliseconds(5);
  const auto outcome = caller.call(options);
  const auto patient = caller.call();
  run(caller.loop, [&]() -> Task<void> {
    static_cast<void>(co_await caller.tap.line());
    static_cast<void>(co_await caller.tap.line());
    const std::string line = co_await caller.tap.line();
    CHECK(line == cancel_line("1"));
    co_await caller.until(outcome);
    CHECK(kind_of(*outcome) == ErrorKind::timeout);
    CHECK(outcome->value().error().message == "no answer to m within 5 ms");
    co_await caller.tap.send(answer("1") + answer("2", "\"patient\""));
    co_await caller.until(patient);
    CHECK(**patient == "\"patient\"");
  });
}

TEST_CASE("a call that is answered before its deadline") {
  Caller caller;
  CallOptions options;
  options.deadline = Milliseconds::max();
  const auto outcome = caller.call(options);
  run(caller.loop, [&]() -> Task<void> {
    static_cast<void>(co_await caller.tap.line());
    co_await settle(caller.loop);
    CHECK_FALSE(*outcome);
    co_await caller.tap.send(answer("1"));
    co_await caller.until(outcome);
    CHECK(outcome->has_value());
    CHECK(**outcome == "{}");
  });
}

TEST_CASE("a request that the other side cancels, before and after somebody listens") {
  Caller caller;
  std::vector<Replier> open;
  caller.handler.request = [&](std::string_view, json::View, Replier replier) {
    open.push_back(std::move(replier));
  };
  run(caller.loop, [&]() -> Task<void> {
    co_await caller.tap.send(request("1") + cancel_line("1") + "\n" + request("\"\\u00e9\"") +
                             request("3"));
    while (open.size() < 3) co_await yield(caller.loop);
    CHECK(open[0].cancel_source().cancelled());

    int fired = 0;
    CancelSource second = open[1].cancel_source();
    const auto subscription = second.on_cancel([&] { ++fired; });
    CHECK_FALSE(second.cancelled());
    co_await caller.tap.send(cancel_line("\"é\"") + "\n" + cancel_line("\"é\"") + "\n");
    while (fired == 0) co_await yield(caller.loop);
    co_await settle(caller.loop);
    CHECK(fired == 1);
    CHECK(open[1].cancel_source().cancelled());
    CHECK_FALSE(open[2].cancel_source().cancelled());

    // The answer is still owed, and is whatever the handler makes it.
    open[0].error(tine::Error(ErrorKind::cancelled, "stopped"));
    open[1].result("{}");
    std::string line = co_await caller.tap.line();
    CHECK(json::View(line).find("error").find("code").integer() == -32800);
    line = co_await caller.tap.line();
    CHECK(line + "\n" == answer("\"\\u00e9\""));
  });
}

TEST_CASE("cancels that mean nobody") {
  Caller caller;
  std::vector<Replier> open;
  caller.handler.request = [&](std::string_view, json::View, Replier replier) {
    open.push_back(std::move(replier));
  };
  run(caller.loop, [&]() -> Task<void> {
    co_await caller.tap.send(request("1") + request("2"));
    while (open.size() < 2) co_await yield(caller.loop);
    CancelSource answered = open[0].cancel_source();
    open[0].result("{}");
    for (const std::string id : {"1", "\"2\"", "2.0", "7", "null", "{}", "[2]"})
      co_await caller.tap.send(cancel_line(id) + "\n");
    co_await caller.tap.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancel_request\"}\n"
        "{\"jsonrpc\":\"2.0\",\"method\":\"$/cancel_request\",\"params\":[2]}\n");
    co_await settle(caller.loop);
    CHECK_FALSE(answered.cancelled());
    CHECK_FALSE(open[1].cancel_source().cancelled());
    CHECK_FALSE(open[0].cancel_source().cancelled());
    // Cancels are no business of the handler.
    CHECK(caller.handler.notes.empty());
  });
}

TEST_CASE("a cancel callback may answer, close, and let everything go") {
  Caller caller;
  std::vector<Replier> open;
  std::vector<CancelSource::Subscription> subscriptions;
  caller.handler.request = [&](std::string_view, json::View, Replier replier) {
    subscriptions.push_back(replier.cancel_source().on_cancel([&] {
      open.clear();
      caller.peer->close();
      subscriptions.clear();
    }));
    open.push_back(std::move(replier));
  };
  run(caller.loop, [&]() -> Task<void> {
    // Both have the same id: the cancel means both.
    co_await caller.tap.send(request("1") + request("1") + cancel_line("1") + "\n");
    while (!caller.served) co_await yield(caller.loop);
  });
  CHECK(open.empty());
  CHECK(subscriptions.empty());
}

TEST_CASE("calls end when the other side goes") {
  Caller caller(EVERY_WIRE);
  const auto first = caller.call();
  CallOptions options;
  options.deadline = hung;
  const auto second = caller.call(options);
  SECTION("by closing its output") {
    run(caller.loop, [&]() -> Task<void> {
      caller.tap.channel().close_write();
      co_await caller.until(first);
      co_await caller.until(second);
    });
    CHECK_FALSE(caller.peer->closed());
    CHECK(caller.served);
  }
  SECTION("altogether") {
    run(caller.loop, [&]() -> Task<void> {
      caller.tap.drop();
      co_await caller.until(first);
      co_await caller.until(second);
    });
  }
  SECTION("as we close") {
    run(caller.loop, [&]() -> Task<void> {
      co_await settle(caller.loop);
      caller.peer->close();
      co_await caller.until(first);
      co_await caller.until(second);
    });
    CHECK(first->value().error().message == "the connection was closed");
  }
  SECTION("when we write") {
    // Pipes and sockets tell a writer only.
    run(caller.loop, [&]() -> Task<void> {
      co_await settle(caller.loop);
      caller.tap.drop();
      while (!caller.served) {
        caller.peer->notify("n", "{}");
        co_await yield(caller.loop);
      }
      co_await caller.until(first);
      co_await caller.until(second);
    });
  }
  CHECK(kind_of(*first) == ErrorKind::peer_gone);
  CHECK(kind_of(*second) == ErrorKind::peer_gone);
  run(caller.loop, [&]() -> Task<void> {
    const auto late = caller.call();
    co_await caller.until(late);
    CHECK(kind_of(*late) == ErrorKind::peer_gone);
    co_await caller.peer->room();
    co_await caller.peer->drain(hung);
  });
}

TEST_CASE("what the other side said before it went is heard, though writing to it fails") {
  FdPair there = make_pipe();
  FdPair back = make_pipe();
  Loop loop;
  Handler handler;
  const auto peer =
      RpcPeer::make(loop, make_fd_channel(loop, std::move(back.first), std::move(there.second)));
  Outcome outcome;
  start(loop, [&]() -> Task<void> {
    const CallOptions plain;
    outcome = co_await peer->call("m", "{}", plain);
  });
  run(loop, [&]() -> Task<void> {
    co_await settle(loop);
    const std::string said = answer("1", "\"last\"") + "{\"jsonrpc\":\"2.0\",\"method\":\"bye\"}\n";
    REQUIRE(::write(back.second.get(), said.data(), said.size()) ==
            static_cast<ssize_t>(said.size()));
    there.first.reset();
    back.second.reset();
    peer->notify("n", "{}");
    // The write fails before anybody reads.
    while (!peer->fault()) co_await yield(loop);
    const CallOptions plain;
    const auto refused = co_await peer->call("m", "{}", plain);
    CHECK(refused.error().kind == ErrorKind::peer_gone);
    CHECK(refused.error().message == "the connection broke: writing failed: Broken pipe");
    co_await peer->serve(handler);
    while (!outcome) co_await yield(loop);
    while (!peer->closed()) co_await yield(loop);
  });
  REQUIRE(outcome->has_value());
  CHECK(**outcome == "\"last\"");
  CHECK(handler.notes == std::vector<std::string>{"bye "});
}

TEST_CASE("when writing fails and the other side says nothing more, the connection closes") {
  FdPair in = make_pipe();
  Loop loop;
  Handler handler;
  Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  const auto peer =
      RpcPeer::make(loop, make_fd_channel(loop, std::move(in.first), std::move(full)));
  run(loop, [&]() -> Task<void> {
    const CallOptions plain;
    start(loop, [&]() -> Task<void> { co_await peer->serve(handler); });
    const auto outcome = co_await peer->call("m", "{}", plain);
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().kind == ErrorKind::peer_gone);
    CHECK(outcome.error().message ==
          "the connection broke: writing failed: No space left on device");
  });
  CHECK(peer->closed());
  REQUIRE(peer->fault());
  CHECK(peer->fault()->kind == ErrorKind::storage_full);
}

TEST_CASE("an input that cannot be read is a fault, an end is none") {
  Loop loop;
  Handler handler;
  const auto serve = [&](const char* path) {
    Fd in(::open(path, O_RDONLY | O_CLOEXEC));
    const auto peer = RpcPeer::make(loop, make_fd_channel(loop, std::move(in), Fd()));
    run(loop, [&]() -> Task<void> {
      co_await peer->serve(handler);
      peer->close();
    });
    return peer->fault();
  };
  CHECK_FALSE(serve("/dev/null"));
  const auto fault = serve("/tmp");
  REQUIRE(fault);
  CHECK(fault->message == "reading failed: Is a directory");
}
