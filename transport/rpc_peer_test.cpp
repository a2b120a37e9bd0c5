#include "transport/rpc_peer.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/doubles/peers.h"
#include "transport/limits.h"

using namespace tine::transport;
using namespace tine::transport::test;
namespace json = tine::json;
using tine::ErrorKind;
using tine::Result;

namespace {

std::string request(std::string_view id, std::string_view method, std::string_view params = "{}") {
  std::string line = R"({"jsonrpc":"2.0","id":)";
  return line.append(id)
      .append(R"(,"method":")")
      .append(method)
      .append(R"(","params":)")
      .append(params)
      .append("}\n");
}

std::string answer(std::string_view id, std::string_view result) {
  std::string line = R"({"jsonrpc":"2.0","id":)";
  return line.append(id).append(R"(,"result":)").append(result).append("}");
}

bool is_error(std::string_view line, std::string_view id, std::string_view kind) {
  const json::View message(line);
  return message.find("id").raw() == id &&
         message.find("error").find("data").find("tine").find("kind").equals(kind);
}

const CallOptions plain;

}  // namespace

TEST_CASE("ids go back as the token that came") {
  Tapped tapped(EVERY_WIRE);
  tapped.handler.request = [](std::string_view, json::View, Replier replier) {
    replier.result(replier.id());
  };
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    for (const std::string id : {"1", "9007199254740993", "1.50", "-0", "1e2", R"("é")",
                                 R"("\u00e9\"")", "null", R"("")"}) {
      co_await tapped.tap.send(request(id, "m"));
      const std::string line = co_await tapped.tap.line();
      CHECK(line == answer(id, id));
    }
  });
}

TEST_CASE("answers with an internal error have the hint that was set") {
  Tapped tapped;
  tapped.peer->set_internal_hint("look there");
  tapped.handler.request = [](std::string_view method, json::View, Replier replier) {
    if (method == "own") {
      replier.error(tine::Error(ErrorKind::internal, "broken").with_hint("its own"));
    } else if (method == "other") {
      replier.error(tine::Error(ErrorKind::timeout, "late"));
    }
  };
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    const auto hint = [](std::string_view line) {
      return json::View(line).find("error").find("data").find("tine").find("hint").string().value();
    };
    co_await tapped.tap.send(request("1", "drop") + request("2", "own") + request("3", "other"));
    std::string line = co_await tapped.tap.line();
    CHECK(hint(line) == "look there");
    line = co_await tapped.tap.line();
    CHECK(hint(line) == "its own");
    line = co_await tapped.tap.line();
    CHECK(hint(line) == facts(ErrorKind::timeout).hint);
  });
}

TEST_CASE("each request gets exactly one answer") {
  Tapped tapped;
  std::vector<Replier> kept;
  tapped.handler.request = [&](std::string_view method, json::View, Replier replier) {
    if (method == "drop") return;
    if (method == "keep") {
      kept.push_back(std::move(replier));
      return;
    }
    if (method == "twice") {
      replier.result("1");
      replier.error(tine::Error(ErrorKind::timeout, "again"));
      replier.result("2");
    }
    if (method == "move") {
      Replier moved = std::move(replier);
      moved.result("\"moved\"");
    }
    if (method == "throw") throw std::runtime_error("a fault of the handler");
  };
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    co_await tapped.tap.send(request("1", "drop") + request("2", "twice") + request("3", "move") +
                             request("4", "throw") + request("5", "keep") + request("6", "keep"));
    std::string line = co_await tapped.tap.line();
    CHECK(is_error(line, "1", "internal"));
    line = co_await tapped.tap.line();
    CHECK(line == answer("2", "1"));
    line = co_await tapped.tap.line();
    CHECK(line == answer("3", "\"moved\""));
    line = co_await tapped.tap.line();
    CHECK(is_error(line, "4", "internal"));
    REQUIRE(kept.size() == 2);
    // What is assigned over is dropped.
    kept[1] = std::move(kept[0]);
    line = co_await tapped.tap.line();
    CHECK(is_error(line, "6", "internal"));
    kept[1].result("\"late\"");
    line = co_await tapped.tap.line();
    CHECK(line == answer("5", "\"late\""));
    kept.clear();
    co_await settle(tapped.loop);
    CHECK(tapped.peer->queued() == 0);
  });
}

