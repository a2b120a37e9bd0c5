#include "session/memory/merge.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "session/memory/acyclic.h"
#include "session/memory/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;
using How = Unreconciled::How;

namespace {

std::string id_of(std::size_t number) {
  std::string digits = std::to_string(number);
  return "01ARZ3NDEKTSV4RRFFQ69" + std::string(5 - digits.size(), '0') + digits;
}

Task task(std::size_t number, std::string title, TaskStatus status = TaskStatus::open) {
  Task out;
  out.id = id_of(number);
  out.title = std::move(title);
  out.status = status;
  return out;
}

ProjectState with(const std::vector<Task>& tasks) {
  ProjectState out;
  for (Task each : tasks) {
    each.needs.clear();
    REQUIRE(out.tasks.add(each));
  }
  for (const Task& each : tasks)
    for (const std::string& needed : each.needs) REQUIRE(out.tasks.link(each.id, needed));
  return out;
}

/// The state with one task changed.
ProjectState changed(const ProjectState& of, std::size_t number,
                     const std::function<void(Task&)>& how) {
  std::vector<Task> tasks;
  for (const auto& [id, each] : of.tasks.tasks()) {
    tasks.push_back(each);
    if (id == id_of(number)) how(tasks.back());
  }
  ProjectState out = with(tasks);
  out.goals = of.goals;
  return out;
}

ProjectState with_goal(std::size_t number, const std::string& text) {
  ProjectState out;
  out.goals.push_back({.id = id_of(number), .text = text, .from = {}, .more = {}});
  return out;
}

/// What stands, a line a task, and what is named.
std::string told(const Merged& merged) {
  std::string out;
  for (const auto& [id, each] : merged.state.tasks.tasks()) {
    out += id.substr(id.size() - 1) + " " + each.title + " " + std::string(name_of(each.status));
    if (!each.owner.empty()) out += " by " + each.owner;
    for (const std::string& needed : each.needs) out += " needs " + needed.substr(25);
    out += "\n";
  }
  for (const Unreconciled& each : merged.unreconciled) {
    constexpr std::array<const char*, 5> words{"ours", "theirs", "kept", "circle", "gone"};
    out += each.what + " " + (each.id.empty() ? "" : each.id.substr(each.id.size() - 1)) + " " +
           each.member + ": " + words.at(static_cast<std::size_t>(each.how)) +
           (each.other.empty() ? "" : ", not " + each.other) + "\n";
  }
  return out;
}

std::string told(const ProjectState& base, const ProjectState& ours, const ProjectState& theirs) {
  const auto merged = merge(base, ours, theirs);
  REQUIRE(merged);
  return told(*merged);
}

}  // namespace

TEST_CASE("merge: what one side changed is as that side has it, member by member") {
  const ProjectState base = with({task(1, "one"), task(2, "two"), task(3, "three")});
  const auto ours = changed(base, 1, [](Task& it) { it.status = TaskStatus::done; });
  auto theirs = changed(base, 1, [](Task& it) { it.title = "the first"; });
  theirs = changed(theirs, 2, [](Task& it) { it.needs = {id_of(3)}; });
  CHECK(told(base, ours, theirs) == "1 the first done\n2 two open needs 3\n3 three open\n");
  CHECK(told(base, theirs, ours) == "1 the first done\n2 two open needs 3\n3 three open\n");
}

TEST_CASE("merge: a status does not go back, unless one side alone has taken it back") {
  const auto merged = [](TaskStatus base, TaskStatus ours, TaskStatus theirs) {
    return told(with({task(1, "t", base)}), with({task(1, "t", ours)}),
                with({task(1, "t", theirs)}));
  };
  using enum TaskStatus;
  CHECK(merged(done, open, done) == "1 t open\n");
  CHECK(merged(open, active, done) == "1 t done\n");
  CHECK(merged(open, done, active) == "1 t done\n");
  CHECK(merged(open, active, dropped) == "1 t dropped\n");
  CHECK(merged(done, open, active) == "1 t active\ntask 1 status: theirs, not open\n");
  CHECK(merged(active, open, done) == "1 t done\ntask 1 status: theirs, not open\n");
  CHECK(merged(open, dropped, done) == "1 t done\ntask 1 status: theirs, not dropped\n");
  CHECK(merged(open, done, dropped) == "1 t done\ntask 1 status: ours, not dropped\n");
}

