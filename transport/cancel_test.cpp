#include "transport/cancel.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"

using tine::transport::CancelSource;
using Subscription = CancelSource::Subscription;

TEST_CASE("cancel calls everybody once, in the order of subscription") {
  CancelSource source;
  std::string calls;
  const Subscription a = source.on_cancel([&] { calls += 'a'; });
  const Subscription b = source.on_cancel([&] { calls += 'b'; });
  CHECK_FALSE(source.cancelled());
  source.cancel();
  CHECK(source.cancelled());
  CHECK(calls == "ab");
  source.cancel();
  CHECK(calls == "ab");
}

TEST_CASE("who subscribes after the cancel is called at once") {
  CancelSource source;
  source.cancel();
  int calls = 0;
  const Subscription late = source.on_cancel([&] { ++calls; });
  CHECK(calls == 1);
  source.cancel();
  CHECK(calls == 1);
}

TEST_CASE("copies are one source") {
  CancelSource source;
  CancelSource copy = source;
  int calls = 0;
  const Subscription subscription = source.on_cancel([&] { ++calls; });
  copy.cancel();
  CHECK(source.cancelled());
  CHECK(calls == 1);
}

TEST_CASE("a subscription that went is not called, and lets go of what it held") {
  CancelSource source;
  const auto held = std::make_shared<int>(0);
  int calls = 0;
  {
    const Subscription gone = source.on_cancel([&calls, held] { ++calls; });
    CHECK(held.use_count() == 2);
  }
  CHECK(held.use_count() == 1);
  source.cancel();
  CHECK(calls == 0);
}

TEST_CASE("a moved subscription goes on; what it replaces ends") {
  CancelSource source;
  std::string calls;
  Subscription a = source.on_cancel([&] { calls += 'a'; });
  Subscription b = source.on_cancel([&] { calls += 'b'; });
  a = std::move(b);
  const Subscription c = std::move(a);
  source.cancel();
  CHECK(calls == "b");
}

TEST_CASE("a callback may end other subscriptions, before and after it, and its own") {
  CancelSource source;
  std::string calls;
  std::optional<Subscription> before;
  std::optional<Subscription> own;
  std::optional<Subscription> after;
  before = source.on_cancel([&] { calls += '1'; });
  own = source.on_cancel([&] {
    before.reset();
    own.reset();
    after.reset();
    calls += '2';
  });
  after = source.on_cancel([&] { calls += '3'; });
  const Subscription last = source.on_cancel([&] { calls += '4'; });
  source.cancel();
  CHECK(calls == "124");
}

TEST_CASE("a callback may cancel again and subscribe anew") {
  CancelSource source;
  std::string calls;
  std::vector<Subscription> more;
  const Subscription first = source.on_cancel([&] {
    calls += 'a';
    source.cancel();
    more.push_back(source.on_cancel([&] { calls += 'n'; }));
  });
  const Subscription second = source.on_cancel([&] { calls += 'b'; });
  source.cancel();
  CHECK(calls == "anb");
}

TEST_CASE("a callback may be the end of the source") {
  auto source = std::make_unique<CancelSource>();
  std::string calls;
  const Subscription first = source->on_cancel([&] {
    source.reset();
    calls += 'a';
  });
  const Subscription second = source->on_cancel([&] { calls += 'b'; });
  source->cancel();
  CHECK(calls == "ab");
}

TEST_CASE("a subscription may outlive its source") {
  auto source = std::make_unique<CancelSource>();
  int calls = 0;
  Subscription subscription = source->on_cancel([&] { ++calls; });
  source.reset();
  subscription = {};
  CHECK(calls == 0);
}

TEST_CASE("what a callback holds is let go after its call") {
  CancelSource source;
  const auto held = std::make_shared<int>(0);
  const Subscription subscription = source.on_cancel([held] {});
  source.cancel();
  CHECK(held.use_count() == 1);
}