TEST_CASE("a replier may outlive the connection and the peer") {
  std::optional<Replier> kept;
  std::optional<Replier> dropped;
  std::weak_ptr<RpcPeer> watched;
  {
    Tapped tapped(EVERY_WIRE);
    watched = tapped.peer;
    tapped.handler.request = [&](std::string_view method, json::View, Replier replier) {
      (method == "a" ? kept : dropped).emplace(std::move(replier));
    };
    tapped.serve();
    run(tapped.loop, [&]() -> Task<void> {
      co_await tapped.tap.send(request("1", "a") + request("2", "b"));
      while (!dropped) co_await yield(tapped.loop);
      tapped.peer->close();
      dropped.reset();
      CHECK_FALSE(kept->cancel_source().cancelled());
      while (!tapped.served) co_await yield(tapped.loop);
    });
  }
  CHECK(watched.expired());
  kept->result("{}");
  kept->error(tine::Error(ErrorKind::internal, "x"));
  CHECK_FALSE(kept->cancel_source().cancelled());
  kept.reset();
}

TEST_CASE("what a handler throws ends the message and nothing else") {
  Tapped tapped;
  tapped.handler.request = [](std::string_view, json::View, Replier replier) {
    replier.result("{}");
    throw std::runtime_error("after the answer");
  };
  tapped.handler.notification = [](std::string_view, json::View) { throw 5; };
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    co_await tapped.tap.send("{\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n" + request("1", "m") +
                             request("2", "m"));
    std::string line = co_await tapped.tap.line();
    CHECK(line == answer("1", "{}"));
    line = co_await tapped.tap.line();
    CHECK(line == answer("2", "{}"));
  });
  CHECK(tapped.handler.notes.size() == 1);
}

TEST_CASE("a long notification is taken apart beside the loop, and keeps its place") {
  Tapped tapped(EVERY_WIRE);
  std::vector<std::string> heard;
  tapped.handler.notification = [&](std::string_view method, json::View params) {
    heard.push_back(std::string(method) + " " + params.find("after").string().value_or(""));
  };
  tapped.handler.request = [&](std::string_view, json::View, Replier replier) {
    heard.emplace_back("request");
    replier.result("{}");
  };
  tapped.serve();
  const std::string padding(limits::long_message, 'x');
  run(tapped.loop, [&]() -> Task<void> {
    const std::string note = R"({"jsonrpc":"2.0","method":"long","params":{"text":")" + padding +
                             R"(","after":"the text"}})" + "\n";
    const std::string together =
        note + R"({"jsonrpc":"2.0","method":"short"})" + "\n" + note + request("1", "m");
    co_await tapped.tap.send(together);
    const std::string line = co_await tapped.tap.line();
    CHECK(line == answer("1", "{}"));
  });
  CHECK(heard == std::vector<std::string>{"long the text", "short ", "long the text", "request"});
}

TEST_CASE("a long notification that comes as the last thing is heard before the end") {
  Tapped tapped;
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    // Without a newline, so that the end of the input ends the line.
    co_await tapped.tap.send(R"({"jsonrpc":"2.0","method":"long","params":[")" +
                             std::string(limits::long_message, 'x') + R"("]})");
    tapped.tap.drop();
    while (!tapped.served) co_await yield(tapped.loop);
  });
  CHECK(tapped.handler.notes.size() == 1);
}

TEST_CASE("close from inside a handler") {
  Tapped tapped(EVERY_WIRE);
  int requests = 0;
  const std::weak_ptr<RpcPeer> watched = tapped.peer;
  tapped.handler.request = [&](std::string_view, json::View, Replier) {
    ++requests;
    tapped.peer->close();
  };
  tapped.serve();
  std::optional<Result<std::string>> call;
  start(tapped.loop, [&]() -> Task<void> { call = co_await tapped.peer->call("m", "{}", plain); });
  run(tapped.loop, [&]() -> Task<void> {
    co_await tapped.tap.send(request("1", "m") + request("2", "m") + request("3", "m"));
    while (!tapped.served || !call) co_await yield(tapped.loop);
  });
  CHECK(requests == 1);
  CHECK(tapped.handler.notes.empty());
  CHECK(tapped.peer->closed());
  CHECK_FALSE(tapped.peer->fault());
  REQUIRE_FALSE(*call);
  CHECK(call->error().kind == ErrorKind::peer_gone);
  // Nobody but the test holds the peer any more.
  tapped.loop.run_ready();
  CHECK(watched.use_count() == 1);
}

