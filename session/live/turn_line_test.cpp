#include "session/live/turn_line.h"

#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "tests/catch.h"
#include "tests/doubles/still_clock.h"

using namespace tine;
using namespace tine::session;

namespace {

struct Line {
  explicit Line(std::size_t most) : line(loop, admission, most) {}

  void ask(const std::string& name, transport::CancelSource cancel = {}) {
    loop.spawn(
        [](Line& all, std::string who, transport::CancelSource source) -> transport::Task<void> {
          std::function<void()> on_wait = [&all, who] { all.events += who + " waits "; };
          auto place = co_await all.line.take(source, std::move(on_wait));
          all.events += who + (place ? " begins " : " leaves ");
          if (place) all.places.push_back(std::move(place));
        }(*this, name, std::move(cancel)));
    loop.run_ready();
  }
  void end_first() {
    places.erase(places.begin());
    loop.run_ready();
  }
  std::string take() { return std::exchange(events, {}); }

  transport::Loop loop;
  test::StillClock clock;
  Log log{clock, Log::Level::off, [](const Log::Message&) {}};
  executor::Admission admission{loop, log, {}, {}};
  TurnLine line;
  std::string events;
  std::vector<std::unique_ptr<TurnLine::Place>> places;
};

}  // namespace

TEST_CASE("turn line: without a greatest number nobody waits") {
  Line line(0);
  for (int i = 0; i < 5; ++i) line.ask("a");
  CHECK(line.take() == "a begins a begins a begins a begins a begins ");
}

TEST_CASE("turn line: turns beyond the greatest number begin in the order in which they came") {
  Line line(2);
  line.ask("a");
  line.ask("b");
  line.ask("c");
  line.ask("d");
  CHECK(line.take() == "a begins b begins c waits d waits ");
  CHECK(line.line.waiting() == 2);
  line.end_first();
  CHECK(line.take() == "c begins ");
  line.ask("e");
  line.end_first();
  line.end_first();
  CHECK(line.take() == "e waits d begins e begins ");
}

TEST_CASE("turn line: a cancelled turn leaves it from any place") {
  Line line(1);
  transport::CancelSource first;
  transport::CancelSource second;
  line.ask("a");
  line.ask("b", first);
  line.ask("c", second);
  line.ask("d");
  line.take();
  second.cancel();
  line.loop.run_ready();
  CHECK(line.take() == "c leaves ");
  first.cancel();
  line.loop.run_ready();
  CHECK(line.take() == "b leaves ");
  line.end_first();
  CHECK(line.take() == "d begins ");
  transport::CancelSource before;
  before.cancel();
  line.ask("e", before);
  CHECK(line.take() == "e leaves ");
}
