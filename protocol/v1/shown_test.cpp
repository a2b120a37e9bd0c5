#include "protocol/v1/shown.h"

#include "protocol/v1/build_update.h"
#include "tests/catch.h"

namespace tine::v1 {

TEST_CASE("shown: the text of a chunk is visible, and its place is known") {
  Update update = text_chunk(UpdateKind::agent_message_chunk, "\x1b]0;a\x07 \x1b[31mred", "m\x1b",
                             R"({"k":1})");
  show_controls(update);
  const std::string_view payload(update.payload);
  CHECK(json::View(payload).find("messageId").equals("m␛"));
  CHECK(json::View(payload).find("content").find("text").equals("␛]0;a␇ ␛[31mred"));
  CHECK(payload.substr(update.text.begin, update.text.end - update.text.begin) ==
        "␛]0;a␇ ␛[31mred");
}

TEST_CASE("shown: a sequence that is cut between two chunks") {
  std::string said;
  for (const std::string_view part : {"a\x1b", "[31", "mred"}) {
    Update update = text_chunk(UpdateKind::agent_message_chunk, part, "m");
    show_controls(update);
    said += *json::View(update.payload).find("content").find("text").string();
  }
  CHECK(said == "a␛[31mred");
}

TEST_CASE("shown: what is clean stays byte for byte") {
  Update update = text_chunk(UpdateKind::agent_message_chunk, "\tlines\r\n\"é\" °", "m");
  const Update before = update;
  show_controls(update);
  CHECK(update == before);
  CHECK(update.text.end == before.text.end);
}

TEST_CASE("shown: a tool call but for what programs read of it") {
  ToolCall call;
  call.id = "c";
  call.title = "rm \x1b[8mhidden";
  call.raw_input = R"({"command":"rm \u001b[8mhidden"})";
  call.raw_output = R"({"stdout":"\u0007"})";
  call.locations = {{.path = "/a\x1b", .line = {}}};
  ToolContent content;
  content.content = text_block("\x1b]8;;http://x\x1b\\link");
  call.content = {content};
  Update update = tool_call(call);
  show_controls(update);
  const json::View shown(update.payload);
  CHECK(shown.find("title").equals("rm ␛[8mhidden"));
  CHECK(shown.find("rawInput").raw() == call.raw_input);
  CHECK(shown.find("rawOutput").find("stdout").equals("␇"));
  CHECK(update.payload.find(R"("path":"/a\u001b")") != std::string::npos);
  CHECK(update.payload.find("␛]8;;http://x␛\\\\link") != std::string::npos);

  const std::string question = with_controls_shown(
      R"({"toolCall":{"title":"\u001b","rawInput":"\u001b"},"options":[{"name":"\u0007"}]})");
  CHECK(question == R"({"toolCall":{"title":"␛","rawInput":"\u001b"},"options":[{"name":"␇"}]})");
}

}  // namespace tine::v1
