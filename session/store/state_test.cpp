#include "session/store/state.h"

#include <algorithm>
#include <limits>

#include "base/json/writer.h"
#include "base/toml/json.h"
#include "base/toml/limits.h"
#include "conformance/schema/schema_check.h"
#include "session/store/limits.h"
#include "tests/catch.h"
#include "tests/sanitized.h"

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
  state.options = {{"model", "owl"}, {"a \"b\".c", ""}};
  state.loads = R"({"skills":false})";
  state.system_prompt = "Be brief.\n\tAnd kind: \x7F é 😀";
  state.has_tools = true;
  state.prompted = false;
  state.parent = "01J00000000000000000000001";
  state.depth = 2;
  state.fork_seq = 17;
  state.fork_turn = 3;
  state.fork_strategy = "native";
  state.expected = {.fresh = 0, .cache_read = 4000, .cache_write = 12, .dollars = 0.00086};
  state.actual = {.fresh = 3, .cache_read = 3968, .cache_write = {}, .dollars = 2};
  state.adopted = "5f0c";
  state.adopted_turn = "turn-9";
  state.told_until = 30;
  state.drift = "[The repository has moved]\n> x\n";
  state.away = Away{.from = "an other", .until = "2026-01-31T17:00:00.000Z"};
  state.compacted = true;
  state.compacted_at = "2026-01-31T12:00:00.500Z";
  // It ended on no branch.
  state.git = GitState{
      .branch = "main", .commit = "0123abc", .after = "4567def", .after_branch = "", .dirty = true};
  state.turns = 4;
  state.last_seq = 40;
  state.transcript_bytes = 12'345;
  state.last_turn_offset = 12'000;
  state.marker = 7;
  state.backends["rehearsal"] = BackendState{.provider_id = "p1",
                                             .last_action = "said hi",
                                             .updated = "2026-01-31T12:00:01.000Z",
                                             .tokens = {.input = 1, .output = 2},
                                             .turns = 3,
                                             .provider_turn = "t3",
                                             .provider_turn_seq = 38,
                                             .model = "owl-2",
                                             .opening = 2000};
  state.backends["an other"] = BackendState{.last_action = "left"};
  state.total = {.input = 1, .cache_read = 0, .output = 2};
  return state;
}

State bare() {
  State state;
  state.id = "01J00000000000000000000000";
  return state;
}

std::string written(const State& state, std::string_view before = {}) {
  const auto text = write_state(state, before);
  REQUIRE(text);
  return *text;
}

State reread(std::string_view text) {
  const auto state = parse_state(text, "state.toml");
  INFO(text << (state ? "" : state.error().message));
  REQUIRE(state);
  return *state;
}

std::string fault(std::string_view text) {
  const auto state = parse_state(text, "state.toml");
  REQUIRE_FALSE(state);
  CHECK(state.error().kind == ErrorKind::damaged);
  return state.error().message;
}

std::string as_json(std::string_view text) {
  const auto root = toml::parse(text, "state.toml", ErrorKind::damaged);
  REQUIRE(root);
  std::string out;
  json::Writer writer(out);
  REQUIRE(toml::write_json(*root, writer));
  return out;
}

/// What a later version, or a person, may have put everywhere.
constexpr std::string_view with_unknown = R"(
version = 1
id = "01J00000000000000000000000"
day = 1979-05-27 07:32:00
list = [1, [2.5, { deep.er = "x" }], "é"]
fork.turns = 8

[settings]
colour = "blue"
[settings.options]
count = 3
[settings.options.more]
x = 0x10

[genealogy]
parent = "01J00000000000000000000001"
aunt = "a"

[context]
since = 07:32:00

[git]
remote.name = "origin"

[transcript]
shards = [1, 2]

[backends]
newest = "rehearsal"
[backends.rehearsal]
pid = 5
[backends.rehearsal.tokens]
dreamt = 9
[[backends.rehearsal.attempts]]
at = 1979-05-27T07:32:00.5+01:00
[[backends.rehearsal.attempts]]
why.not = true

[future.nested]
ratio = 1e100
)";

}  // namespace

TEST_CASE("a state reads back as it was written; what is unknown stays unknown") {
  const State state = sample();
  const State read = reread(written(state));
  CHECK(read == state);
  CHECK_FALSE(read.total.cache_write);
  CHECK(read.total.cache_read == 0U);
  CHECK(reread(written(bare())) == bare());
}

