#include "session/tree.h"

#include "session/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;

namespace {

/// Ids that differ at their ends alone, as those of one moment do.
std::string id_of(std::size_t number) {
  const std::string digits = std::to_string(number);
  std::string id = "01J00000000000000000000000";
  return id.replace(id.size() - digits.size(), digits.size(), digits);
}

struct Sessions {
  store::IndexEntry& add(std::size_t number, std::size_t parent = 0) {
    store::IndexEntry entry;
    entry.id = id_of(number);
    entry.title = "session " + std::to_string(number);
    if (parent > 0) entry.parent = id_of(parent);
    entry.updated_ms = static_cast<std::int64_t>(number);
    return all[entry.id] = std::move(entry);
  }
  std::string drawn(std::size_t from, std::size_t most = session::limits::tree_sessions) {
    relatives = relatives_of(all, id_of(from), most);
    std::vector<TreeNode> nodes;
    for (const auto& each : relatives.members) {
      nodes.push_back({.id = each.entry.id,
                       .parent = each.entry.parent,
                       .label = each.entry.deleted ? "deleted" : each.entry.title});
    }
    return draw_tree(nodes);
  }

  store::Index::Entries all;
  Relatives relatives;
};

}  // namespace

TEST_CASE("tree: a family is drawn from each of its members, and nobody else is in it") {
  Sessions it;
  it.add(1);
  it.add(2, 1);
  it.add(3, 2);
  it.add(4, 1);
  it.add(5);
  it.add(6, 5);
  for (const std::size_t each : {1, 2, 3, 4})
    CHECK(it.drawn(each) == "session 1\n├─ session 2\n│  └─ session 3\n└─ session 4\n");
  CHECK(it.drawn(6) == "session 5\n└─ session 6\n");
  CHECK(it.drawn(9).empty());
}

TEST_CASE("tree: a deleted session is drawn where a fork of it is left") {
  Sessions it;
  it.add(1).deleted = true;
  it.add(2, 1);
  it.add(3, 1).deleted = true;
  it.add(4, 3).deleted = true;
  it.add(5, 1).prompted = false;
  CHECK(it.drawn(2) == "deleted\n└─ session 2\n");
  CHECK(tree_label(it.relatives.members.front(), fail(ErrorKind::damaged, "x"))
            .ends_with("  (deleted)"));
}

TEST_CASE("tree: sessions that name each other as parents are drawn once each") {
  Sessions it;
  const bool alone = GENERATE(true, false);
  it.add(1, alone ? 1 : 2);
  it.add(2, 1);
  it.add(3, 2);
  for (const std::size_t each : {1, 2, 3}) {
    it.drawn(each);
    CHECK(it.relatives.members.size() == 3);
    CHECK(it.relatives.left_out == 0);
    for (const std::size_t other : {1, 2, 3})
      CHECK(it.drawn(each).find(it.all[id_of(other)].title) != std::string::npos);
  }
}

TEST_CASE(
    "tree: of 10,000 forks the nearest are drawn, the last used first, and the rest is counted") {
  Sessions it;
  it.add(1);
  for (std::size_t i = 2; i <= 10'001; ++i) it.add(i, 1);
  it.add(20'000, 7);
  const std::string drawn = it.drawn(7);
  CHECK(it.relatives.members.size() == session::limits::tree_sessions);
  CHECK(it.relatives.left_out == 10'002 - session::limits::tree_sessions);
  for (const char* const there :
       {"session 1\n", "session 7\n", "session 20000\n", "session 10001\n"})
    CHECK(drawn.find(there) != std::string::npos);
  CHECK(drawn.find("session 8\n") == std::string::npos);
  // All of them hang together.
  CHECK(drawn.starts_with("session 1\n"));
  CHECK(drawn.find("\nsession") == std::string::npos);
}

TEST_CASE("tree: at its limit") {
  Sessions it;
  it.add(1);
  for (std::size_t i = 2; i <= 5; ++i) it.add(i, i - 1);
  CHECK(it.drawn(5, 6) == it.drawn(5, 5));
  CHECK(it.relatives.left_out == 0);
  CHECK(it.drawn(5, 4) == "session 2\n└─ session 3\n   └─ session 4\n      └─ session 5\n");
  CHECK(it.relatives.left_out == 1);
}

TEST_CASE("tree: a short id is one by which the session is found") {
  Sessions it;
  it.add(1);
  it.add(2, 1);
  store::IndexEntry other;
  other.id = "01K11111111111111111111111";
  other.parent = id_of(1);
  it.all[other.id] = other;
  it.drawn(1);
  CHECK(it.relatives.members[0].short_id == id_of(1));
  CHECK(it.relatives.members[2].short_id == other.id.substr(0, session::limits::short_id));
}

TEST_CASE("tree: a line tells of the backend, the way, the turns, the tokens and the cache") {
  Relatives::Member member;
  member.short_id = "01J00000";
  store::State state;
  state.backend = "codex";
  state.description = "Fix\nthe login (fork 1)";
  state.fork_strategy = "native";
  state.fork_turn = 3;
  state.turns = 4;
  CHECK(tree_label(member, state) ==
        "01J00000  Fix the login (fork 1)  codex, native, 1 turn, tokens not known");
  state.total.input = 100;
  state.total.cache_read = 300;
  state.total.output = 7;
  state.turns = 5;
  CHECK(
      tree_label(member, state) ==
      "01J00000  Fix the login (fork 1)  codex, native, 2 turns, 407 tokens, cache read 300 (75 % "
      "hit rate)");
  member.entry.title = "told by the index";
  CHECK(tree_label(member, fail(ErrorKind::damaged, "x")) ==
        "01J00000  told by the index  (its state cannot be read)");
}
