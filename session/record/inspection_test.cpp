#include "session/record/inspection.h"

#include <filesystem>
#include <fstream>

#include "session/limits.h"
#include "session/record/lineage.h"
#include "session/store/line.h"
#include "session/store/lock.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session;

namespace {

constexpr const char* id = "01J00000000000000000000001";
constexpr const char* fork_id = "01J00000000000000000000002";

/// A store with one session, and what its transcript is made of.
struct Place {
  test::TemporaryFolder folder;
  test::StillClock clock;
  transport::Loop loop;
  store::Store store{loop, store::system_files(), clock, folder.path()};

  Place() { add(id, {}, 0); }

  void add(const std::string& session, const std::string& parent, std::uint64_t fork_seq) {
    store::State state;
    state.id = session;
    state.project = "/one";
    state.parent = parent;
    state.fork_seq = fork_seq;
    REQUIRE(store.create(state));
  }

  std::string path(const std::string& session, const std::string& file) const {
    return folder.path() + "/one/sessions/" + session + "/" + file;
  }

  void write(const std::string& text) const {
    std::ofstream(path(id, "transcript.jsonl"), std::ios::binary) << text;
  }

  Inspection inspection() {
    const transport::CancelSource never;
    return test::await(loop, inspect(loop, store, *store.find_any(id), never));
  }
};

std::string line(std::uint64_t seq, std::string_view type = "update",
                 std::string_view data = "{}") {
  std::string out;
  store::write_line(out, seq, "2026-01-31T12:00:00.000Z", type, data);
  return out;
}

std::string header() { return line(0, "header", std::string(R"({"session":")") + id + "\"}"); }

}  // namespace

TEST_CASE("a transcript that is whole has no faults") {
  Place place;
  CHECK(place.inspection().faults.empty());
  place.write(header() + line(1) + line(2));
  const Inspection found = place.inspection();
  CHECK(found.faults.empty());
  CHECK(found.lines == 3);
  CHECK(found.last_seq == 2);
  CHECK(found.tail == 0);
  CHECK_FALSE(found.running);
}

TEST_CASE("each damaged line is named, and the ones behind it are checked") {
  Place place;
  place.write(header() + "garbage\n" + line(2) + line(3) + "more\n" + line(5));
  const Inspection found = place.inspection();
  REQUIRE(found.faults.size() == 2);
  CHECK(found.faults[0].line == 2);
  CHECK(found.faults[1].line == 5);
  CHECK(found.faults[0].file == "transcript.jsonl");
  CHECK(found.lines == 4);
}

TEST_CASE("a record that is missing or stands twice is named once") {
  Place place;
  place.write(header() + line(1) + line(3) + line(4));
  REQUIRE(place.inspection().faults.size() == 1);
  CHECK(place.inspection().faults.front().line == 3);
  place.write(header() + line(1) + line(1) + line(2));
  REQUIRE(place.inspection().faults.size() == 1);
  CHECK(place.inspection().faults.front().line == 3);
}

TEST_CASE("a transcript that says it is another session's") {
  Place place;
  place.write(line(0, "header", R"({"session":"01J00000000000000000000009"})"));
  CHECK(place.inspection().faults.size() == 1);
  place.write(line(0));
  CHECK(place.inspection().faults.size() == 1);
}

TEST_CASE("a torn tail is no damage, and told from the line that a running session writes") {
  Place place;
  place.write(header() + line(1) + R"({"v":1,"seq":2)");
  const Inspection torn = place.inspection();
  CHECK(torn.faults.empty());
  CHECK(torn.tail == 14);
  CHECK_FALSE(torn.running);

  const auto folder = place.store.open(*place.store.find(id));
  const auto lock = store::Lock::take(*folder, store::this_process(place.clock, "a turn"));
  REQUIRE(lock);
  CHECK(place.inspection().running);
}

TEST_CASE("a transcript that lost its end, and a state that cannot be read") {
  Place place;
  store::State state = *place.store.read_state(*place.store.find(id));
  state.last_seq = 5;
  state.transcript_bytes = 100'000;
  REQUIRE(place.store.write_state(state));
  CHECK(place.inspection().faults.front().file == "transcript.jsonl");
  place.write(header());
  REQUIRE(place.inspection().faults.size() == 1);
  CHECK(place.inspection().faults.front().line == 1);

  std::ofstream(place.path(id, "state.toml")) << "version = ";
  const Inspection found = place.inspection();
  REQUIRE(found.faults.size() == 1);
  CHECK(found.faults.front().file == "state.toml");
}

TEST_CASE("so many faults are told and no more") {
  Place place;
  std::string text = header();
  for (std::size_t i = 0; i < session::limits::reported_faults - 1; ++i) text += "x\n";
  place.write(text);
  CHECK(place.inspection().faults.size() == session::limits::reported_faults - 1);
  place.write(text + "x\n");
  CHECK(place.inspection().faults.size() == session::limits::reported_faults);
  place.write(text + "x\nx\n");
  CHECK(place.inspection().faults.size() == session::limits::reported_faults);
}

TEST_CASE("a chain is found by the states, or by the first lines where these are damaged") {
  Place place;
  place.add(fork_id, id, 7);
  const auto entry = *place.store.find(fork_id);
  const auto holds = [&] {
    const auto chain = history_from(place.store, entry, store::Damage::report);
    return chain && (*chain)->fork_seq() == 7 && (*chain)->parent() &&
           (*chain)->parent()->where().id == id;
  };
  CHECK(holds());
  std::ofstream(place.path(fork_id, "transcript.jsonl"))
      << line(7, "header",
              std::string(R"({"session":")") + fork_id + R"(","parent":")" + id +
                  R"(","depth":1,"forkSeq":7})");
  std::ofstream(place.path(fork_id, "state.toml")) << "damaged";
  CHECK(holds());
  std::ofstream(place.path(fork_id, "transcript.jsonl")) << "damaged\n";
  CHECK_FALSE(history_from(place.store, entry, store::Damage::skip));
}

TEST_CASE(
    "a chain ends at a parent that is missing, if that is allowed, and never runs in a circle") {
  Place place;
  const std::string parent = "01J00000000000000000000009";
  place.add(parent, {}, 0);
  place.add(fork_id, parent, 7);
  std::filesystem::remove_all(place.path(parent, ""));
  const auto entry = *place.store.find(fork_id);
  CHECK_FALSE(history_from(place.store, entry, store::Damage::report));
  CHECK(history_from(place.store, entry, store::Damage::skip));

  store::State state = *place.store.read_state(entry);
  state.parent = fork_id;
  REQUIRE(place.store.write_state(state));
  const auto circle = history_from(place.store, entry, store::Damage::skip);
  REQUIRE_FALSE(circle);
  CHECK(circle.error().kind == ErrorKind::damaged);
}