TEST_CASE("a state needs no more than a version and an id") {
  const State read = reread("version = 1\nid = \"x\"");
  CHECK(read.prompted);
  CHECK(read.system_prompt.empty());
  CHECK(read.last_seq == 0);
  CHECK(read.transcript_bytes == 0);
  CHECK(read.last_turn_offset == -1);
  CHECK(read.marker == 0);
  CHECK(read.status == Status::active);
  CHECK_FALSE(read.git);
  const State empty = reread("version = 1\nid = \"x\"\nproject = \"/p\"\n[backends.b]");
  CHECK(empty.cwd == "/p");
  CHECK(empty.backends.at("b") == BackendState());
}

TEST_CASE("what is taken out of a state is taken out of its file") {
  const State full = sample();
  CHECK(reread(written(bare(), written(full))) == bare());
  CHECK(reread(written(full, written(bare()))) == full);
  CHECK(reread(written(bare(), with_unknown)) == bare());
}

TEST_CASE("keys that this program does not know survive a rewrite") {
  const State state = sample();
  const std::string once = written(state, with_unknown);
  CHECK(reread(once) == state);
  const std::string twice = written(state, once);
  CHECK(twice == once);
  for (const std::string_view kept : {
           "\nday = 1979-05-27T07:32:00\n",
           "\nlist = [ 1, [ 2.5, { deep = { er = \"x\" } } ], \"é\" ]\n",
           "\n[fork]\nturns = 8\n",
           "\n[settings]\ncolour = \"blue\"\nmode = \"ask\"\n",
           "\ncount = 3\n",
           "\n[settings.options.more]\nx = 16\n",
           "\naunt = \"a\"\n",
           "\nsince = 07:32:00\n",
           "\n[git.remote]\nname = \"origin\"\n",
           "\nshards = [ 1, 2 ]\n",
           "\n[backends]\nnewest = \"rehearsal\"\n",
           "\npid = 5\n",
           "\ndreamt = 9\n",
           "\n[[backends.rehearsal.attempts]]\nat = 1979-05-27T07:32:00.5+01:00\n",
           "\n[[backends.rehearsal.attempts]]\n\n[backends.rehearsal.attempts.why]\nnot = true\n",
           "\n[future.nested]\nratio = 1e+100\n",
       }) {
    INFO(kept << "\n" << once);
    CHECK(once.find(kept) != std::string::npos);
  }
}

TEST_CASE("a state takes the place of whatever stood at its keys") {
  const State state = sample();
  for (const std::string_view before : {
           "version = 'x'\nid = 3\nsettings = 1\nbackends = []\ntokens = true\ngit = 'g'",
           "settings = { mode = 'x', options = { model = 1 } }\nbackends = { rehearsal = {} }",
           "backends.rehearsal.turns = 8\ntokens.input = 9\nsettings.options.model = 'm'",
           "[[settings]]\n[[backends]]\n[[git]]",
           "[backends]\nrehearsal = { tokens = [] }",
           "[backends.rehearsal.tokens.deeper]",
           "not toml",
       }) {
    INFO(before);
    CHECK(reread(written(state, before)) == state);
  }
}

TEST_CASE("a damaged state names its line, one of a newer version is told apart") {
  CHECK(fault("version = 1\nid = \"x\nturns") == "state.toml:2:6: a string without an end");
  CHECK(fault("") == "state.toml:1:1: there is no version");
  CHECK(fault("version = 1") == "state.toml:1:1: there is no id");
  CHECK(fault("version = 1\nid = \"x\"\nstatus = 'gone'") ==
        "state.toml:3:10: there is no such status");
  CHECK(fault("version = '1'") == "state.toml:1:11: expected an integer, found a string");
  CHECK(fault("version = 1\nid = 2") == "state.toml:2:6: expected a string, found an integer");
  const std::string begin = "version = 1\nid = 'x'\n";
  CHECK(fault(begin + "turns = -1") == "state.toml:3:9: a count below zero");
  CHECK(fault(begin + "deleted = 'no'\nturns = []") ==
        "state.toml:3:11: expected a boolean, found a string");
  CHECK(fault(begin + "[transcript]\nbytes = -1") == "state.toml:4:9: a count below zero");
  CHECK(fault(begin + "[transcript]\nmarker = 1.5") ==
        "state.toml:4:10: expected an integer, found a number with a fraction");
  CHECK(fault(begin + "[[git]]").starts_with("state.toml:3:"));
  CHECK(fault(begin + "[backends.b]\ntokens = 1") ==
        "state.toml:4:10: expected a table, found an integer");

  const auto newer = parse_state("version = 2\nid = 1", "state.toml");
  REQUIRE_FALSE(newer);
  CHECK(newer.error().kind == ErrorKind::unsupported);
}

