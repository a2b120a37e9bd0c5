#include "session/outputs.h"

#include <string>

#include "session/limits.h"
#include "session/record/data.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;

namespace {

std::string large(char letter = 'x') {
  return std::string(session::limits::always_replayed, letter);
}

Weight weighed(std::string_view type, const std::string& data) {
  store::Line line;
  line.type = type;
  line.data = json::View(data);
  return weight_of(line);
}

std::string marked(const std::string& update, LeftOut& left_out) {
  Markers markers("tine session export S");
  const auto out = markers.update(json::View(update));
  left_out = markers.left_out();
  return out.value_or("as it was");
}

}  // namespace

TEST_CASE("outputs: only a large one may be left out") {
  // With its quotes it has the bytes of the limit.
  const std::string most = R"({"sessionUpdate":"tool_call","toolCallId":"1","rawOutput":")" +
                           large().substr(2) + R"("})";
  CHECK(weighed(record_type::update, most).removable == 0);
  std::string more = most;
  more.insert(more.size() - 2, "x");
  const Weight weight = weighed(record_type::update, more);
  CHECK(weight.removable == session::limits::always_replayed + 1);
  CHECK(weight.call == R"("1")");
  CHECK_FALSE(weight.ends_call);
  LeftOut left_out;
  CHECK(marked(most, left_out) == most);
  CHECK(left_out.parts == 0);
  CHECK(marked(more, left_out) ==
        R"({"sessionUpdate":"tool_call","toolCallId":"1","rawOutput":)"
        R"({"leftOut":"[raw output: 1025 bytes left out; the whole: tine session export S]"}})");
  CHECK(left_out.parts == 1);
  CHECK(left_out.bytes == session::limits::always_replayed + 1);
}

TEST_CASE("outputs: title, state and place of a tool call stay") {
  const std::string call =
      R"({"sessionUpdate":"tool_call_update","toolCallId":"1","title":")" + large('t') +
      R"(","status":"completed","locations":[{"path":"/a"}],"content":[{"type":"content","content":)"
      R"({"type":"text","text":")" +
      large() + R"("}}],"rawInput":{"command":")" + large() + R"("}})";
  CHECK(weighed(record_type::update, call).ends_call);
  LeftOut left_out;
  const std::string out = marked(call, left_out);
  CHECK(left_out.parts == 2);
  const json::View update(out);
  CHECK(update.find("title").equals(large('t')));
  CHECK(update.find("status").equals("completed"));
  CHECK(update.find("locations").raw() == R"([{"path":"/a"}])");
  CHECK(out.find(R"("content":[{"type":"content","content":{"type":"text","text":"[output: )") !=
        std::string::npos);
  CHECK(out.find(R"("rawInput":{"leftOut":"[input: )") != std::string::npos);
  CHECK(out.find(large()) == std::string::npos);
}

TEST_CASE("outputs: what a later record says anew goes without a marker, or not at all") {
  const std::string bare = R"({"sessionUpdate":"tool_call_update","toolCallId":"1")";
  const std::string output = R"(,"rawOutput":")" + large() + R"(")";
  CHECK(without_outputs(json::View(bare + output + "}")).empty());
  CHECK(without_outputs(json::View(bare + output + R"(,"status":"in_progress"})")) ==
        bare + R"(,"status":"in_progress"})");
}

TEST_CASE("outputs: what is said goes whole, however long") {
  for (const char* kind : {"user_message_chunk", "agent_message_chunk", "agent_thought_chunk"}) {
    const std::string chunk = std::string(R"({"sessionUpdate":")") + kind +
                              R"(","content":{"type":"text","text":")" + large() + R"("}})";
    CHECK(weighed(record_type::update, chunk).removable == 0);
    CHECK(weighed(record_type::update, chunk).whole > chunk.size());
    LeftOut left_out;
    CHECK(marked(chunk, left_out) == "as it was");
  }
  const std::string plan =
      R"({"sessionUpdate":"plan","entries":[{"content":")" + large() + R"("}]})";
  CHECK(weighed(record_type::update, plan).removable == 0);
}

TEST_CASE("outputs: attachments may be left out, and the marker names them") {
  const std::string image =
      R"({"type":"image","mimeType":"image/png","data":")" + large() + R"("})";
  const std::string file =
      R"({"type":"resource","resource":{"uri":"file:///a.txt","text":")" + large() + R"("}})";
  const std::string text = R"({"type":"text","text":")" + large() + R"("})";
  const std::string prompt = R"({"content":[)" + text + "," + image + "," + file + "]}";
  CHECK(weighed(record_type::prompt, prompt).removable == image.size() + file.size());
  Markers markers("tine session export S");
  CHECK(markers.block(json::View(text)) == text);
  CHECK(markers.block(json::View(image)) ==
        R"({"type":"text","text":"\n[image: )" + std::to_string(image.size()) +
            R"( bytes left out; the whole: tine session export S]\n"})");
  CHECK(markers.block(json::View(file)).find("[file:///a.txt: ") != std::string::npos);
  CHECK(markers.left_out().parts == 2);
  LeftOut left_out;
  const std::string chunk =
      R"({"sessionUpdate":"agent_message_chunk","content":)" + image + R"(,"messageId":"m"})";
  const std::string out = marked(chunk, left_out);
  CHECK(json::View(out).find("content").find("type").equals("text"));
  CHECK(json::View(out).find("messageId").equals("m"));
}

TEST_CASE("outputs: a turn's end is told") {
  CHECK(weighed(record_type::turn_end, "{}").ends_turn);
  CHECK(weighed(record_type::turn_aborted, "{}").ends_turn);
}