TEST_CASE("the handler is told of the end once, before its calls fail") {
  Tapped tapped(EVERY_WIRE);
  std::string log;
  tapped.handler.end = [&] {
    log += "end ";
    tapped.peer->close();
  };
  tapped.handler.request = [&](std::string_view, json::View, Replier) { tapped.peer->close(); };
  tapped.serve();
  start(tapped.loop, [&]() -> Task<void> {
    const auto result = co_await tapped.peer->call("m", "{}", plain);
    log += result ? "answered " : "failed ";
  });
  const int way = GENERATE(0, 1, 2);
  run(tapped.loop, [&]() -> Task<void> {
    co_await settle(tapped.loop);
    if (way == 0) tapped.tap.channel().close_write();
    if (way == 1) tapped.peer->close();
    if (way == 2) co_await tapped.tap.send(request("1", "m"));
    while (!tapped.served) co_await yield(tapped.loop);
    tapped.peer->close();
    co_await settle(tapped.loop);
  });
  CHECK(log == "end failed ");
}

TEST_CASE("a handler that is not served is not told of the end") {
  Tapped tapped;
  bool told = false;
  tapped.handler.end = [&] { told = true; };
  run(tapped.loop, [&]() -> Task<void> {
    tapped.tap.channel().close_write();
    co_await settle(tapped.loop);
    tapped.peer->close();
  });
  CHECK_FALSE(told);
}

TEST_CASE("bad lines are answered, and the connection lives on") {
  Tapped tapped(EVERY_WIRE);
  tapped.handler.request = echo;
  tapped.serve();
  const std::string deep(129, '[');
  run(tapped.loop, [&]() -> Task<void> {
    co_await tapped.tap.send("hello\n\xFF\n[]\n17\n" + request("5", "m", deep) +
                             "{\"id\":6,\"method\":\"m\"}\n\r\n" + request("7", "m"));
    for (const auto& [id, kind] :
         std::vector<std::pair<std::string, std::string>>{{"null", "parse_error"},
                                                          {"null", "bad_encoding"},
                                                          {"null", "invalid_request"},
                                                          {"null", "invalid_request"},
                                                          {"5", "too_deep"},
                                                          {"6", "invalid_request"}}) {
      const std::string line = co_await tapped.tap.line();
      INFO(line);
      CHECK(is_error(line, id, kind));
    }
    const std::string line = co_await tapped.tap.line();
    CHECK(line == answer("7", R"({"method":"m","params":{}})"));
  });
}

TEST_CASE("responses that nobody waits for are passed over in silence") {
  Tapped tapped;
  tapped.handler.request = echo;
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    co_await tapped.tap.send(answer("1", "{}") + "\n" + answer("\"1\"", "{}") + "\n" +
                             answer("null", "{}") + "\n" + answer("99999999999999999999", "{}") +
                             "\n{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":null}\n" +
                             request("2", "m"));
    const std::string line = co_await tapped.tap.line();
    CHECK(json::View(line).find("id").raw() == "2");
  });
}

TEST_CASE("a call ends when its answer is broken") {
  Tapped tapped;
  tapped.serve();
  int ended = 0;
  const std::vector<std::string> broken = {
      R"({"jsonrpc":"2.0","id":1,"result":tru})",
      R"({"jsonrpc":"2.0","id":2,"result":{},"error":{}})",
      R"({"id":3,"result":{}})",
      "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":\"\xFF\"}",
      R"({"jsonrpc":"2.0","id":5,"result":")" + std::string(limits::max_line, 'a') + "\"}",
  };
  for (std::size_t i = 0; i < broken.size(); ++i) {
    start(tapped.loop, [&]() -> Task<void> {
      const auto result = co_await tapped.peer->call("m", "{}", plain);
      REQUIRE_FALSE(result);
      CHECK(result.error().kind == ErrorKind::backend_failed);
      CHECK(result.error().message.starts_with("the answer cannot be understood: "));
      ++ended;
    });
  }
  run(tapped.loop, [&]() -> Task<void> {
    for (const std::string& text : broken) {
      static_cast<void>(co_await tapped.tap.line());
      co_await tapped.tap.send(text + "\n");
    }
    while (ended < 5) co_await yield(tapped.loop);
    // And nothing was said about it.
    CHECK(tapped.peer->queued() == 0);
  });
}

