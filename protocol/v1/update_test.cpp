#include "protocol/v1/update.h"

#include "base/json/scanner.h"
#include "conformance/schema/schema_check.h"
#include "protocol/v1/build_update.h"
#include "protocol/v1/escaped_text.h"
#include "protocol/v1/limits.h"
#include "tests/catch.h"

namespace tine::v1 {
namespace {

const std::string some_meta = R"({"k":1})";

std::string fault_of(const Update& update) {
  static conformance::SchemaCheck schema;
  conformance::SchemaCheck::Pending pending;
  return schema.check_message(conformance::Sender::agent, update_line("s\"1", update).text,
                              pending);
}

bool is_json(std::string_view text) {
  json::Scanner scanner;
  return scanner.feed(text) && scanner.finish();
}

std::string_view text_of(const Update& update) {
  return std::string_view(update.payload)
      .substr(update.text.begin, update.text.end - update.text.begin);
}

ToolCall full_tool_call() {
  ToolCall call;
  call.id = "call";
  call.title = "Edit";
  call.name = "edit_file";
  call.kind = ToolKind::edit;
  call.status = ToolStatus::in_progress;
  ToolContent text;
  text.content = text_block("done");
  ToolContent diff;
  diff.type = ToolContent::Type::diff;
  diff.path = "/f";
  diff.old_text = "";
  diff.new_text = "new";
  ToolContent terminal;
  terminal.type = ToolContent::Type::terminal;
  terminal.terminal_id = "t";
  call.content = {text, diff, terminal};
  call.locations = {{"/f", 3}, {"/g", {}}};
  call.raw_input = R"({"free":true})";
  call.raw_output = "3";
  call.meta = some_meta;
  return call;
}

TEST_CASE("every update that is made here is valid") {
  using Kind = UpdateKind;
  for (const Kind kind :
       {Kind::user_message_chunk, Kind::agent_message_chunk, Kind::agent_thought_chunk}) {
    CHECK(fault_of(text_chunk(kind, "a \"text\"\n\xff", "m1", some_meta)) == conformance::valid);
    CHECK(fault_of(text_chunk(kind, "", "")) == conformance::valid);
    CHECK(fault_of(content_chunk(kind, link_block("file:///a", "a"), "m1", some_meta)) ==
          conformance::valid);
  }
  CHECK(fault_of(tool_call(full_tool_call())) == conformance::valid);
  CHECK(fault_of(tool_call_update(full_tool_call())) == conformance::valid);
  ToolCall bare;
  bare.id = "call";
  CHECK(fault_of(tool_call_update(bare)) == conformance::valid);
  bare.title = "t";
  CHECK(fault_of(tool_call(bare)) == conformance::valid);
  using Entry = PlanEntry;
  CHECK(fault_of(plan({{"a", Entry::Priority::high, Entry::Status::pending},
                       {"b", Entry::Priority::medium, Entry::Status::in_progress},
                       {"c", Entry::Priority::low, Entry::Status::completed}},
                      some_meta)) == conformance::valid);
  CHECK(fault_of(plan({})) == conformance::valid);
  CHECK(fault_of(available_commands(
            {{"a", "does a", "what", some_meta}, {"b", "does b", "", ""}})) == conformance::valid);
  CHECK(fault_of(current_mode("code", some_meta)) == conformance::valid);
  ConfigOption option;
  option.type = ConfigOption::Type::boolean;
  option.id = option.name = "x";
  CHECK(fault_of(config_options({option}, some_meta)) == conformance::valid);
  CHECK(fault_of(session_info("a title", "2026-01-01T00:00:00Z", some_meta)) == conformance::valid);
  CHECK(fault_of(session_info({}, {})) == conformance::valid);
  CHECK(fault_of(usage_update({1000, 200000, Cost{0.25, "USD"}, some_meta})) == conformance::valid);
  CHECK(fault_of(usage_update({0, 0, {}, ""})) == conformance::valid);
  for (const Severity severity : {Severity::info, Severity::warning, Severity::error}) {
    CHECK(fault_of(notice(severity, "title", "more", some_meta)) == conformance::valid);
  }
  for (const auto status : {CompactionStatus::in_progress, CompactionStatus::completed,
                            CompactionStatus::failed, CompactionStatus::cancelled}) {
    CHECK(fault_of(compaction_update("c", status, "what was said", "why not", some_meta)) ==
          conformance::valid);
  }
}

TEST_CASE("every kind of tool call has its name") {
  for (int kind = 0; kind <= static_cast<int>(ToolKind::other); ++kind) {
    ToolCall call;
    call.id = call.title.emplace("t");
    call.kind = static_cast<ToolKind>(kind);
    CHECK(fault_of(tool_call(call)) == conformance::valid);
  }
  for (int status = 0; status <= static_cast<int>(ToolStatus::failed); ++status) {
    ToolCall call;
    call.id = call.title.emplace("t");
    call.status = static_cast<ToolStatus>(status);
    CHECK(fault_of(tool_call(call)) == conformance::valid);
  }
}

TEST_CASE("kinds are told by their name, unknown ones are passed on") {
  for (int i = 0; i < static_cast<int>(UpdateKind::other); ++i) {
    const auto kind = static_cast<UpdateKind>(i);
    const std::string json = R"({"sessionUpdate":")" + std::string(name_of(kind)) + "\"}";
    CHECK(classify(json::View(json)) == kind);
  }
  CHECK(classify(json::View(R"({"sessionUpdate":"later"})")) == UpdateKind::other);
  CHECK(classify(json::View("{}")) == UpdateKind::other);
  const std::string unknown = R"({"sessionUpdate":"later","x":[1]})";
  const Update update = adopt("s", json::View(unknown));
  CHECK(update.payload == unknown);
  CHECK(update.kind == UpdateKind::other);
  CHECK(update.text.none());
}

TEST_CASE("the splice of a chunk of text is where its text lies") {
  const Update made = text_chunk(UpdateKind::agent_message_chunk, "a\"b", "m");
  CHECK(text_of(made) == R"(a\"b)");
  const Update adopted = adopt("s", json::View(made.payload));
  CHECK(adopted.kind == made.kind);
  CHECK(adopted.text.begin == made.text.begin);
  CHECK(adopted.text.end == made.text.end);

  const UpdateLine line = update_line("s\"1", made);
  CHECK(line.text ==
        R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s\"1","update":)" +
            made.payload + "}}");
  CHECK(line.text.substr(line.splice.begin, line.splice.end - line.splice.begin) == R"(a\"b)");
  CHECK(is_json(line.text));

