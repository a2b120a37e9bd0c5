#include "executor/caller/past.h"

#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <span>

#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::executor;

namespace {

const std::string id = "aaaaaaaa-1111-4111-8111-111111111111";
const std::string other = "bbbbbbbb-2222-4222-8222-222222222222";

class Variables final : public Env {
 public:
  explicit Variables(std::map<std::string, std::string, std::less<>> values)
      : values_(std::move(values)) {}
  std::int64_t wall_ms() override { return 0; }
  void random(std::span<std::uint8_t>) override {}
  std::optional<std::string> variable(std::string_view name) const override {
    const auto found = values_.find(name);
    if (found == values_.end()) return std::nullopt;
    return found->second;
  }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

/// "person: …|agent: …", the newest first.
std::string story(const Result<std::vector<Said>>& past) {
  if (!past) return past.error().message;
  std::string out;
  for (const Said& each : *past)
    out +=
        (out.empty() ? "" : "|") + std::string(each.by_person ? "person: " : "agent: ") + each.text;
  return out;
}

constexpr std::size_t all = 1'000'000;

struct OfClaude {
  OfClaude& link(const std::string& uuid, const std::string& parent, const std::string& members) {
    text += R"({"uuid":")" + uuid + R"(","parentUuid":)" +
            (parent.empty() ? "null" : "\"" + parent + "\"") + "," + members + "}\n";
    return *this;
  }
  OfClaude& user(const std::string& uuid, const std::string& parent, const std::string& content,
                 const std::string& more = "") {
    return link(uuid, parent,
                more + R"("type":"user","message":{"role":"user","content":)" + content + "}");
  }
  OfClaude& agent(const std::string& uuid, const std::string& parent, const std::string& words,
                  const std::string& message, const std::string& model = "opus") {
    return link(uuid, parent,
                R"("type":"assistant","message":{"id":")" + message + R"(","model":")" + model +
                    R"(","content":[{"type":"text","text":")" + words + R"("}]})");
  }
  std::string said(std::size_t bytes = all) const {
    const test::TemporaryFolder files;
    files.write("projects/-w/" + id + ".jsonl", text);
    return story(past_of({.agent = CallingAgent::claude, .session = id},
                         {"CLAUDE_CONFIG_DIR=" + files.path()}, bytes));
  }
  std::string text;
};

std::string event(const std::string& payload) {
  return R"({"type":"event_msg","payload":)" + payload + "}\n";
}
std::string item(const std::string& type, const std::string& text) {
  return event(R"({"type":"item_completed","item":{"type":")" + type +
               R"(","content":[{"type":"text","text":")" + text + R"("}]}})");
}
std::string meta(const std::string& base = "") {
  return R"({"type":"session_meta","payload":{"cwd":"/w")" + base + "}}\n";
}
std::string rollout(const std::string& thread) {
  return "sessions/2026/01/31/rollout-2026-01-31T12-00-00-" + thread + ".jsonl";
}
std::string of_codex(const test::TemporaryFolder& files, std::size_t bytes = all) {
  return story(past_of({.agent = CallingAgent::codex, .session = id},
                       {"CODEX_HOME=" + files.path()}, bytes));
}

}  // namespace

TEST_CASE("caller: each agent is known by what it gives its commands") {
  CHECK(callers(Variables({})).empty());
  CHECK(callers(Variables({{"CLAUDE_CODE_SESSION_ID", id}})) ==
        std::vector<Caller>{{CallingAgent::claude, id}});
  CHECK(callers(Variables({{"CODEX_THREAD_ID", id}})) ==
        std::vector<Caller>{{CallingAgent::codex, id}});
  CHECK(callers(Variables({{"CODEX_THREAD_ID", "../x"}})).empty());
  CHECK(callers(Variables({{"GEMINI_CLI", "1"}})) ==
        std::vector<Caller>{{CallingAgent::gemini, ""}});
  CHECK(callers(Variables({{"OPENCODE", "1"}})) ==
        std::vector<Caller>{{CallingAgent::opencode, ""}});
}