TEST_CASE("a dialect without the version") {
  Tapped tapped(Wire::memory, Dialect::without_version);
  tapped.handler.request = echo;
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    co_await tapped.tap.send("{\"id\":1,\"method\":\"m\"}\n");
    const std::string line = co_await tapped.tap.line();
    CHECK(line.starts_with(R"({"jsonrpc":"2.0","id":1,"result")"));
  });
}

TEST_CASE("a message is one line, whatever its parts are") {
  Tapped tapped;
  tapped.handler.request = [](std::string_view, json::View, Replier replier) {
    replier.result("{\n  \"a\": 1\n}\n");
  };
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    co_await tapped.tap.send(request("1", "m"));
    std::string line = co_await tapped.tap.line();
    CHECK(line == answer("1", "{   \"a\": 1 } "));
    tapped.peer->notify("a\nb", "{\n}");
    line = co_await tapped.tap.line();
    CHECK(line == R"({"jsonrpc":"2.0","method":"a\nb","params":{ }})");
  });
}

TEST_CASE("a last line without newline is still a message") {
  Tapped tapped(EVERY_WIRE);
  tapped.handler.request = echo;
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    std::string last = request("1", "m");
    last.pop_back();
    co_await tapped.tap.send(last);
    tapped.tap.channel().close_write();
    const std::string line = co_await tapped.tap.line();
    CHECK(line == answer("1", R"({"method":"m","params":{}})"));
    while (!tapped.served) co_await yield(tapped.loop);
  });
}

TEST_CASE("the mirror sees what is read and written, in that order") {
  Loop loop;
  ChannelPair ends = make_memory_channel(loop);
  std::string seen;
  const auto peer = RpcPeer::make(
      loop, std::move(ends.first),
      [&](char way, std::string_view line) { seen.append(1, way).append(line).append("\n"); });
  Handler handler;
  handler.request = [](std::string_view, json::View, Replier replier) { replier.result("{}"); };
  start(loop, [&]() -> Task<void> { co_await peer->serve(handler); });
  Wiretap tap(std::move(ends.second));
  run(loop, [&]() -> Task<void> {
    co_await tap.send(request("1", "m") + "hello\n");
    static_cast<void>(co_await tap.line());
    const std::string error = co_await tap.line();
    std::string expected = "i" + request("1", "m") + "i(a line that was refused)\n";
    expected += "o" + answer("1", "{}") + "\no" + error + "\n";
    CHECK(seen == expected);
    peer->close();
    peer->notify("late", "{}");
    CHECK(seen == expected);
    co_await settle(loop);
  });
}

TEST_CASE("a request beyond what may be unanswered is refused") {
  Tapped tapped;
  std::vector<Replier> open;
  tapped.handler.request = [&](std::string_view, json::View, Replier replier) {
    open.push_back(std::move(replier));
  };
  tapped.serve();
  run(tapped.loop, [&]() -> Task<void> {
    std::string burst;
    for (std::size_t i = 0; i < limits::max_open_requests + 1; ++i)
      burst += request(std::to_string(i), "m");
    co_await tapped.tap.send(std::move(burst));
    std::string line = co_await tapped.tap.line();
    CHECK(is_error(line, std::to_string(limits::max_open_requests), "queue_full"));
    CHECK(open.size() == limits::max_open_requests);
    // One answer makes room for one request.
    open.back().result("{}");
    open.pop_back();
    co_await tapped.tap.send(request("\"more\"", "m"));
    line = co_await tapped.tap.line();
    while (open.size() < limits::max_open_requests) co_await yield(tapped.loop);
    CHECK(open.back().id() == "\"more\"");
    tapped.peer->close();
  });
}
