#include "session/memory/session_memory.h"

#include <string>

#include "session/memory/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;

namespace {

constexpr const char* session = "01ARZ3NDEKTSV4RRFFQ6900001";

TurnNews turn(std::uint64_t number) {
  TurnNews news;
  news.note.turn = number;
  news.note.stop = "end_turn";
  news.note.asked = "turn " + std::to_string(number);
  news.note.ended_ms = static_cast<std::int64_t>(number) * 1000;
  return news;
}

CommitMade commit(std::string name, std::uint64_t in_turn) {
  CommitMade made;
  made.commit = std::move(name);
  made.by = {.session = session, .turn = in_turn, .commit = {}};
  made.made_ms = static_cast<std::int64_t>(in_turn) * 1000;
  return made;
}

SessionMemory memory() {
  SessionMemory out;
  out.session = session;
  out.branch = "main";
  out.begun_ms = 1000;
  return out;
}

Task done_in(std::uint64_t number) {
  Task task;
  task.id = "01ARZ3NDEKTSV4RRFFQ690000" + std::to_string(number);
  task.title = "task " + std::to_string(number);
  task.status = TaskStatus::done;
  task.evidence = {{.session = session, .turn = number, .commit = {}}};
  return task;
}

}  // namespace

TEST_CASE("session memory: what is written is read again, with what is not known") {
  SessionMemory before = memory();
  TurnNews news = turn(3);
  news.plan = {{.title = "open", .status = TaskStatus::open},
               {.title = "over", .status = TaskStatus::done}};
  news.files = {{.path = "src/a", .how = "changed", .turn = 3, .more = {}}};
  news.commits = {commit("abc", 3)};
  add_turn(before, std::move(news));
  before.more = R"("later":[1])";
  const auto after = session_memory_of(text_of(before));
  REQUIRE(after);
  CHECK(text_of(*after) == text_of(before));
  CHECK(after->turns == before.turns);
  REQUIRE(after->pending.size() == 1);
  CHECK(after->pending.front().title == "open");
  CHECK(after->files == before.files);
  CHECK(after->commits == before.commits);
  CHECK(after->more == before.more);
  const auto broken = session_memory_of(R"({"version": 1, "turns": [{"turn": -1}]})");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message == "turns[0].turn: expected a whole number that is not negative");
}

TEST_CASE("session memory: what is oldest makes room, and a turn is noted once") {
  SessionMemory it = memory();
  const std::uint64_t most = session::limits::session_turns;
  for (std::uint64_t number = 1; number <= most; ++number) add_turn(it, turn(number));
  CHECK(it.turns.size() == most);
  CHECK(it.turns.front().turn == 1);
  add_turn(it, turn(most));
  CHECK(it.turns.size() == most);
  CHECK(it.turns.front().turn == 1);
  add_turn(it, turn(most + 1));
  CHECK(it.turns.size() == most);
  CHECK(it.turns.front().turn == 2);
}

TEST_CASE("session memory: a turn without a plan leaves open what was open") {
  SessionMemory it = memory();
  TurnNews news = turn(1);
  news.plan = {{.title = "open", .status = TaskStatus::active}};
  add_turn(it, std::move(news));
  add_turn(it, turn(2));
  CHECK(it.pending.size() == 1);
  news = turn(3);
  news.plan = {{.title = "open", .status = TaskStatus::done}};
  add_turn(it, std::move(news));
  CHECK(it.pending.empty());
}

TEST_CASE("session memory: a roll-up makes checkpoints, and may be done again") {
  SessionMemory it = memory();
  it.commits = {commit("one", 2), commit("two", 4)};
  ProjectState state;
  for (const std::uint64_t number : {1U, 3U, 5U}) REQUIRE(state.tasks.add(done_in(number)));
  CHECK(roll_up(it, state));
  CHECK(state.checkpoints == it.commits);
  std::string told;
  for (const auto& [id, task] : state.tasks.tasks())
    told += task.title + ": " + task.evidence.back().commit + "\n";
  CHECK(told == "task 1: one\ntask 3: two\ntask 5: \n");
  CHECK_FALSE(roll_up(it, state));
}

TEST_CASE("session memory: an old commit does not come back once it has made room") {
  SessionMemory it = memory();
  it.commits = {commit("old", 1)};
  ProjectState state;
  for (std::size_t i = 0; i < session::limits::checkpoints; ++i)
    state.checkpoints.push_back(commit("c" + std::to_string(i), 5));
  CHECK_FALSE(roll_up(it, state));
  it.commits = {commit("new", 6)};
  CHECK(roll_up(it, state));
  CHECK(state.checkpoints.size() == session::limits::checkpoints);
  CHECK(state.checkpoints.front().commit == "c1");
  CHECK(state.checkpoints.back().commit == "new");
}