TEST_CASE("merge: of what both changed ours stands, and theirs is named") {
  const ProjectState base = with({task(1, "one")});
  const auto titled = [&](const std::string& title) {
    return changed(base, 1, [&](Task& it) { it.title = title; });
  };
  CHECK(told(base, titled("a"), titled("b")) == "1 a open\ntask 1 title: ours, not b\n");
  CHECK(told(base, titled("The  words."), titled("the words")) == "1 The  words. open\n");
  const auto aimed = [&](const std::string& target) {
    return changed(base, 1, [&](Task& it) { it.target = target; });
  };
  CHECK(told(base, aimed("x"), aimed("y")) == "1 one open\ntask 1 target: ours, not y\n");
  CHECK(told(with_goal(1, "a"), with_goal(1, "b"), with_goal(1, "c")) ==
        "goal 1 text: ours, not c\n");
}

TEST_CASE("merge: an owner goes with the status, else with the later change") {
  const ProjectState base = with({task(1, "t")});
  const auto owned = [&](const std::string& by, TaskStatus status, std::int64_t when) {
    return changed(base, 1, [&](Task& it) {
      it.owner = by;
      it.status = status;
      it.changed_ms = when;
    });
  };
  const auto codex = owned("codex", TaskStatus::active, 9);
  CHECK(told(base, codex, owned("claude", TaskStatus::done, 5)) == "1 t done by claude\n");
  CHECK(told(base, codex, owned("ann", TaskStatus::active, 10)) ==
        "1 t active by ann\ntask 1 owner: theirs, not codex\n");
  CHECK(told(base, codex, owned("ann", TaskStatus::active, 8)) ==
        "1 t active by codex\ntask 1 owner: ours, not ann\n");
}

TEST_CASE("merge: what one side removed is gone, unless the other has changed it") {
  const ProjectState base = with({task(1, "one"), task(2, "two")});
  const ProjectState less = with({task(2, "two")});
  CHECK(told(base, less, base) == "2 two open\n");
  CHECK(told(base, base, less) == "2 two open\n");
  const auto more = changed(base, 1, [](Task& it) { it.status = TaskStatus::active; });
  CHECK(told(base, less, more) == "1 one active\n2 two open\ntask 1 : kept\n");
  CHECK(told(base, more, less) == "1 one active\n2 two open\ntask 1 : kept\n");
  CHECK(told(with_goal(1, "a"), ProjectState(), with_goal(1, "b")) == "goal 1 : kept\n");
}

TEST_CASE("merge: a link to a removed task goes with it, and is named while that was to be done") {
  for (const TaskStatus status : {TaskStatus::done, TaskStatus::open}) {
    const ProjectState base = with({task(1, "one", status), task(2, "two")});
    const ProjectState less = with({task(2, "two")});
    const auto linked = changed(base, 2, [](Task& it) { it.needs = {id_of(1)}; });
    CHECK(told(base, less, linked) ==
          std::string("2 two open\n") + (status == TaskStatus::open
                                             ? "task 2 needs: gone, not " + id_of(1) + " \"one\"\n"
                                             : ""));
  }
  Task needy = task(2, "two");
  needy.needs = {id_of(1)};
  // A link to it, old or new, is no change which keeps another task that was removed.
  CHECK(told(with({task(1, "one"), task(2, "two")}), {}, with({task(1, "one"), needy})).empty());
  CHECK(
      told(with({task(1, "one"), needy}), with({task(2, "two")}), with({task(1, "one")})).empty());
}

TEST_CASE("merge: a link that would close a circle is left out and named, and ours stand") {
  const ProjectState base = with({task(1, "one"), task(2, "two"), task(3, "three")});
  const auto link = [](const ProjectState& of, std::size_t from, std::size_t to) {
    return changed(of, from, [&](Task& it) { it.needs.push_back(id_of(to)); });
  };
  const auto ours = link(link(base, 1, 2), 2, 3);
  const auto theirs = link(link(link(base, 3, 1), 2, 1), 3, 2);
  CHECK(told(base, ours, theirs) ==
        "1 one open needs 2\n2 two open needs 3\n3 three open\n"
        "task 2 needs: circle, not " +
            id_of(1) + " \"one\"\ntask 3 needs: circle, not " + id_of(1) +
            " \"one\"\ntask 3 needs: circle, not " + id_of(2) + " \"two\"\n");
}

