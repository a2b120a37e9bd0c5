#include "executor/claude/updates.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/doubles/still_clock.h"

using namespace tine;
using namespace tine::executor::claude;
using Tree = nlohmann::json;

namespace {

struct Telling {
  void hear(std::string_view line) { updates.hear(json::View(line)); }
  void stream(const std::string& event) {
    hear(R"({"type":"stream_event","parent_tool_use_id":null,"event":)" + event + "}");
  }
  void end(std::string_view result) { updates.end_turn(json::View(result)); }
  /// The texts of one kind with their messages, in order.
  std::string said(const std::string& kind) const {
    std::string out;
    for (const Tree& each : told) {
      if (each["sessionUpdate"] != kind) continue;
      out += each["messageId"].get<std::string>() + "=" +
             each["content"]["text"].get<std::string>() + " ";
    }
    return out;
  }
  /// What was said of each call: its id and status.
  std::string calls() const {
    std::string out;
    for (const Tree& each : told) {
      if (each.contains("toolCallId")) {
        out += each["toolCallId"].get<std::string>() + ":" + each.value("status", "-") + " ";
      }
    }
    return out;
  }
  /// The states of compactions.
  std::string compactions() const {
    std::string out;
    for (const Tree& each : told) {
      if (each["sessionUpdate"] == "compaction_update")
        out += each["status"].get<std::string>() + " ";
    }
    return out;
  }

  test::StillClock env;
  Log log{env, Log::Level::debug, [](const Log::Message&) {}};
  std::vector<Tree> told;
  Updates updates{log, "/project", [this](const v1::Update& update) {
                    told.push_back(Tree::parse(update.payload));
                  }};
};

constexpr const char* message_start = R"({"type":"message_start","message":{"id":"m1"}})";
constexpr const char* text_start =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})";

std::string delta(int index, const std::string& kind, const std::string& text) {
  return Tree{{"type", "content_block_delta"}, {"index", index}, {"delta", {{kind, text}}}}.dump();
}

}  // namespace

TEST_CASE("claude updates: what was streamed is not said again when it is whole") {
  Telling it;
  it.stream(message_start);
  it.stream(text_start);
  it.stream(delta(0, "text", "hel"));
  it.stream(delta(0, "text", "lo"));
  it.hear(
      R"({"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":"hello"}]}})");
  it.end(R"({"uuid":"u"})");
  CHECK(it.said("agent_message_chunk") == "m1:0=hel m1:0=lo ");
}

TEST_CASE("claude updates: what was not streamed is said when it is whole, each block by itself") {
  Telling it;
  it.hear(R"({"type":"assistant","message":{"id":"m2","content":[)"
          R"({"type":"thinking","thinking":"hm"},{"type":"text","text":"one"},)"
          R"({"type":"text","text":"two"}]}})");
  CHECK(it.said("agent_thought_chunk") == "m2:whole-1=hm ");
  CHECK(it.said("agent_message_chunk") == "m2:whole-2=one m2:whole-3=two ");
}

TEST_CASE("claude updates: a message that is begun anew is marked where it broke off") {
  Telling it;
  it.stream(message_start);
  it.stream(text_start);
  it.stream(delta(0, "text", "hel"));
  it.stream(R"({"type":"message_start","message":{"id":"m3"}})");
  REQUIRE(it.told.size() == 2);
  CHECK(it.told[1]["messageId"] == "m1:0");
  CHECK(it.told[1]["_meta"]["tine"]["abandoned"] == true);
}

TEST_CASE("claude updates: what a subagent says is not the session's, but its calls are its own") {
  Telling it;
  it.hear(R"({"type":"stream_event","parent_tool_use_id":"t0","event":)" +
          std::string(message_start) + "}");
  it.hear(R"({"type":"assistant","parent_tool_use_id":"t0","message":{"id":"s1","content":[)"
          R"({"type":"text","text":"mine"},)"
          R"({"type":"tool_use","id":"t1","name":"Read","input":{"file_path":"/project/f"}}]}})");
  CHECK(it.said("agent_message_chunk").empty());
  REQUIRE(it.told.size() == 1);
  CHECK(it.told[0]["toolCallId"] == "t1");
  CHECK(it.told[0]["_meta"]["tine"]["parentToolCallId"] == "t0");
}

