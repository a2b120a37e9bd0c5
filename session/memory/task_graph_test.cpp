#include "session/memory/task_graph.h"

#include <string>
#include <vector>

#include "session/memory/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;

namespace {

std::string id_of(int number) {
  std::string digits = std::to_string(number);
  return "01ARZ3NDEKTSV4RRFFQ69" + std::string(5 - digits.size(), '0') + digits;
}

Task task(int number, std::string title) {
  Task out;
  out.id = id_of(number);
  out.title = std::move(title);
  return out;
}

struct Project {
  TaskGraph graph;
  int last = 0;

  bool plan(const std::string& session, const std::vector<PlanStep>& steps) {
    return graph.fold(
        steps,
        {.backend = "codex", .turn = {.session = session, .turn = 1, .commit = ""}, .now_ms = 1},
        [&] { return id_of(++last); });
  }
  std::string told() const {
    std::string out;
    for (const std::string& id : graph.in_order()) {
      const Task& each = graph.tasks().at(id);
      out += (out.empty() ? "" : ", ") + each.title + ": " + std::string(name_of(each.status));
    }
    return out;
  }
};

constexpr TaskStatus pending = TaskStatus::open;
constexpr TaskStatus active = TaskStatus::active;
constexpr TaskStatus done = TaskStatus::done;

}  // namespace

TEST_CASE("tasks: a plan becomes tasks, and is recognised when it comes again") {
  Project project;
  CHECK(project.plan("A", {{"Read the code", active}, {"Write a test", pending}}));
  CHECK(project.told() == "Read the code: active, Write a test: open");
  CHECK_FALSE(project.plan("A", {{"Read the code", active}, {"Write a test", pending}}));
  CHECK(project.plan("A", {{" read  the\ncode.", done}, {"Write a test", active}}));
  CHECK(project.told() == "Read the code: done, Write a test: active");
  CHECK(project.graph.tasks().begin()->second.owner == "codex");
}

TEST_CASE("tasks: no plan takes back what has begun or is over, and an empty one changes nothing") {
  Project project;
  project.plan("A", {{"one", done}, {"two", active}, {"three", pending}});
  CHECK_FALSE(project.plan("A", {}));
  CHECK_FALSE(project.plan("A", {{"one", pending}, {"two", pending}}));
  CHECK_FALSE(project.plan("A", {{"", active}, {" . ", done}}));
  project.graph.set_status(id_of(3), TaskStatus::dropped, 2);
  CHECK_FALSE(project.plan("A", {{"three", active}}));
  CHECK(project.told() == "one: done, two: active, three: dropped");
}

TEST_CASE("tasks: another session goes on with a task, and begins another one after it is over") {
  Project project;
  project.plan("A", {{"run the tests", pending}});
  CHECK(project.plan("B", {{"Run the tests", done}}));
  CHECK(project.told() == "run the tests: done");
  // The first one has not heard of it.
  project.plan("A", {{"run the tests", pending}});
  CHECK(project.told() == "run the tests: done");
  CHECK(project.plan("C", {{"run the tests", pending}}));
  CHECK(project.told() == "run the tests: done, run the tests: open");
  project.plan("B", {{"run the tests", done}});
  CHECK(project.told() == "run the tests: done, run the tests: open");
  project.plan("D", {{"run the tests", done}});
  CHECK(project.told() == "run the tests: done, run the tests: done");
}

TEST_CASE("tasks: what is needed comes first, and a circle is refused with its way") {
  TaskGraph graph;
  for (const auto& [number, title] :
       {std::pair(1, "ship"), std::pair(2, "test"), std::pair(3, "write")})
    REQUIRE(graph.add(task(number, title)));
  REQUIRE(graph.link(id_of(1), id_of(2)));
  REQUIRE(graph.link(id_of(2), id_of(3)));
  REQUIRE(graph.link(id_of(2), id_of(3)));
  CHECK(graph.in_order() == std::vector<std::string>{id_of(3), id_of(2), id_of(1)});
  CHECK(graph.ready() == std::vector<std::string>{id_of(3)});

  const auto circle = graph.link(id_of(3), id_of(1));
  REQUIRE_FALSE(circle);
  CHECK(circle.error().message ==
        "that would be a circle: \"write\" needs \"ship\" needs \"test\" needs \"write\"");
  const auto itself = graph.link(id_of(1), id_of(1));
  REQUIRE_FALSE(itself);
  CHECK(itself.error().message == "that would be a circle: \"ship\" needs \"ship\"");
  CHECK_FALSE(graph.link(id_of(1), id_of(9)));

  graph.set_status(id_of(3), TaskStatus::dropped, 1);
  CHECK(graph.ready() == std::vector<std::string>{id_of(2)});
  graph.unlink(id_of(1), id_of(2));
  CHECK(graph.ready() == std::vector<std::string>{id_of(1), id_of(2)});
}