TEST_CASE("merge: tasks that both sides made with the same words are one") {
  Task ours = task(4, "Write the parser.", TaskStatus::active);
  Task needs_ours = task(5, "Test");
  needs_ours.needs = {id_of(4)};
  Task theirs = task(3, "write the  parser", TaskStatus::done);
  Task needs_theirs = task(6, "Ship");
  needs_theirs.needs = {id_of(3)};
  ours.evidence = {{.session = "A", .turn = 1, .commit = {}}};
  theirs.evidence = {{.session = "B", .turn = 2, .commit = {}}};
  const auto merged = merge({}, with({ours, needs_ours}), with({theirs, needs_theirs}));
  REQUIRE(merged);
  CHECK(told(*merged) == "3 Write the parser. done\n5 Test open needs 3\n6 Ship open needs 3\n");
  CHECK(merged->state.tasks.tasks().at(id_of(3)).evidence.size() == 2);
  // Those that one side made itself with the same words were meant to be two.
  const ProjectState two = with({task(1, "a"), task(2, "a")});
  CHECK(told({}, two, {}) == "1 a open\n2 a open\n");
  CHECK(told({}, two, with({task(3, "a")})) == "1 a open\n2 a open\n");
  const auto goals = merge({}, with_goal(2, "Ship it"), with_goal(1, "ship it"));
  REQUIRE(goals);
  CHECK(goals->state.goals.size() == 1);
  CHECK(goals->state.goals.at(0).id == id_of(1));
}

TEST_CASE("merge: unknown members survive, one by one") {
  const auto noted = [](std::string more) {
    ProjectState out;
    out.more = std::move(more);
    return out;
  };
  const auto merged = merge(noted(R"("a":1,"b":1)"), noted(R"("a":2,"b":1,"c":[3])"),
                            noted(R"("a":1,"d":{"e":"f"})"));
  REQUIRE(merged);
  CHECK(merged->state.more == R"("a":2,"c":[3],"d":{"e":"f"})");
  CHECK(merged->unreconciled.empty());
  CHECK(told(noted(R"("a":1)"), noted(R"("a":2)"), noted(R"("a":3)")) == "file  a: ours, not 3\n");
  CHECK(told(noted(R"("a":1)"), noted(R"("b":2)"), noted(R"("a":3)")) == "file  a: theirs\n");
}

TEST_CASE("merge: a commit of both is one, and the others stand by their time") {
  const auto made = [](std::vector<std::pair<const char*, int>> commits) {
    ProjectState out;
    for (const auto& [name, time] : commits) {
      CommitMade commit;
      commit.commit = name;
      commit.made_ms = time;
      out.checkpoints.push_back(commit);
    }
    return out;
  };
  const auto merged = merge(made({{"a", 1}}), made({{"a", 1}, {"b", 2}, {"d", 4}, {"e", 5}}),
                            made({{"a", 1}, {"c", 3}, {"e", 5}, {"f", 6}}));
  REQUIRE(merged);
  std::string names;
  for (const CommitMade& each : merged->state.checkpoints) names += each.commit;
  CHECK(names == "abcdef");
}