TEST_CASE(
    "claude updates: the client hears when a call begins, when its input is whole, and its end") {
  Telling it;
  it.stream(message_start);
  it.stream(R"({"type":"content_block_start","index":0,"content_block":)"
            R"({"type":"tool_use","id":"t1","name":"Bash","input":{}}})");
  it.hear(R"({"type":"assistant","message":{"id":"m1","content":[)"
          R"({"type":"tool_use","id":"t1","name":"Bash","input":{"command":"ls"}}]}})");
  it.hear(R"({"type":"user","message":{"content":[)"
          R"({"type":"tool_result","tool_use_id":"t1","content":"done"}]}})");
  REQUIRE(it.told.size() == 3);
  CHECK(it.told[0]["sessionUpdate"] == "tool_call");
  CHECK(it.told[0]["status"] == "pending");
  CHECK(it.told[1]["sessionUpdate"] == "tool_call_update");
  CHECK(it.told[2]["status"] == "completed");
}

TEST_CASE("claude updates: what goes on in the background ends with its notification, once") {
  Telling it;
  it.hear(R"({"type":"assistant","message":{"id":"m1","content":[)"
          R"({"type":"tool_use","id":"t1","name":"Task","input":{"prompt":"p"}}]}})");
  it.hear(R"({"type":"user","tool_use_result":{"status":"async_launched"},"message":{"content":[)"
          R"({"type":"tool_result","tool_use_id":"t1","content":"begun"}]}})");
  CHECK(it.calls().ends_with("t1:in_progress "));
  const std::string over =
      R"({"type":"system","subtype":"task_notification","tool_use_id":"t1","status":"failed"})";
  it.hear(over);
  CHECK(it.calls().ends_with("t1:in_progress t1:failed "));
  const std::size_t before = it.told.size();
  it.hear(over);
  CHECK(it.told.size() == before);
}

TEST_CASE("claude updates: a compaction ends in each way, also with its process") {
  const std::string begin = R"({"type":"system","subtype":"status","status":"compacting"})";
  Telling good;
  good.hear(begin);
  good.hear(R"({"type":"system","subtype":"compact_boundary"})");
  CHECK(good.compactions() == "in_progress completed ");
  Telling bad;
  bad.hear(begin);
  bad.hear(R"({"type":"system","subtype":"status","compact_result":"failed","compact_error":"e"})");
  CHECK(bad.compactions() == "in_progress failed ");
  CHECK(bad.told.back()["error"] == "e");
  Telling cut;
  cut.hear(begin);
  cut.end(R"({"uuid":"u"})");
  CHECK(cut.compactions() == "in_progress cancelled ");
  Telling gone;
  gone.hear(begin);
  gone.updates.break_off();
  gone.updates.break_off();
  CHECK(gone.compactions() == "in_progress failed ");
}

TEST_CASE("claude updates: what a command has printed is the answer, once") {
  Telling it;
  const std::string printed = R"("the old context")";
  const auto end = [&it] {
    it.end(R"({"uuid":"u"})");
    return it.said("agent_message_chunk");
  };
  it.hear(
      R"({"type":"assistant","message":{"model":"<synthetic>","content":[{"type":"text","text":)" +
      printed + "}]}}");
  CHECK(end() == "said-u=the old context ");
  // A summary is made of what is still there, which may be told again.
  it.told.clear();
  const std::string again = "<local-command-stdout>the old context</local-command-stdout>";
  it.hear(R"({"type":"user","isReplay":true,"message":{"content":")" + again + R"("}})");
  it.hear(R"({"type":"system","subtype":"compact_boundary"})");
  it.hear(R"({"type":"user","isReplay":true,"message":{"content":")" + again + R"("}})");
  it.hear(R"({"type":"user","message":{"content":"<local-command-stdout>Compacted )"
          R"(</local-command-stdout>"}})");
  CHECK(end().empty());
}
