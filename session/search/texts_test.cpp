// What of a transcript can be found, by whom it was said, and that it is read again as it was read.

#include "session/search/texts.h"

#include "session/search/limits.h"
#include "session/store/reader.h"
#include "tests/catch.h"
#include "tests/doubles/store_folder.h"

using namespace tine;
using namespace tine::session;
using namespace tine::session::search;

namespace {

/// A transcript that is written record by record.
struct Transcript {
  /// `data` may be broken into lines.
  Transcript& add(std::string_view type, std::string data) {
    std::erase(data, '\n');
    store::write_line(text, seq++, "2026-01-31T12:00:00.000Z", type, data);
    return *this;
  }
  Transcript& update(const std::string& data) { return add("update", data); }
  Transcript& say(std::string_view kind, std::string_view words, std::string_view id = "m") {
    return update(R"({"sessionUpdate":")" + std::string(kind) + R"(","messageId":")" +
                  std::string(id) + R"(","content":{"type":"text","text":")" + std::string(words) +
                  R"("}})");
  }
  Transcript& prompt(int turn, std::string_view words) {
    return add("prompt", R"({"turn":)" + std::to_string(turn) +
                             R"(,"content":[{"type":"text","text":")" + std::string(words) +
                             R"("}]})");
  }
  Transcript& end(int turn) {
    return add("turn_end", R"({"turn":)" + std::to_string(turn) + R"(,"stop":"end_turn"})");
  }

  /// Reads it; each piece must be read again as it is.
  std::vector<Piece> pieces(bool goes_on = false) {
    place.write("transcript.jsonl", text);
    const store::Folder folder = test::store_folder(place);
    auto reader = store::Reader::open(folder, store::Damage::skip);
    REQUIRE(reader);
    std::vector<Piece> out;
    settled = 0;
    PieceReader pieces(0, [&](PieceReader::Settled each) {
      for (Piece& piece : each.pieces) out.push_back(std::move(piece));
      settled = each.end;
    });
    for (auto line = reader->next(); line && *line; line = reader->next())
      pieces.take(**line, reader->line_offset(), reader->end_offset());
    live = pieces.finish(reader->end_offset(), goes_on);
    const auto file = folder.open_file("transcript.jsonl", store::Files::Open::read);
    REQUIRE(file);
    for (const auto* list : {&out, &live}) {
      for (const Piece& piece : *list) {
        const auto again =
            read_again(*file, {.who = piece.who, .at = piece.at, .last = piece.last});
        REQUIRE(again);
        CHECK(again->text == piece.text);
        CHECK(again->seq == piece.seq);
        CHECK(again->time_ms == piece.time_ms);
      }
    }
    return out;
  }

  test::TemporaryFolder place;
  std::string text;
  std::uint64_t seq = 0;
  std::vector<Piece> live;
  std::int64_t settled = 0;
};

std::vector<std::string> told(const std::vector<Piece>& pieces) {
  std::vector<std::string> out;
  for (const Piece& each : pieces)
    out.push_back(std::to_string(each.turn) + " " + std::string(name_of(each.who)) + ": " +
                  each.text);
  return out;
}

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("search: a message is one piece, however it was cut") {
  Transcript it;
  it.prompt(1, "Fix it").say("agent_thought_chunk", "hm").say("agent_message_chunk", "The log");
  it.update(R"({"sessionUpdate":"usage_update","used":1,"size":2})");
  it.say("agent_message_chunk", "in form").say("agent_message_chunk", "another", "n").end(1);
  CHECK(told(it.pieces()) ==
        Told{"1 prompt: Fix it", "1 thought: hm", "1 answer: The login form", "1 answer: another"});
}

TEST_CASE("search: a tool call is what it was told and what it has put out last") {
  Transcript it;
  it.prompt(1, "go");
  it.update(R"({"sessionUpdate":"tool_call","toolCallId":"a","title":"Run","status":"pending"})");
  it.update(R"({"sessionUpdate":"tool_call","toolCallId":"b","title":"ls","kind":"execute",
    "rawInput":{"command":"ls","env":["A=1"]}})");
  it.update(
      R"({"sessionUpdate":"tool_call_update","toolCallId":"a","rawInput":{"command":"make x"}})");
  it.update(R"({"sessionUpdate":"tool_call_update","toolCallId":"a","status":"in_progress",
    "content":[{"type":"content","content":{"type":"text","text":"ha"}}]})");
  it.update(R"({"sessionUpdate":"tool_call_update","toolCallId":"a","status":"completed",
    "content":[{"type":"content","content":{"type":"text","text":"half and whole"}}]})");
  it.update(R"({"sessionUpdate":"tool_call_update","toolCallId":"b","rawOutput":{"out":"a.txt"}})");
  it.end(1);
  CHECK(told(it.pieces()) == Told{"1 prompt: go", "1 tool: Run\nmake x", "1 output: half and whole",
                                  "1 tool: ls\nA=1", "1 output: a.txt"});
}

