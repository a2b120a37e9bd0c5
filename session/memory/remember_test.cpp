#include "session/memory/remember.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

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
  void plan(const std::vector<v1::PlanEntry>& entries) {
    remember_plan(service.library(), place.path(), v1::plan(entries).payload, "codex",
                  {.session = session->id(), .turn = 3, .commit = "abc"});
    // Jobs run in their order.
    run([](store::Store& its_store) -> transport::Task<bool> {
      std::function<void()> nothing = [] {};
      co_await its_store.worker().run(std::move(nothing));
      co_return true;
    }(store));
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
    for (const Evidence& each : task.evidence)
      told += " " + std::to_string(each.turn) + " " + each.commit;
    told += "\n";
  }
  CHECK(told == "one done codex 3 abc\ntwo active codex 3 abc\nthree open \n");
  CHECK(it.logged.empty());
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
  CHECK(it.logged.find("the plan was not kept in the project's memory: ") != std::string::npos);
  CHECK(it.logged.find("project_state.json: line 1: ") != std::string::npos);
}