TEST_CASE("merge: what would be more than a project may have is refused, or the oldest goes") {
  const auto goals = [](std::size_t from, std::size_t count) {
    ProjectState out;
    for (std::size_t i = from; i < from + count; ++i)
      out.goals.push_back(
          {.id = id_of(i), .text = "goal " + std::to_string(i), .from = {}, .more = {}});
    return out;
  };
  constexpr std::size_t most = session::limits::facts;
  CHECK(merge({}, goals(0, most - 1), goals(most, 1)));
  const auto refused = merge({}, goals(0, most), goals(most, 1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message ==
        "together both sides have more than 1000 goals, and a project takes no more");

  ProjectState ours;
  ProjectState theirs;
  for (std::size_t i = 0; i <= session::limits::checkpoints; ++i) {
    CommitMade commit;
    commit.commit = "c" + std::to_string(i);
    commit.made_ms = static_cast<std::int64_t>(i);
    (i % 2 == 0 ? ours : theirs).checkpoints.push_back(commit);
  }
  const auto merged = merge({}, ours, theirs);
  REQUIRE(merged);
  CHECK(merged->state.checkpoints.size() == session::limits::checkpoints);
  CHECK(merged->state.checkpoints.front().commit == "c1");

  ProjectState many;
  for (std::size_t i = 0; i < session::limits::tasks; ++i)
    REQUIRE(many.tasks.add(task(i, "task " + std::to_string(i))));
  CHECK(merge({}, many, many));
  CHECK_FALSE(merge({}, many, with({task(session::limits::tasks, "one more")})));
}

TEST_CASE("merge: evidence of both stays, and of too much the oldest goes") {
  const auto worked = [](std::size_t from, std::size_t count) {
    Task out = task(1, "t");
    for (std::size_t i = from; i < from + count; ++i)
      out.evidence.push_back({.session = "S", .turn = i, .commit = {}});
    return with({out});
  };
  const auto merged = merge(worked(1, 2), worked(1, 32), worked(1, 2));
  REQUIRE(merged);
  CHECK(merged->state.tasks.tasks().at(id_of(1)).evidence.size() == 32);
  auto theirs = worked(1, 2);
  for (std::size_t i = 101; i <= 104; ++i)
    theirs.tasks.add_evidence(id_of(1), {.session = "S", .turn = i, .commit = {}});
  const auto full = merge(worked(1, 2), worked(1, 30), theirs);
  REQUIRE(full);
  const auto& all = full->state.tasks.tasks().at(id_of(1)).evidence;
  CHECK(all.size() == session::limits::task_evidence);
  CHECK(all.front().turn == 3);
  CHECK(all.back().turn == 104);
}

// --- any divergence
// -----------------------------------------------------------------------------------

namespace {

/// A project that is changed at random.
class Changing {
 public:
  explicit Changing(unsigned seed) : random_(seed) {}

  ProjectState changed(ProjectState state, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) change(state);
    return state;
  }

 private:
  std::size_t below(std::size_t most) { return random_() % most; }
  std::string any_task(const ProjectState& state) {
    if (state.tasks.tasks().empty()) return {};
    auto at = state.tasks.tasks().begin();
    std::advance(at, static_cast<std::ptrdiff_t>(below(state.tasks.tasks().size())));
    return at->first;
  }
  void change(ProjectState& state) {
    const std::string id = any_task(state);
    switch (below(9)) {
      case 0:
      case 1: {
        Task made = task(next_++, "task " + std::to_string(below(12)));
        made.made_ms = made.changed_ms = ++now_;
        (void)state.tasks.add(made);
        return;
      }
      case 2:
        state.tasks.set_status(id, static_cast<TaskStatus>(below(4)), ++now_);
        return;
      case 3:
        (void)state.tasks.link(id, any_task(state));
        return;
      case 4:
        state.tasks.unlink(id, any_task(state));
        return;
      case 5:
        state.tasks.set_owner(id, below(2) == 0 ? "codex" : "ann", ++now_);
        state.tasks.add_evidence(id, {.session = "S", .turn = below(50), .commit = {}});
        return;
      case 6: {
        Fact goal{.id = id_of(next_++),
                  .text = "goal " + std::to_string(below(9)),
                  .from = {},
                  .made_ms = ++now_,
                  .more = {}};
        state.goals.push_back(goal);
        if (below(2) == 0 && state.goals.size() > 2) state.goals.erase(state.goals.begin());
        return;
      }
      case 7: {
        CommitMade commit;
        commit.commit = "c" + std::to_string(next_++);
        commit.made_ms = ++now_;
        state.checkpoints.push_back(commit);
        return;
      }
      default:
        if (below(6) == 0) state.tasks.remove_over();
        state.more = "\"k" + std::to_string(below(3)) + "\":" + std::to_string(below(3));
    }
  }

  std::mt19937 random_;
  std::size_t next_ = 1;
  std::int64_t now_ = 0;
};

/// The facts that one side has made, which no merge may lose.
void require_kept(const ProjectState& base, const ProjectState& side, const ProjectState& merged) {
  std::set<std::string> titles;
  for (const auto& [id, each] : merged.tasks.tasks()) titles.insert(title_key(each.title));
  for (const auto& [id, each] : side.tasks.tasks())
    if (!base.tasks.tasks().contains(id)) CHECK(titles.contains(title_key(each.title)));
  for (const auto& [id, each] : side.tasks.tasks()) {
    const auto found = merged.tasks.tasks().find(id);
    const auto before = base.tasks.tasks().find(id);
    if (found == merged.tasks.tasks().end()) continue;
    for (const Evidence& one : each.evidence) {
      const bool is_new =
          before == base.tasks.tasks().end() ||
          std::count(before->second.evidence.begin(), before->second.evidence.end(), one) == 0;
      if (is_new)
        CHECK(std::count(found->second.evidence.begin(), found->second.evidence.end(), one) == 1);
    }
    // A status that nobody has taken back.
    const bool is_new_status = before != base.tasks.tasks().end() &&
                               each.status == TaskStatus::done &&
                               before->second.status != TaskStatus::done;
    if (is_new_status) CHECK(is_over(found->second.status));
  }
  for (const CommitMade& each : side.checkpoints)
    CHECK(std::find(merged.checkpoints.begin(), merged.checkpoints.end(), each) !=
          merged.checkpoints.end());
}

}  // namespace