TEST_CASE("whatever befalls a state's bytes, it is read or refused with its place") {
  const std::string whole = written(sample(), with_unknown);
  const auto try_on = [](std::string_view text) {
    const auto state = parse_state(text, "state.toml");
    if (state) {
      const auto again = write_state(*state, text);
      return again && parse_state(*again, "state.toml") == *state;
    }
    return state.error().kind == ErrorKind::unsupported ||
           (state.error().kind == ErrorKind::damaged &&
            state.error().message.starts_with("state.toml:"));
  };
  for (std::size_t at = 0; at < whole.size(); ++at) {
    INFO(at);
    if (!try_on(std::string_view(whole).substr(0, at))) FAIL("cut");
    if (!try_on(std::string_view(whole).substr(at))) FAIL("the end alone");
    std::string changed = whole;
    // Under the sanitizers the fuzz target does the rest.
    for (unsigned bit = test::is_sanitized ? 0x100 : 1; bit < 0x200; bit <<= 1U) {
      // The last of them flips all.
      const unsigned flip = bit == 0x100 ? 0xFF : bit;
      changed[at] = static_cast<char>(static_cast<unsigned char>(whole[at]) ^ flip);
      if (!try_on(changed)) FAIL("flipped");
    }
  }
}

TEST_CASE("a state that is cut at any byte is refused, also between two tables") {
  const std::string whole = written(sample());
  REQUIRE(parse_state(whole, "state.toml"));
  REQUIRE(whole.ends_with("# The end.\n"));
  for (std::size_t at = 0; at + 1 < whole.size(); ++at) {
    INFO(at);
    const auto state = parse_state(std::string_view(whole).substr(0, at), "state.toml");
    if (state || state.error().kind != ErrorKind::damaged) FAIL("cut");
  }
}

TEST_CASE("a state never becomes too large to be read back") {
  State state = sample();
  std::string before = "pad = [";
  while (std::count(before.begin(), before.end(), ',') + 2 <
         static_cast<std::ptrdiff_t>(toml::limits::max_nodes)) {
    before += "1,";
  }
  before += "]";
  REQUIRE(toml::parse(before, "", ErrorKind::damaged));
  CHECK(reread(written(state, before)) == state);
  CHECK(written(state, before).find("pad") == std::string::npos);
  CHECK(written(state, "pad = [1]").find("pad") != std::string::npos);

  state.system_prompt = "x";
  const std::size_t rest = written(state).size() - 1;
  state.system_prompt = std::string(session::store::limits::state_file - rest - 1, 'x');
  CHECK(reread(written(state)) == state);
  state.system_prompt += 'x';
  CHECK(reread(written(state)) == state);
  CHECK(reread(written(state, "pad = 1")) == state);
  state.system_prompt += 'x';
  const auto refused = write_state(state, "");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::session_too_large);
}

TEST_CASE("counts beyond those of TOML become the greatest, text becomes UTF-8") {
  State state = bare();
  state.turns = std::numeric_limits<std::uint64_t>::max();
  state.transcript_bytes = -5;
  state.last_turn_offset = -5;
  state.description = "\xFF";
  const State read = reread(written(state));
  CHECK(read.turns == static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
  CHECK(read.transcript_bytes == 0);
  CHECK(read.last_turn_offset == -1);
  CHECK(read.description == "\uFFFD");
}

TEST_CASE("a written state is as its schema says") {
  conformance::SchemaCheck schema("schemas/state.v1.schema.json");
  CHECK(schema.check_type("State", as_json(written(sample()))) == conformance::valid);
  CHECK(schema.check_type("State", as_json(written(bare()))) == conformance::valid);
  CHECK(schema.check_type("State", as_json("version = 1")) != conformance::valid);
  CHECK(schema.check_type("State", as_json("id = '01J00000000000000000000000'")) !=
        conformance::valid);
  const std::string least = "version = 1\nid = '01J00000000000000000000000'\n";
  CHECK(schema.check_type("State", as_json(least)) == conformance::valid);
  for (const std::string_view wrong : {
           "turns = -1",
           "status = 'gone'",
           "prompted = 1",
           "created = 'today'",
           "settings.options.model = 1",
           "transcript.last_turn = -1",
           "backends.b.turns = '1'",
           "backends.b.tokens.input = -1",
           // Nor is anything written that it does not tell of.
           "last_seq = 1",
           "backends.b.colour = 1",
       }) {
    INFO(wrong);
    CHECK(schema.check_type("State", as_json(least + std::string(wrong))) != conformance::valid);
  }
}

TEST_CASE("a status moves only forward") {
  CHECK(may_become(Status::active, Status::available));
  CHECK(may_become(Status::available, Status::active));
  CHECK(may_become(Status::available, Status::retired));
  CHECK_FALSE(may_become(Status::active, Status::retired));
  CHECK_FALSE(may_become(Status::retired, Status::active));
  CHECK_FALSE(may_become(Status::retired, Status::available));
}
