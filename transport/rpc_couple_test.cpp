#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/doubles/peers.h"
#include "transport/rpc_peer.h"

// Two peers that talk to each other.

using namespace tine::transport;
using namespace tine::transport::test;
namespace json = tine::json;
using tine::ErrorKind;

namespace {

/// Two peers that serve each other.
struct Couple {
  explicit Couple(Wire wire)
      : ends(make_channels(loop, wire)),
        near(RpcPeer::make(loop, std::move(ends.first))),
        far(RpcPeer::make(loop, std::move(ends.second))) {
    start(loop, [this]() -> Task<void> { co_await near->serve(near_handler); });
    start(loop, [this]() -> Task<void> { co_await far->serve(far_handler); });
  }
  ~Couple() {
    near->close();
    far->close();
    loop.run_ready();
  }
  Couple(const Couple&) = delete;
  Couple& operator=(const Couple&) = delete;

  Loop loop;
  Handler near_handler;
  Handler far_handler;
  ChannelPair ends;
  std::shared_ptr<RpcPeer> near;
  std::shared_ptr<RpcPeer> far;
};

const CallOptions plain;

}  // namespace

TEST_CASE("a call is answered") {
  Couple couple(EVERY_WIRE);
  couple.far_handler.request = echo;
  run(couple.loop, [&]() -> Task<void> {
    const auto result = co_await couple.near->call("a/b", R"({"c":"é"})", plain);
    REQUIRE(result);
    CHECK(*result == R"({"method":"a/b","params":{"c":"é"}})");
  });
}

TEST_CASE("an error comes back as it was made") {
  Couple couple(EVERY_WIRE);
  couple.far_handler.request = [](std::string_view, json::View, Replier replier) {
    replier.error(tine::Error(ErrorKind::session_locked, "held by another").at("params.id"));
  };
  run(couple.loop, [&]() -> Task<void> {
    const auto result = co_await couple.near->call("m", "{}", plain);
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == ErrorKind::session_locked);
    CHECK(result.error().message == "held by another");
    CHECK(result.error().path == "params.id");
  });
}

TEST_CASE("both sides call at once, and from within a request of the other") {
  Couple couple(EVERY_WIRE);
  constexpr int calls = 50;
  int done = 0;
  // The far side asks back before it answers.
  couple.far_handler.request = [&](std::string_view, json::View params, Replier replier) {
    const auto held = std::make_shared<Replier>(std::move(replier));
    start(couple.loop, [&couple, held, asked = std::string(params.raw())]() -> Task<void> {
      const auto back = co_await couple.far->call("back", asked, plain);
      held->result(back ? *back : "\"failed\"");
    });
  };
  couple.near_handler.request = [](std::string_view, json::View params, Replier replier) {
    replier.result(params.raw());
  };
  for (int i = 0; i < calls; ++i) {
    start(couple.loop, [&couple, &done, i]() -> Task<void> {
      const std::string params = "{\"n\":" + std::to_string(i) + "}";
      const auto result = co_await couple.near->call("there", params, plain);
      CHECK(result == params);
      ++done;
    });
    start(couple.loop, [&couple, &done, i]() -> Task<void> {
      const std::string params = "{\"m\":" + std::to_string(i) + "}";
      const auto result = co_await couple.far->call("here", params, plain);
      CHECK(result == params);
      ++done;
    });
  }
  run(couple.loop, [&]() -> Task<void> {
    while (done < 2 * calls) co_await yield(couple.loop);
  });
}

TEST_CASE("10,000 requests in a burst, answered out of order") {
  Couple couple(EVERY_WIRE);
  constexpr int calls = 10000;
  std::vector<std::pair<std::string, Replier>> open;
  couple.far_handler.request = [&](std::string_view, json::View params, Replier replier) {
    open.emplace_back(params.raw(), std::move(replier));
  };
  int answered = 0;
  int right = 0;
  for (int i = 0; i < calls; ++i) {
    start(couple.loop, [&, i]() -> Task<void> {
      const std::string params = "[" + std::to_string(i) + "]";
      const auto result = co_await couple.near->call("m", params, plain);
      ++answered;
      right += result == params ? 1 : 0;
    });
  }
  run(couple.loop, [&]() -> Task<void> {
    while (open.size() < calls) co_await yield(couple.loop);
    std::reverse(open.begin(), open.end());
    std::rotate(open.begin(), open.begin() + calls / 3, open.end());
    for (auto& [params, replier] : open) replier.result(params);
    while (answered < calls) co_await yield(couple.loop);
  });
  CHECK(right == calls);
}

TEST_CASE("a storm of notifications arrives whole and in order") {
  Couple couple(EVERY_WIRE);
  constexpr int storm = 20000;
  run(couple.loop, [&]() -> Task<void> {
    for (int i = 0; i < storm; ++i) couple.near->notify("n", "[" + std::to_string(i) + "]");
    while (couple.far_handler.notes.size() < storm) co_await yield(couple.loop);
  });
  for (int i = 0; i < storm; ++i) {
    if (couple.far_handler.notes[static_cast<std::size_t>(i)] != "n [" + std::to_string(i) + "]")
      FAIL("notification " << i);
  }
}

TEST_CASE("peers and descriptors are gone when both sides have closed") {
  const std::size_t before = open_descriptors();
  {
    Loop loop;
    run(loop, [&]() -> Task<void> { co_await settle(loop); });
    const std::size_t with_loop = open_descriptors();
    std::weak_ptr<RpcPeer> near;
    std::weak_ptr<RpcPeer> far;
    Handler handler;
    handler.request = echo;
    {
      ChannelPair ends = make_channels(loop, EVERY_WIRE);
      const auto a = RpcPeer::make(loop, std::move(ends.first));
      const auto b = RpcPeer::make(loop, std::move(ends.second));
      near = a;
      far = b;
      start(loop, [&handler, a]() -> Task<void> { co_await a->serve(handler); });
      start(loop, [&handler, b]() -> Task<void> { co_await b->serve(handler); });
      run(loop, [&]() -> Task<void> {
        const auto result = co_await a->call("m", "{}", plain);
        CHECK(result);
        a->close();
        co_await settle(loop);
        b->close();
      });
    }
    loop.run_ready();
    CHECK(near.expired());
    CHECK(far.expired());
    CHECK(open_descriptors() == with_loop);
  }
  CHECK(open_descriptors() == before);
}
