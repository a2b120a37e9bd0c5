#include "executor/admission.h"

#include <string>
#include <utility>
#include <vector>

#include "executor/limits.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/still_clock.h"
#include "transport/worker.h"

using namespace tine;
using namespace tine::executor;

namespace {

using Place = std::unique_ptr<Admission::Place>;

/// An admission on a machine that the test makes up.
struct Gate {
  explicit Gate(Admission::Rules the_rules) : rules(the_rules) {}

  Result<Place> enter(const std::string& backend) {
    return test::await(loop, admission.enter({.backend = backend, .session = {}, .unwanted = {}}));
  }
  /// Enters in the background, under a name.
  void ask(const std::string& name, transport::CancelSource unwanted = {}) {
    loop.spawn(
        [](Gate& gate, std::string who, transport::CancelSource source) -> transport::Task<void> {
          Admission::Wish wish;
          wish.backend = "claude";
          wish.session = who;
          wish.unwanted = source;
          auto place = co_await gate.admission.enter(std::move(wish));
          gate.events += place ? who + " in " : who + " out ";
          if (place) gate.places.push_back(std::move(*place));
        }(*this, name, std::move(unwanted)));
    settle();
  }
  /// Lets all that can go on go on.
  void settle() {
    for (int i = 0; i < 20; ++i) {
      loop.run_ready();
      test::await(loop, [](transport::Loop& the_loop) -> transport::Task<bool> {
        std::function<bool()> nothing = [] { return true; };
        co_return co_await transport::made_beside(the_loop, std::move(nothing));
      }(loop));
    }
  }

  transport::Loop loop;
  test::StillClock clock;
  std::string logged;
  Log log{clock, Log::Level::info, [this](const Log::Message& message) { logged += message.text; }};
  Admission::Rules rules;
  std::uint64_t free = 1000;
  TreeMemory tree;
  Recalled known;
  std::vector<Peaks> kept;
  Admission admission{loop,
                      log,
                      rules,
                      {.free = [this] { return std::optional(free); },
                       .tree = [this](pid_t) { return tree; },
                       .recall = [this] { return known; },
                       .keep =
                           [this](const Peaks& one) {
                             kept.push_back(one);
                             return std::string();
                           }}};
  std::string events;
  std::vector<Place> places;
};

Peaks peaks(const std::string& program, std::vector<std::uint64_t> bytes) {
  return {.backend = "claude", .program = program, .bytes = std::move(bytes)};
}

}  // namespace

TEST_CASE("admission: what 95 of 100 peaks do not exceed") {
  CHECK(usual_peak({}) == 0);
  CHECK(usual_peak({7}) == 7);
  std::vector<std::uint64_t> twenty;
  for (std::uint64_t i = 1; i <= 20; ++i) twenty.push_back(i);
  CHECK(usual_peak(twenty) == 19);
  twenty.pop_back();
  CHECK(usual_peak(twenty) == 19);
  CHECK(usual_peak({1, 900, 3}) == 900);
}

TEST_CASE("admission: the last peaks of a program are kept, and those of the last programs") {
  std::vector<Peaks> all;
  for (std::uint64_t i = 0; i <= executor::limits::kept_peaks; ++i) add_peak(all, peaks("1", {i}));
  REQUIRE(all.size() == 1);
  CHECK(all.front().bytes.size() == executor::limits::kept_peaks);
  CHECK(all.front().bytes.front() == 1);
  add_peak(all, peaks("2", {5}));
  add_peak(all, peaks("1", {6}));
  CHECK(all.back().program == "1");
  for (std::size_t i = 0; i < executor::limits::kept_programs; ++i)
    add_peak(all, peaks("v" + std::to_string(i), {1}));
  CHECK(all.size() == executor::limits::kept_programs);
  CHECK(all.front().program == "v0");
}

TEST_CASE("admission: a process starts while enough stays free") {
  Gate gate({.min_free = 400, .max_processes = 0});
  gate.known.peaks = {peaks("1", {600})};
  CHECK(gate.enter("claude"));
  gate.free = 999;
  const auto refused = gate.enter("claude");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::memory_low);
  CHECK(refused.error().data == R"("memory":{"needed":600,"free":999,"minFree":400})");
  // Of another backend nothing is known.
  CHECK(gate.enter("codex"));
  gate.free = 399;
  CHECK_FALSE(gate.enter("codex"));
}

