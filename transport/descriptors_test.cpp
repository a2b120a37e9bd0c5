#include "transport/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <vector>

#include "tests/doubles/peers.h"
#include "tests/guarded/program.h"
#include "transport/child.h"
#include "transport/guarded.h"
#include "transport/limits.h"
#include "transport/process_tree.h"

using namespace tine;
using namespace tine::transport;
using namespace tine::transport::test;

namespace {

/// The soft limit of open files, as it was before at the end of its life.
class LimitNow {
 public:
  explicit LimitNow(rlim_t soft) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    rlimit now = before_;
    now.rlim_cur = soft;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &now) == 0);
  }
  ~LimitNow() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  LimitNow(const LimitNow&) = delete;
  LimitNow& operator=(const LimitNow&) = delete;

 private:
  rlimit before_{};
};

rlim_t soft_limit() {
  rlimit now{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &now) == 0);
  return now.rlim_cur;
}

Task<std::string> all_of(std::unique_ptr<Channel> channel) {
  std::string text;
  std::array<char, 256> room{};
  for (;;) {
    const auto n = co_await channel->read_some(room);
    if (!n || *n == 0) co_return text;
    text.append(room.data(), *n);
  }
}

ChildSpec shell(const std::string& script) {
  ChildSpec spec;
  spec.command = {"sh", "-c", script};
  spec.environment = {"PATH=/usr/bin:/bin"};
  return spec;
}

}  // namespace

TEST_CASE("shares of the descriptors are given back, and what is over the limit is refused") {
  constexpr std::size_t most = 36;  // a small limit: half of it is kept
  DescriptorBudget budget(2 * most);
  auto one = budget.take(most - 1);
  REQUIRE(one);
  {
    const auto two = budget.take(1);
    CHECK(two);
    const auto three = budget.take(1);
    REQUIRE_FALSE(three);
    CHECK(three.error().kind == ErrorKind::queue_full);
    CHECK(three.error().message ==
          "too many files would be open: 36 of 36 are in use by sessions and programs");
  }
  CHECK(budget.take(1));
  CHECK_FALSE(budget.take(2));
  DescriptorBudget::Share moved = std::move(*one);
  CHECK_FALSE(budget.take(2));
  moved = DescriptorBudget::Share();
  CHECK(budget.take(most));
  CHECK_FALSE(budget.take(most + 1));
}

TEST_CASE("a share is waited for, for so long") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    DescriptorBudget budget(2);
    auto all = budget.take(1);
    REQUIRE(all);
    const auto in_vain = co_await budget.take_within(loop, 1, Milliseconds(1), CancelSource());
    CHECK_FALSE(in_vain);
    bool got = false;
    start(loop, [&]() -> Task<void> {
      const auto share = co_await budget.take_within(loop, 1, hung, CancelSource());
      got = share.has_value();
    });
    CHECK_FALSE(got);
    *all = DescriptorBudget::Share();
    co_await settle(loop);
    CHECK(got);

    all = budget.take(1);
    CancelSource cancel;
    bool refused = false;
    start(loop, [&]() -> Task<void> {
      const auto share = co_await budget.take_within(loop, 1, hung, cancel);
      refused = !share;
    });
    cancel.cancel();
    co_await settle(loop);
    CHECK(refused);
  });
}

TEST_CASE("children get the limit back that this process was started with") {
  const rlim_t given = given_descriptor_limit();
  // The limit may be the highest already: then a lower one is what this program had been given.
  const rlim_t lower = std::min<rlim_t>(given, soft_limit()) / 2;
  const LimitNow restored(lower);
  raise_descriptor_limit();
  CHECK(soft_limit() > lower);
  CHECK(given_descriptor_limit() == lower);
  Loop loop;
  run(loop, [&]() -> Task<void> {
    auto child = Child::start(loop, shell("read x; ulimit -n"));
    REQUIRE(child);
    auto channel = (*child)->take_channel();
    channel->close_write();
    const std::string plain = co_await all_of(std::move(channel));
    CHECK(plain == std::to_string(lower) + "\n");
    co_await (*child)->exited();

    GuardedSpec spec;
    spec.command = {"sh", "-c", "ulimit -n"};
    spec.environment = {"PATH=/usr/bin:/bin"};
    spec.guardian = tine::test::guarded_program();
    auto guarded = co_await Guarded::start(loop, std::move(spec));
    REQUIRE(guarded);
    const std::string under_guard = co_await all_of((*guarded)->take_channel());
    CHECK(under_guard == std::to_string(lower) + "\n");
    co_await (*guarded)->exited();
  });
}

// The sanitizers open files themselves, whenever they need one, and end a program that cannot.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TINE_SANITIZED
#endif
#endif

#ifndef TINE_SANITIZED
TEST_CASE("a child for which a descriptor is missing is not started, wherever it is missing") {
  Loop loop;
  run(loop, [&]() -> Task<void> {
    // Numbers without gaps, so that so many more can be opened as the limit allows.
    std::vector<Fd> filled;
    int highest = 0;
    for (int i = 0; i < 16; ++i) {
      filled.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      highest = std::max(highest, filled.back().get());
    }
    const std::size_t before = open_descriptors();
    const std::vector<pid_t> children = children_of(::getpid());
    // The last one is missing for that by which the child is waited for.
    for (std::size_t allowed = 0; allowed < transport::limits::child_descriptors; ++allowed) {
      const LimitNow tight(static_cast<rlim_t>(highest) + 1 + allowed);
      const auto child = Child::start(loop, shell("sleep 100"));
      REQUIRE_FALSE(child);
      CHECK(child.error().kind == ErrorKind::queue_full);
      CHECK(child.error().message == "cannot start sh: Too many open files");
    }
    CHECK(open_descriptors() == before);
    CHECK(children_of(::getpid()) == children);
    co_return;
  });
}
#endif