TEST_CASE("caller: of several that have started each other the one of the backend's kind counts") {
  const Variables both({{"CLAUDE_CODE_SESSION_ID", id}, {"CODEX_THREAD_ID", other}});
  CHECK(caller_for(both, "codex") == Caller{CallingAgent::codex, other});
  CHECK(caller_for(both, "claude") == Caller{CallingAgent::claude, id});
  CHECK(caller_for(both, "rehearsal") == std::nullopt);
  CHECK(caller_for(Variables({{"CODEX_THREAD_ID", other}}), "claude") ==
        Caller{CallingAgent::codex, other});
}

TEST_CASE("caller: what was said with Claude Code, without what tools and the program say") {
  OfClaude file;
  file.user("1", "", R"("plant a walnut")")
      .agent("2", "1", "Where?", "m1")
      .link(
          "3", "2",
          R"("type":"assistant","message":{"id":"m2","content":[{"type":"tool_use","input":{}}]})")
      .user("4", "3", R"([{"type":"tool_result","content":"secret"}])")
      .user("5", "4", R"("<system-reminder>be kind</system-reminder>")")
      .user("6", "5", R"("a note")", R"("isMeta":true,)")
      .agent("7", "6", "Planted.", "m3")
      .agent("8", "7", "It grows.", "m3")
      .agent("9", "8", "API Error", "m4", "<synthetic>")
      .user("10", "9",
            R"([{"type":"text","text":"and"},{"type":"image"},{"type":"text","text":"an oak"}])");
  CHECK(file.said() ==
        "person: and\n\nan oak|agent: Planted.\n\nIt grows.|agent: Where?|person: plant a walnut");
  CHECK(file.said(5) == "person: and\n\nan oak");
}

TEST_CASE("caller: of the branches of a session the newest one is followed") {
  OfClaude file;
  file.user("1", "", R"("root")")
      .agent("2", "1", "first answer", "m1")
      .user("3", "2", R"("left")")
      .agent("4", "3", "on the left", "m2")
      .user("5", "2", R"("right")")
      .user("6", "4", R"("beside")", R"("isSidechain":true,)");
  CHECK(file.said() == "person: right|agent: first answer|person: root");
}

TEST_CASE("caller: lines that cannot be read are passed over") {
  OfClaude file;
  file.user("1", "", R"("root")").agent("2", "1", "first", "m1").user("3", "2", R"("second")");
  file.text += "\x01\x02 not JSON\n[1]\n";
  file.text += R"({"uuid":"4","parentUuid":"3","type":"assistant","message":{"cont)";
  file.text += "\n";
  file.user("5", "4", R"("third")");
  file.text += R"({"uuid":"6","parentUuid":"5","type":"us)";
  CHECK(file.said() == "person: third|person: second|agent: first|person: root");
}

TEST_CASE("caller: what was said with Codex, by this version and by older ones") {
  const test::TemporaryFolder files;
  files.write(rollout(id), meta() + event(R"({"type":"user_message","message":"of old"})") +
                               event(R"({"type":"agent_message","message":"yes"})") +
                               item("UserMessage", "plant a walnut") +
                               item("CommandExecution", "secret") + "broken {\n" +
                               item("AgentMessage", "Planted.") +
                               event(R"({"type":"task_complete","turn_id":"t"})"));
  CHECK(of_codex(files) == "agent: Planted.|person: plant a walnut|agent: yes|person: of old");
  CHECK(of_codex(files, 3) == "agent: Planted.");
}

TEST_CASE("caller: a fork of Codex has its parent's words up to where it was forked") {
  const test::TemporaryFolder files;
  const std::string before = meta() + item("UserMessage", "plant a walnut");
  files.write(rollout(other), before + item("UserMessage", "later"));
  files.write(rollout(id), meta(R"(,"history_base":{"thread_id":")" + other +
                                R"(","end_byte_offset":)" + std::to_string(before.size()) + "}") +
                               item("UserMessage", "and an oak"));
  CHECK(of_codex(files) == "person: and an oak|person: plant a walnut");
}

TEST_CASE("caller: forks of Codex that name each other have an end") {
  const test::TemporaryFolder files;
  files.write(rollout(id),
              meta(R"(,"history_base":{"thread_id":")" + id + R"(","end_byte_offset":100000})") +
                  item("UserMessage", "again"));
  CHECK_FALSE(of_codex(files).empty());
}