TEST_CASE("tasks: they are found by the beginning or the end of their id, and by title") {
  TaskGraph graph;
  REQUIRE(graph.add(task(1, "Write it down")));
  REQUIRE(graph.add(task(10'001, "Ship it")));
  CHECK(graph.find(id_of(1)) == id_of(1));
  CHECK(graph.find("01arz3ndektsv4rrffq6900001") == id_of(1));
  CHECK(graph.find("1oooi") == id_of(10'001));
  CHECK(graph.find("ship  IT") == id_of(10'001));
  CHECK(graph.letters_of_ids() == 5);
  for (const char* unclear : {"01ARZ", "0001"}) {
    const auto both = graph.find(unclear);
    REQUIRE_FALSE(both);
    CHECK(both.error().message == "more than one task has an id like that:\n  " + id_of(1) +
                                      "  Write it down\n  " + id_of(10'001) + "  Ship it");
  }
  CHECK_FALSE(graph.find("001"));
  CHECK_FALSE(graph.find("nothing of that kind"));
}

TEST_CASE("tasks: those that are over can be taken out") {
  TaskGraph graph;
  for (int number = 1; number <= 3; ++number)
    REQUIRE(graph.add(task(number, "task " + std::to_string(number))));
  REQUIRE(graph.link(id_of(3), id_of(1)));
  REQUIRE(graph.link(id_of(3), id_of(2)));
  graph.set_status(id_of(1), done, 1);
  CHECK(graph.remove_over() == 1);
  CHECK(graph.tasks().at(id_of(3)).needs == std::vector<std::string>{id_of(2)});
  CHECK_FALSE(graph.find("task 1"));
}

TEST_CASE("tasks: there are so many, and no more") {
  TaskGraph graph;
  for (int i = 0; i < static_cast<int>(session::limits::tasks); ++i)
    REQUIRE(graph.add(task(i, "task " + std::to_string(i))));
  const auto refused = graph.add(task(20'000, "one more"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::queue_full);
  CHECK(graph.in_order().size() == session::limits::tasks);
}

TEST_CASE("tasks: the newest evidence is kept") {
  TaskGraph graph;
  REQUIRE(graph.add(task(1, "long")));
  for (std::uint64_t turn = 1; turn <= session::limits::task_evidence + 1; ++turn)
    graph.add_evidence(id_of(1), {.session = "A", .turn = turn, .commit = ""});
  graph.add_evidence(id_of(1), {.session = "A", .turn = 2, .commit = ""});
  const auto& kept = graph.tasks().at(id_of(1)).evidence;
  REQUIRE(kept.size() == session::limits::task_evidence);
  CHECK(kept.front().turn == 2);
  CHECK(kept.back().turn == session::limits::task_evidence + 1);
}

TEST_CASE("tasks: many links at once are refused as one is, and then none of them counts") {
  TaskGraph graph;
  for (int i = 1; i <= 4; ++i)
    REQUIRE(graph.add(task(i, std::string(1, static_cast<char>('a' + i - 1)))));
  REQUIRE_FALSE(graph.link_all({{id_of(1), id_of(2)}, {id_of(1), id_of(2)}, {id_of(2), id_of(3)}}));
  CHECK(graph.tasks().at(id_of(1)).needs == std::vector<std::string>{id_of(2)});
  const auto circle = graph.link_all({{id_of(4), id_of(1)}, {id_of(3), id_of(1)}});
  REQUIRE(circle);
  CHECK(circle->place == 1);
  CHECK(circle->error.message ==
        "that would be a circle: \"c\" needs \"a\" needs \"b\" needs \"c\"");
  CHECK(graph.tasks().at(id_of(4)).needs.empty());
  CHECK(graph.tasks().at(id_of(3)).needs.empty());
  const auto nobody = graph.link_all({{id_of(4), id_of(1)}, {id_of(4), id_of(9)}});
  REQUIRE(nobody);
  CHECK(nobody->place == 1);
  CHECK(graph.link_all({{id_of(4), id_of(4)}})->error.message ==
        "that would be a circle: \"d\" needs \"d\"");
}

TEST_CASE("tasks: of a long circle an error names the first ones and the last one") {
  TaskGraph graph;
  std::vector<TaskLink> links;
  const int count = 5'000;
  for (int i = 0; i < count; ++i) {
    REQUIRE(graph.add(task(i, "t" + std::to_string(i))));
    links.push_back({.id = id_of(i), .needed = id_of((i + 1) % count)});
  }
  const auto refused = graph.link_all(links);
  REQUIRE(refused);
  CHECK(refused->error.message.starts_with(
      "that would be a circle: \"t4999\" needs \"t0\" needs \"t1\""));
  CHECK(refused->error.message.ends_with("needs \"t17\" needs … needs \"t4999\""));
}