  const Update image = adopt("s", json::View(R"({"sessionUpdate":"agent_message_chunk",)"
                                             R"("content":{"type":"image","text":"x"}})"));
  CHECK(image.text.none());
  CHECK(update_line("s", image).splice.none());
  CHECK(tool_call(full_tool_call()).text.none());

  ContentBlock block = text_block("a\"b");
  for (const std::string_view raw : {"", R"({"text":"a\"b","type":"text"})"}) {
    block.raw = raw;
    CHECK(text_of(content_chunk(UpdateKind::user_message_chunk, block, "m")) == R"(a\"b)");
  }
  const ContentBlock link = link_block("file:///a", "a");
  CHECK(content_chunk(UpdateKind::user_message_chunk, link, "m").text.none());
}

TEST_CASE("escaped text is cut between characters only") {
  // One entry for each unit that must not be cut.
  const std::vector<std::string> units = {
      "a",          "\\n",  "\\\\",    "\\u00e9", "\u00e9", "\u20ac", "\\ud83d\\ude00",
      "\U0001F600", "\\\"", "\\uD7FF", "z"};
  std::string all;
  std::vector<std::size_t> places = {0};
  for (const std::string& unit : units) {
    all += unit;
    places.push_back(all.size());
  }
  for (std::size_t limit = 0; limit <= all.size() + 1; ++limit) {
    INFO("limit " << limit);
    std::size_t expected = 0;
    for (const std::size_t place : places) {
      if (place <= limit) expected = place;
    }
    CHECK(cut_place(all, limit) == std::max<std::size_t>(expected, 1));
  }
  CHECK(cut_place("\U0001F600x", 2) == 4);
  CHECK(cut_place("\\ud83d\\ude00x", 5) == 12);
  CHECK(cut_place("", 5) == 0);
}

std::vector<Update> pieces_of(Update update) {
  std::vector<Update> pieces;
  split(std::move(update), [&](Update piece) { pieces.push_back(std::move(piece)); });
  return pieces;
}

TEST_CASE("a text is split when it is longer than a chunk may be") {
  const std::size_t limit = limits::max_text_chunk;
  for (const std::size_t length : {limit - 1, limit, limit + 1, 3 * limit + 7}) {
    Update update =
        text_chunk(UpdateKind::agent_message_chunk, std::string(length, 'x'), "m", some_meta);
    update.session = "s";
    const auto pieces = pieces_of(update);
    CHECK(pieces.size() == (length + limit - 1) / limit);
    std::size_t total = 0;
    for (const Update& piece : pieces) {
      CHECK(text_of(piece).size() <= limit);
      CHECK(piece.session == "s");
      CHECK(piece.kind == UpdateKind::agent_message_chunk);
      CHECK(json::View(piece.payload).find("messageId").equals("m"));
      CHECK(json::View(piece.payload).find("_meta").raw() == some_meta);
      CHECK(is_json(piece.payload));
      total += text_of(piece).size();
    }
    CHECK(total == length);
  }
}