TEST_CASE("merge: any divergence keeps both sides' facts, and merging again changes nothing") {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Changing changing(seed);
    const ProjectState base = changing.changed({}, seed % 40);
    const ProjectState ours = changing.changed(base, 1 + seed % 30);
    const ProjectState theirs = changing.changed(base, 1 + seed % 23);
    const auto text = [&](const ProjectState& b, const ProjectState& o, const ProjectState& t) {
      const auto merged = merge(b, o, t);
      REQUIRE(merged);
      return text_of(merged->state);
    };
    CHECK(text(base, ours, ours) == text_of(ours));
    CHECK(text(base, base, theirs) == text_of(theirs));
    CHECK(text(base, ours, base) == text_of(ours));
    const auto merged = merge(base, ours, theirs);
    REQUIRE(merged);
    const std::string once = text_of(merged->state);
    // One with a circle is refused.
    const auto again = project_state_of(once);
    REQUIRE(again);
    CHECK(text_of(*again) == once);
    require_kept(base, ours, merged->state);
    require_kept(base, theirs, merged->state);
    CHECK(text(base, merged->state, merged->state) == once);
    CHECK(text(base, merged->state, theirs) == once);
    CHECK(text(base, ours, merged->state) == once);
    const auto swapped = merge(base, theirs, ours);
    REQUIRE(swapped);
    CHECK(swapped->state.tasks.tasks().size() == merged->state.tasks.tasks().size());
    CHECK(swapped->state.goals.size() == merged->state.goals.size());
  }
}

TEST_CASE("acyclic: those edges close a circle that do so with the ones before them") {
  const auto closing = [](std::size_t nodes, const std::vector<Edge>& edges) {
    std::string out;
    for (const bool each : closing_edges(nodes, edges)) out += each ? 'x' : '.';
    return out;
  };
  CHECK(closing(0, {}).empty());
  CHECK(closing(1, {{0, 0}}) == "x");
  CHECK(closing(3, {{0, 1}, {1, 2}, {0, 2}}) == "...");
  CHECK(closing(3, {{0, 1}, {1, 2}, {2, 0}, {2, 1}, {0, 2}}) == "..xx.");
  CHECK(closing(4, {{0, 1}, {1, 0}, {2, 3}, {3, 2}, {1, 2}, {3, 0}}) == ".x.x.x");
}

TEST_CASE("merge: as many tasks as may be, all in each other's way, are merged in good time") {
  constexpr std::size_t count = 2'000;
  std::vector<Edge> edges;
  for (std::size_t i = 1; i < count; ++i) edges.push_back({.from = i, .to = i - 1});
  for (std::size_t i = 1; i < count; ++i)
    for (std::size_t j = 1; j <= 20 && j <= i; ++j) edges.push_back({.from = i - j, .to = i});
  const auto closes = closing_edges(count, edges);
  CHECK(std::count(closes.begin(), closes.end(), true) ==
        static_cast<std::ptrdiff_t>(edges.size() - (count - 1)));
}