TEST_CASE("admission: what has started is still expected to grow") {
  Gate gate({.min_free = 100, .max_processes = 0});
  gate.known.peaks = {peaks("1", {450})};
  const auto first = gate.enter("claude");
  REQUIRE(first);
  gate.free = 999;
  CHECK_FALSE(gate.enter("claude"));
  gate.free = 1000;
  CHECK(gate.enter("claude"));
}

TEST_CASE("admission: without a rule nothing is looked at") {
  Gate gate({});
  gate.free = 0;
  gate.known.complaint = "never read";
  CHECK(gate.enter("claude"));
  CHECK(gate.logged.empty());
}

TEST_CASE("admission: what is damaged is complained of once, and nothing is known then") {
  Gate gate({.min_free = 1, .max_processes = 0});
  gate.known.complaint = "the file is damaged";
  CHECK(gate.enter("claude"));
  CHECK(gate.enter("claude"));
  CHECK(gate.logged == "the file is damaged");
}

TEST_CASE("admission: those beyond the greatest number wait in line, in their order") {
  Gate gate({.min_free = 0, .max_processes = 1});
  std::string told;
  const auto hears = gate.admission.tell_of_wait(
      {.backend = "claude", .session = "b", .tell = [&told](std::size_t processes) {
         told += "b waits for " + std::to_string(processes);
       }});
  transport::CancelSource unwanted;
  gate.ask("a");
  gate.ask("b");
  gate.ask("c", unwanted);
  gate.ask("d");
  CHECK(gate.events == "a in ");
  CHECK(told == "b waits for 1");
  unwanted.cancel();
  gate.settle();
  CHECK(gate.events == "a in c out ");
  gate.places.clear();
  gate.settle();
  CHECK(gate.events == "a in c out b in ");
  gate.places.clear();
  gate.settle();
  CHECK(gate.events == "a in c out b in d in ");
}

TEST_CASE("admission: what was idle for the longest time makes room, and one at a time") {
  Gate gate({.min_free = 0, .max_processes = 2});
  const auto now = std::chrono::steady_clock::now();
  std::string ended;
  const auto idle_since = [&](const std::string& name, int seconds) {
    gate.admission.add_idle(
        {.since = [=] { return std::optional(now - std::chrono::seconds(seconds)); },
         .end = [&ended, name] { ended += name + " "; }});
  };
  idle_since("young", 5);
  idle_since("old", 50);
  idle_since("busy", -5);
  gate.ask("a");
  gate.ask("b");
  CHECK(ended.empty());
  gate.ask("c");
  gate.admission.look_again();
  gate.settle();
  CHECK(ended == "old ");
  CHECK(gate.events == "a in b in ");
  gate.places.pop_back();
  gate.settle();
  CHECK(gate.events == "a in b in c in ");
}

TEST_CASE("admission: it makes room for memory, too, before it refuses") {
  Gate gate({.min_free = 100, .max_processes = 0});
  gate.known.peaks = {peaks("1", {300})};
  gate.ask("a");
  bool is_there = true;
  gate.admission.add_idle({.since = [&]() -> std::optional<std::chrono::steady_clock::time_point> {
                             if (!is_there) return std::nullopt;
                             return std::chrono::steady_clock::now() - std::chrono::minutes(1);
                           },
                           .end = [&] { is_there = false; }});
  gate.free = 350;
  gate.ask("b");
  CHECK_FALSE(is_there);
  CHECK(gate.events == "a in ");
  gate.free = 450;
  gate.places.clear();
  gate.settle();
  CHECK(gate.events == "a in b in ");
  gate.ask("c");
  CHECK(gate.events == "a in b in c out ");
}

TEST_CASE("admission: the most that a process has taken is kept at its end") {
  Gate gate({});
  auto place = gate.enter("claude");
  REQUIRE(place);
  (*place)->begin(1);
  (*place)->take_version("2.1");
  gate.tree = {.now = 70, .peak = 90};
  while (gate.kept.empty()) {
    // It has been looked at once when something is kept.
    test::await(gate.loop, [](transport::Loop& loop) -> transport::Task<bool> {
      co_await transport::pause(loop, std::chrono::milliseconds(10));
      co_return true;
    }(gate.loop));
    (*place)->note_end();
    test::await(gate.loop, [](Admission& admission) -> transport::Task<bool> {
      co_await admission.finish();
      co_return true;
    }(gate.admission));
  }
  CHECK(gate.kept == std::vector{peaks("2.1", {90})});
}