TEST_CASE("no character is lost or cut where a text is split") {
  std::string text;
  while (text.size() < 2 * limits::max_text_chunk) text += "a\"\u20ac\n\U0001F600";
  std::string together;
  for (const Update& piece : pieces_of(text_chunk(UpdateKind::agent_message_chunk, text, "m"))) {
    CHECK(is_json(piece.payload));
    together += json::View(piece.payload).find("content").find("text").string().value();
  }
  CHECK(together == text);
}

TEST_CASE("what is too long for a line has its longest strings cut, visibly") {
  ToolCall call = full_tool_call();
  const std::string huge(200000, 'h');
  const std::string large(60000, 'l');
  call.content->at(0).content = text_block(huge + "\n");
  call.content->at(1).new_text = large;
  const Update update = tool_call_update(call);
  const std::size_t limit = 150000;
  const std::string cut = shrink(update.payload, limit);
  CHECK(cut.size() <= limit);
  CHECK(cut.size() > limit - 200);
  CHECK(is_json(cut));
  Update shrunk = update;
  shrunk.payload = cut;
  CHECK(fault_of(shrunk) == conformance::valid);
  const json::View content = json::View(cut).find("content");
  auto element = content.elements().begin();
  const auto first = (*element).find("content").find("text").string().value();
  CHECK(first.find(" bytes left out]") != std::string::npos);
  ++element;
  CHECK((*element).find("newText").string().value() == large);
  CHECK(json::View(cut).find("toolCallId").equals("call"));
}

TEST_CASE("what fits is not touched, and what cannot fit is cut as far as it may be") {
  const Update update = tool_call_update(full_tool_call());
  CHECK(shrink(update.payload, update.payload.size()) == update.payload);
  CHECK(shrink(update.payload, 10) == update.payload);
  const std::string short_strings = R"(["a",")" + std::string(limits::min_cut, 'b') + "\"]";
  CHECK(shrink(short_strings, 10) == short_strings);
}

TEST_CASE("the number of bytes that are left out is told") {
  const std::string json = "\"" + std::string(100000, 'x') + "\"";
  const std::string cut = shrink(json, 50000);
  CHECK(cut.size() <= 50000);
  const std::size_t kept = cut.find(" [");
  CHECK(cut.find("[\u2026 " + std::to_string(100001 - kept) + " bytes left out]") == kept + 1);
}

TEST_CASE("keys are never cut, and base64 data stays readable") {
  const std::string key(8000, 'k');
  const std::string json = "{\"" + key + R"(":1,"data":")" + std::string(20000, 'A') + "\"}";
  const std::string cut = shrink(json, 16003);
  CHECK(is_json(cut));
  CHECK(cut.find(key) != std::string::npos);
  const auto data = json::View(cut).find("data").escaped();
  CHECK(data.size() % 4 == 0);
  CHECK(data.find_first_not_of('A') == std::string_view::npos);
  CHECK(cut.size() <= 16003);
}

TEST_CASE("the parameters of an update are found wherever they stand") {
  const auto found = [](std::string_view params) {
    const UpdateParams it = update_params(json::View(params));
    const std::string_view payload = it.update.json.raw();
    const auto [begin, end] = it.update.text;
    return std::string(it.session.raw()) + " " + std::string(name_of(it.update.kind)) + " " +
           std::string(payload.substr(begin, end - begin));
  };
  CHECK(found(R"({"sessionId":"s","update":{"sessionUpdate":"agent_message_chunk","content":)"
              R"({"type":"text","text":"a \"b\" }"}}})") == R"("s" agent_message_chunk a \"b\" })");
  CHECK(found(R"({"update":{"content":{"text":"last","type":"text"},"sessionUpdate":)"
              R"("agent_thought_chunk","_meta":{"content":{"text":"no"}}},"_meta":{"update":{}},)"
              R"("sessionId":"s"})") == R"("s" agent_thought_chunk last)");
  CHECK(found(R"({"\u0073essionId":"s","update":{"sessionUpdate":"tool_call","content":[]}})") ==
        R"("s" tool_call )");
  // Of members that come twice the last one counts.
  CHECK(found(R"({"sessionId":"a","sessionId":"b","update":{"sessionUpdate":"plan"},"update":)"
              R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"a"},)"
              R"("content":{"type":"image"}}})") == R"("b" agent_message_chunk )");
  CHECK(update_params(json::View("[]")).session.exists() == false);
  CHECK(update_params(json::View(R"({"sessionId":"s","update":[1]})")).update.json.is_array());
}

TEST_CASE("escapes are not cut in two when strings are") {
  std::string json = "\"";
  while (json.size() < 60000) json += R"(\ud83d\ude00\n)";
  json += "\"";
  for (std::size_t limit = 30000; limit < 30030; ++limit) {
    const std::string cut = shrink(json, limit);
    CHECK(cut.size() <= limit);
    CHECK(is_json(cut));
  }
}

}  // namespace
}  // namespace tine::v1
