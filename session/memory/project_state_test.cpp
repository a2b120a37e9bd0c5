#include "session/memory/project_state.h"

#include <string>

#include "session/memory/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;

namespace {

constexpr const char* goal = "01ARZ3NDEKTSV4RRFFQ6900001";
constexpr const char* first = "01ARZ3NDEKTSV4RRFFQ6900002";
constexpr const char* second = "01ARZ3NDEKTSV4RRFFQ6900003";

const std::string whole = R"({
  "version": 1,
  "goals": [
    {
      "id": "01ARZ3NDEKTSV4RRFFQ6900001",
      "text": "Ship it",
      "status": "active",
      "from": {
        "session": "S",
        "turn": 3,
        "commit": "abc"
      },
      "made": "2026-01-31T12:00:00.000Z",
      "changed": "2026-02-01T12:00:00.000Z",
      "weight": [
        1,
        2
      ]
    }
  ],
  "decisions": [],
  "milestones": [],
  "checkpoints": [
    {
      "commit": "abc",
      "branch": "main",
      "subject": "Add a \"test\"",
      "by": {
        "session": "S",
        "turn": 3
      },
      "made": "2026-01-31T12:00:00.000Z",
      "signed": true
    }
  ],
  "tasks": [
    {
      "id": "01ARZ3NDEKTSV4RRFFQ6900002",
      "title": "Write",
      "status": "done",
      "owner": "codex",
      "target": "main",
      "evidence": [
        {
          "session": "S",
          "turn": 3,
          "commit": "abc"
        }
      ],
      "toldIn": [
        "S"
      ],
      "made": "2026-01-31T12:00:00.000Z",
      "changed": "2026-01-31T12:00:00.000Z",
      "colour": "red"
    },
    {
      "id": "01ARZ3NDEKTSV4RRFFQ6900003",
      "title": "Test",
      "status": "open",
      "needs": [
        "01ARZ3NDEKTSV4RRFFQ6900002"
      ]
    }
  ],
  "team": {
    "name": "us"
  }
}
)";

std::string fault_of(std::string_view text) {
  const auto state = project_state_of(text);
  return state ? "none" : state.error().message;
}

}  // namespace

TEST_CASE("project state: a file is read and written as it was, unknown members included") {
  const auto state = project_state_of(whole);
  REQUIRE(state);
  CHECK(state->goals.at(0).id == goal);
  CHECK(state->goals.at(0).from == Evidence{.session = "S", .turn = 3, .commit = "abc"});
  CHECK(state->tasks.tasks().at(first).owner == "codex");
  CHECK(state->tasks.tasks().at(second).needs == std::vector<std::string>{first});
  CHECK(text_of(*state) == whole);
}

TEST_CASE("project state: an empty one can be read again") {
  const std::string text = text_of(ProjectState());
  const auto state = project_state_of(text);
  REQUIRE(state);
  CHECK(text_of(*state) == text);
  CHECK(project_state_of("{}"));
}

TEST_CASE("project state: a fault is named with its place") {
  CHECK(fault_of("") == "line 1: an unfinished value");
  CHECK(fault_of("{\n<<<<<<< ours\n}") == "line 2: something that is not JSON");
  CHECK(fault_of("{\"a\":" + std::string(1'000'000, '[')) == "line 1: values nested too deeply");
  CHECK(fault_of("[]") == "the file: expected an object");
  CHECK(fault_of(R"({"tasks": 1})") == "tasks: expected a list");
  CHECK(fault_of(R"({"tasks": [1]})") == "tasks[0]: expected an object");
  CHECK(fault_of(R"({"tasks": [{"id": "x"}]})") == "tasks[0].id: expected a ULID");
  CHECK(fault_of(R"({"goals": [{"id": "01ARZ3NDEKTSV4RRFFQ6900001", "made": "now"}]})") ==
        "goals[0].made: expected a time like 2026-01-31T12:00:00.000Z");
  CHECK(fault_of(R"({"goals": [{"id": "01ARZ3NDEKTSV4RRFFQ6900001", "status": "so"}]})") ==
        "goals[0].status: expected open, active, done or dropped");
  CHECK(fault_of(R"({"goals": [{"id": "01ARZ3NDEKTSV4RRFFQ6900001", "from": {"turn": -1}}]})") ==
        "goals[0].from.turn: expected a whole number that is not negative");
  CHECK(fault_of(R"({"version": 2})") == "the file has version 2, and this program knows 1");
}

TEST_CASE("project state: tasks that need each other are a fault") {
  CHECK(fault_of(R"({"tasks": [
    {"id": "01ARZ3NDEKTSV4RRFFQ6900002", "title": "a", "needs": ["01ARZ3NDEKTSV4RRFFQ6900003"]},
    {"id": "01ARZ3NDEKTSV4RRFFQ6900003", "title": "b", "needs": ["01ARZ3NDEKTSV4RRFFQ6900002"]}
  ]})") == "tasks[1].needs: that would be a circle: \"b\" needs \"a\" needs \"b\"");
  CHECK(fault_of(R"({"tasks": [
    {"id": "01ARZ3NDEKTSV4RRFFQ6900002", "title": "a", "needs": ["01ARZ3NDEKTSV4RRFFQ6900009"]}
  ]})") == "tasks[0].needs: no such task");
}

TEST_CASE(
    "project state: an object with too many members is refused, one with just enough is not") {
  const auto with = [](std::size_t count) {
    std::string text = "{\"version\": 1, \"more\": {";
    for (std::size_t i = 0; i < count; ++i)
      text += (i == 0 ? "\"" : ", \"") + std::to_string(i) + ",}\": [1, {\"a\\\"\": \"{,\"}]";
    return fault_of(text + "}}");
  };
  constexpr std::size_t most = session::limits::memory_members;
  CHECK(with(most - 1) == "none");
  CHECK(with(most) == "none");
  CHECK(with(most + 1) == "the file: an object has more than 1000 members");
}