TEST_CASE("caller: no file that is none, is a link, or is outside of the agent's folder is read") {
  const test::TemporaryFolder files;
  files.write("elsewhere.jsonl", meta() + item("UserMessage", "a secret"));
  const std::string none = "Codex has no session " + id + " of yours";
  CHECK(of_codex(files) == none);
  files.write(rollout(other), meta());
  const std::string path = files.path() + "/" + rollout(id);
  REQUIRE(::symlink((files.path() + "/elsewhere.jsonl").c_str(), path.c_str()) == 0);
  CHECK(of_codex(files) == none);
  REQUIRE(::unlink(path.c_str()) == 0);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(of_codex(files) == none);
  REQUIRE(::unlink(path.c_str()) == 0);
  REQUIRE(::mkdir(path.c_str(), 0700) == 0);
  CHECK(of_codex(files) == none);
}

TEST_CASE("caller: an agent that does not name its session is said to") {
  CHECK(story(past_of({.agent = CallingAgent::gemini, .session = {}}, {}, all)) ==
        "Gemini CLI does not tell which session it runs");
}

// --- Gemini CLI
// ------------------------------------------------------------------------------------

namespace {

std::string of_gemini(const std::string& text, const std::string& ending = "jsonl") {
  const test::TemporaryFolder files;
  files.write(".gemini/tmp/w/chats/session-2026-11-29T12-44-aaaaaaaa." + ending, text);
  return story(
      past_of({.agent = CallingAgent::gemini, .session = id}, {"HOME=" + files.path()}, all));
}

const std::string gemini_head = R"({"sessionId":")" + id + R"(","kind":"main"})" + "\n";

std::string gemini_user(const std::string& message, const std::string& text) {
  return R"({"id":")" + message + R"(","type":"user","content":[{"text":")" + text + "\"}]}\n";
}
std::string gemini_agent(const std::string& message, const std::string& text) {
  return R"({"id":")" + message + R"(","type":"gemini","content":")" + text +
         R"(","tokens":{"input":10}})" + "\n";
}

}  // namespace

TEST_CASE("past: of a session of Gemini CLI, as it writes it down") {
  // As version 0.61.0 does it: what it tells of the folder comes first, with the whole list.
  CHECK(of_gemini(gemini_head + R"({"$set":{"messages":[{"id":"m0","type":"user","content":)" +
                  R"([{"text":"<session_context>\nThe folder is"}]}]}})" + "\n" +
                  gemini_user("m1", "plant a walnut") + R"({"$set":{"lastUpdated":"x"}})" + "\n" +
                  gemini_agent("m2", "") + "broken\n" + gemini_agent("m2", "noted") +
                  R"({"id":"m3","type":"info","content":"Updated"})" + "\n" +
                  gemini_user("m4", "and an oak") + R"({"id":"half)") ==
        "person: and an oak|agent: noted|person: plant a walnut");
}

TEST_CASE("past: what was taken back in Gemini CLI is left out, and what was replaced as well") {
  CHECK(of_gemini(gemini_head + gemini_user("m1", "one") + gemini_agent("m2", "two") +
                  gemini_user("m3", "three") + gemini_agent("m4", "four") +
                  R"({"$rewindTo":"m3"})" + "\n" + gemini_user("m5", "five")) ==
        "person: five|agent: two|person: one");
  CHECK(of_gemini(gemini_head + gemini_user("m1", "one") + gemini_user("m2", "two") +
                  R"({"$rewindTo":"m2"})" + "\n" + gemini_user("m3", "three") +
                  R"({"$rewindTo":"m1"})" + "\n" + gemini_user("m4", "four")) == "person: four");
  CHECK(of_gemini(gemini_head + gemini_user("m1", "one") +
                  R"({"$set":{"messages":[{"id":"m2","type":"user","content":"in short"},)" +
                  R"({"id":"m3","type":"gemini","content":"well"}]}})" + "\n" +
                  gemini_user("m4", "four")) == "person: four|agent: well|person: in short");
}

TEST_CASE("past: of a session of an older Gemini CLI, which is one JSON text") {
  CHECK(of_gemini(R"({
    "sessionId": ")" + id +
                      R"(",
    "messages": [
      {"id": "m1", "type": "user", "content": "plant a walnut"},
      {"id": "m2", "type": "gemini", "content": "noted", "toolCalls": [{"name": "x"}]}
    ]})",
                  "json") == "agent: noted|person: plant a walnut");
  CHECK(of_gemini("{\"sessionId\":", "json") == "Gemini CLI has no session " + id + " of yours");
}