TEST_CASE("search: diffs, plans, errors, seeds and resources are found") {
  Transcript it;
  it.add("header", R"({"session":"x","backend":"codex","project":"/p"})");
  it.add("seed", R"({"agent":"claude","session":"s","text":"told before"})");
  it.add("prompt", R"({"turn":1,"content":[{"type":"resource","resource":{"uri":"file:///a.c",
    "text":"int a;"}},{"type":"resource_link","uri":"file:///b.c","name":"b"},
    {"type":"image","data":"AAAA","mimeType":"image/png"}]})");
  it.update(R"({"sessionUpdate":"plan","entries":[{"content":"first"}]})");
  it.update(R"({"sessionUpdate":"plan","entries":[{"content":"first"},{"content":"second"}]})");
  it.update(R"({"sessionUpdate":"tool_call","toolCallId":"a","title":"Edit","status":"completed",
    "content":[{"type":"diff","path":"/p/a.c","oldText":"old","newText":"new"}]})");
  it.add("error", R"({"turn":1,"kind":"usage_limit","message":"the limit is reached"})").end(1);
  CHECK(told(it.pieces()) == Told{"0 seed: told before",
                                  "1 prompt: file:///a.c\nint a;\nfile:///b.c",
                                  "1 tool: Edit\n/p/a.c\nnew", "1 error: the limit is reached",
                                  "1 plan: first\nsecond"});
}

TEST_CASE("search: a turn that goes on is told apart from what is settled") {
  Transcript it;
  it.prompt(1, "one").say("agent_message_chunk", "first").end(1);
  it.say("agent_message_chunk", "in between", "b");
  const auto before = static_cast<std::int64_t>(it.text.size());
  CHECK(told(it.pieces()) == Told{"1 prompt: one", "1 answer: first", "1 answer: in between"});
  CHECK(it.settled == before);
  it.prompt(2, "two").say("agent_message_chunk", "sec", "c");
  it.update(R"({"sessionUpdate":"tool_call","toolCallId":"a","title":"Run"})");
  CHECK(told(it.pieces(true)).size() == 2);
  CHECK(told(it.live) ==
        Told{"1 answer: in between", "2 prompt: two", "2 answer: sec", "2 tool: Run"});
  // … and one whose process is gone is settled.
  CHECK(told(it.pieces(false)).size() == 6);
  CHECK(it.settled == static_cast<std::int64_t>(it.text.size()));
}

TEST_CASE("search: long texts are cut, long outputs in the middle") {
  Transcript it;
  it.prompt(1, std::string(session::search::limits::said, 'a') + " end");
  it.update(R"({"sessionUpdate":"tool_call","toolCallId":"a","title":"T","status":"completed",
    "content":[{"type":"content","content":{"type":"text","text":"begin )" +
            std::string(session::search::limits::tool, 'b') + R"( end"}}]})");
  it.end(1);
  const auto pieces = it.pieces();
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[0].text.size() == session::search::limits::said);
  CHECK(pieces[2].text.starts_with("begin "));
  CHECK(pieces[2].text.ends_with(" end"));
  CHECK(pieces[2].text.size() < session::search::limits::tool + 10);
}

TEST_CASE("search: a long message goes on as another piece") {
  Transcript it;
  it.prompt(1, "x");
  const std::string half(session::search::limits::piece / 2, 'a');
  for (int i = 0; i < 5; ++i) it.say("agent_message_chunk", half);
  it.end(1);
  const auto pieces = it.pieces();
  REQUIRE(pieces.size() == 4);
  CHECK(pieces[1].text.size() == session::search::limits::piece);
  CHECK(pieces[3].text.size() == session::search::limits::piece / 2);
}

TEST_CASE("search: what a transcript has no more is not read again") {
  const test::TemporaryFolder place;
  place.write("transcript.jsonl", "{\"no\":\"record\"}\n");
  const store::Folder folder = test::store_folder(place);
  const auto file = folder.open_file("transcript.jsonl", store::Files::Open::read);
  REQUIRE(file);
  CHECK_FALSE(read_again(*file, {.who = Who::prompt, .at = 0, .last = 0}));
  CHECK_FALSE(read_again(*file, {.who = Who::prompt, .at = 4, .last = 4}));
  CHECK_FALSE(read_again(*file, {.who = Who::prompt, .at = 4000, .last = 4000}));
}
