#include "session/store/state.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::session::store;

namespace {

State sample() {
  State state;
  state.id = "01J00000000000000000000000";
  state.description = "Fix the \"parser\"\n";
  state.project = "/home/me/a project";
  state.cwd = "/home/me/link";
  state.backend = "rehearsal";
  state.created = "2026-01-31T12:00:00.000Z";
  state.accessed = "2026-01-31T12:00:01.000Z";
  state.mode = "ask";
  state.options = {{"model", "owl"}};
  state.parent = "01J00000000000000000000001";
  state.depth = 2;
  state.fork_seq = 17;
  state.fork_turn = 3;
  state.fork_strategy = "native";
  state.compacted = true;
  state.compacted_at = "2026-01-31T12:00:00.500Z";
  state.git = GitState{.branch = "main", .commit = "0123abc", .dirty = true};
  state.turns = 4;
  state.last_seq = 40;
  state.backends["rehearsal"] = BackendState{.provider_id = "p1",
                                             .last_action = "said hi",
                                             .exit_code = 0,
                                             .updated = "2026-01-31T12:00:01.000Z",
                                             .tokens = {.input = 1, .output = 2}};
  state.total = {.input = 1, .cache_read = 0, .output = 2};
  return state;
}

}  // namespace

TEST_CASE("a state reads back as it was written; what is unknown stays unknown") {
  const State state = sample();
  const auto read = parse_state(write_state(state, ""), "state.toml");
  REQUIRE(read);
  CHECK(*read == state);
  CHECK_FALSE(read->total.cache_write);
  CHECK(read->total.cache_read == 0U);
}

TEST_CASE("keys that this program does not know survive a rewrite") {
  State state = sample();
  const std::string before = write_state(state, "") + "\n[future]\nkey = [1, 2]\n";
  state.turns = 5;
  const std::string after = write_state(state, before);
  CHECK(after.find("[future]") != std::string::npos);
  CHECK(after.find("[ 1, 2 ]") != std::string::npos);
  const auto read = parse_state(after, "state.toml");
  REQUIRE(read);
  CHECK(*read == state);
}

TEST_CASE("a damaged state names its line, one of a newer version is told apart") {
  const auto broken = parse_state("version = 1\nid = \"x\nturns", "state.toml");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().kind == ErrorKind::damaged);
  CHECK(broken.error().message.find("state.toml:2") == 0);
  const auto newer = parse_state("version = 2\nid = \"x\"", "state.toml");
  REQUIRE_FALSE(newer);
  CHECK(newer.error().kind == ErrorKind::unsupported);
  CHECK_FALSE(parse_state("", "state.toml"));
}

TEST_CASE("a status moves only forward") {
  CHECK(may_become(Status::active, Status::available));
  CHECK(may_become(Status::available, Status::active));
  CHECK(may_become(Status::available, Status::retired));
  CHECK_FALSE(may_become(Status::active, Status::retired));
  CHECK_FALSE(may_become(Status::retired, Status::active));
  CHECK_FALSE(may_become(Status::retired, Status::available));
}
