#include "session/memory/remember.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/ulid.h"
#include "protocol/v1/build_update.h"
#include "session/git_head.h"
#include "session/memory/limits.h"
#include "session/memory/memory_file.h"
#include "tests/doubles/open_session.h"

using namespace tine;
using namespace tine::session;
using Status = v1::PlanEntry::Status;

namespace {

struct Remembering : OpenSession {
  void plan(const std::vector<v1::PlanEntry>& entries, std::uint64_t turn = 3) {
    TurnDone done;
    done.cwd = place.path();
    done.session = session->id();
    done.session_begun_ms = wall_ms_of("2026-01-31T12:00:00.000Z").value();
    done.turn = turn;
    done.backend = "codex";
    done.stop = "end_turn";
    done.plan = v1::plan(entries).payload;
    run([](Library library, TurnDone what) -> transport::Task<bool> {
      co_await remember_turn(library, std::move(what));
      co_return true;
    }(service.library(), std::move(done)));
  }
  MemoryFile memory{store::system_files(), store.path(), git_project(place.path())};
  TaskGraph tasks() { return memory.read().value().tasks; }
};

v1::PlanEntry step(std::string content, Status status = Status::pending) {
  return {.content = std::move(content), .priority = {}, .status = status};
}

}  // namespace

TEST_CASE("remember: what a plan says stands in the memory of the project") {
  Remembering it;
  it.plan({step("one", Status::completed), step("two", Status::in_progress), step("three")});
  const TaskGraph tasks = it.tasks();
  std::string told;
  for (const auto& [id, task] : tasks.tasks()) {
    told += task.title + " " + std::string(name_of(task.status)) + " " + task.owner;
    for (const Evidence& each : task.evidence) told += " " + std::to_string(each.turn);
    told += "\n";
  }
  CHECK(told == "one done codex 3\ntwo active codex 3\nthree open \n");
  CHECK(it.logged.empty());
}

TEST_CASE("remember: what a plan leaves open stands in the short memory of the session") {
  Remembering it;
  it.plan({step("one", Status::completed), step("two", Status::in_progress), step("three")});
  it.plan({}, 4);
  const auto kept = it.memory.sessions();
  REQUIRE(kept);
  REQUIRE(kept->all.size() == 1);
  const SessionMemory& memory = kept->all.front();
  CHECK(memory.session == it.session->id());
  CHECK(memory.pending.size() == 2);
  CHECK(memory.pending.front().title == "two");
  REQUIRE(memory.turns.size() == 2);
  CHECK(memory.turns.back().turn == 4);
  CHECK(memory.turns.back().backend == "codex");
}

TEST_CASE("remember: a session that is deleted is forgotten, and no other") {
  Remembering it;
  it.plan({step("one")});
  store::State state = it.session->state();
  state.created = "2026-01-31T12:00:00.000Z";
  const auto forget = [&](store::State whose) {
    it.run([](Library library, store::State which) -> transport::Task<bool> {
      co_await forget_session(library, std::move(which));
      co_return true;
    }(it.service.library(), std::move(whose)));
    return it.memory.sessions().value().all.size();
  };
  store::State other = state;
  other.id = "01ARZ3NDEKTSV4RRFFQ6900001";
  CHECK(forget(other) == 1);
  CHECK(forget(state) == 0);
  CHECK(it.tasks().tasks().size() == 1);
}

TEST_CASE("remember: no secret of a plan is kept, and no step that is no step") {
  Remembering it;
  const std::string token = std::string("q8Zk2LmT9vXbN4rW7c") + "Y1sD6fG3hJ5pQ0aEuI";
  it.plan({step("use ghp_" + token), step(std::string(session::limits::task_title + 1, 'x')),
           step(std::string(session::limits::task_title, 'y'))});
  const TaskGraph tasks = it.tasks();
  REQUIRE(tasks.tasks().size() == 2);
  CHECK(tasks.tasks().begin()->second.title.find(token) == std::string::npos);
}

TEST_CASE("remember: of a plan that is too long the rest is left out") {
  Remembering it;
  std::vector<v1::PlanEntry> many;
  for (std::size_t i = 0; i <= session::limits::plan_steps; ++i)
    many.push_back(step("step " + std::to_string(i)));
  it.plan(many);
  CHECK(it.tasks().tasks().size() == session::limits::plan_steps);
}

TEST_CASE("remember: a file that cannot be understood stays, and the log says so") {
  Remembering it;
  it.plan({step("one")});
  for (const auto& each :
       std::filesystem::recursive_directory_iterator(it.place.path() + "/store")) {
    if (each.path().filename() == "project_state.json") std::ofstream(each.path()) << "?";
  }
  it.plan({step("two")});
  CHECK(it.logged.find("the turn was not kept in the project's memory: ") != std::string::npos);
  CHECK(it.logged.find("project_state.json: line 1: ") != std::string::npos);
}
