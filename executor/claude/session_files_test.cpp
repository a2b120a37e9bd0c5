#include "executor/claude/session_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::executor::claude;

namespace {

const std::string session = "aaaaaaaa-1111-4111-8111-111111111111";

/// The members that any link of the chain has beside those that matter here: more than the
/// outermost object of a message may have.
const std::string common =
    R"("isSidechain":false,"timestamp":"t","userType":"external","entrypoint":"sdk-cli","cwd":"/w",
       "sessionId":"s","version":"2.1.328","gitBranch":"HEAD","promptId":"p","promptSource":"sdk",
       "turnOrigin":"sdk","turnPosition":{},"turnAttributionKey":"k","permissionMode":"default",)";

std::string link(const std::string& id, const std::string& parent, const std::string& members) {
  std::string line = "{" + common + R"("uuid":")" + id + R"(","parentUuid":)" +
                     (parent.empty() ? std::string("null") : "\"" + parent + "\"") + "," + members +
                     "}\n";
  std::erase(line, '\n');
  return line + "\n";
}

std::string user(const std::string& id, const std::string& parent, const std::string& content,
                 const std::string& more = "") {
  return link(id, parent,
              more + R"("type":"user","message":{"role":"user","content":)" + content + "}");
}

std::string assistant(const std::string& id, const std::string& parent, const std::string& block,
                      const std::string& stop) {
  return link(id, parent,
              R"("type":"assistant","message":{"model":"opus","content":[{"type":")" + block +
                  R"("}],"stop_reason":)" + stop + "}");
}

std::string other(const std::string& id, const std::string& parent, const std::string& type) {
  return link(id, parent, R"("type":")" + type + "\"");
}

const std::string bookkeeping =
    R"({"type":"api-request-blob","message":{"role":"user","content":[]}})"
    "\n"
    R"({"type":"last-prompt","leafUuid":"zz"})"
    "\n";

/// A whole turn: u1, an attachment, a call of a tool, its result and the answer a2.
const std::string turn = user("u1", "", R"("go")") + other("t1", "u1", "attachment") +
                         assistant("a1", "t1", "tool_use", R"("tool_use")") +
                         user("r1", "a1", R"([{"type":"tool_result","content":"x"}])") +
                         bookkeeping + assistant("h2", "r1", "thinking", R"("end_turn")") +
                         assistant("a2", "h2", "text", R"("end_turn")") + bookkeeping;

Point point_of(const std::string& text) {
  const test::TemporaryFolder files;
  files.write("projects/-w/" + session + ".jsonl", text);
  const auto found = find_session(files.path(), session);
  REQUIRE(found);
  const auto point = last_point(*found);
  REQUIRE(point);
  return *point;
}

std::string end_of(const std::string& text) { return point_of(text).uuid; }

Result<bool> compacted(const std::string& text, std::string_view uuid) {
  const test::TemporaryFolder files;
  files.write("projects/-w/" + session + ".jsonl", text);
  const auto found = find_session(files.path(), session);
  REQUIRE(found);
  return compacted_after(*found, uuid);
}

}  // namespace

TEST_CASE("the root is where the environment of the process says") {
  CHECK(root_for({"HOME=/h", "CLAUDE_CONFIG_DIR=/c"}) == "/c");
  CHECK(root_for({"CLAUDE_CONFIG_DIR=", "HOME=/h"}) == "/h/.claude");
  CHECK_FALSE(root_for({"PATH=/bin"}));
}

TEST_CASE("a conversation is found in whichever project it is") {
  const test::TemporaryFolder files;
  files.write("projects/-a/other.jsonl", "");
  files.write("projects/-b/" + session + ".jsonl", "x");
  const auto found = find_session(files.path(), session);
  REQUIRE(found);
  CHECK(found->path == files.path("projects/-b/" + session + ".jsonl"));
  CHECK(found->project_folder == "-b");
  CHECK(find_session(files.path(), "bbbbbbbb-1111-4111-8111-111111111111").error().kind ==
        ErrorKind::session_not_found);
  CHECK(find_session(files.path(), "../-b/" + session).error().kind == ErrorKind::invalid_params);
  CHECK(find_session(files.path("nowhere"), session).error().kind == ErrorKind::session_not_found);
}

TEST_CASE("of two files the one that was written last is the conversation") {
  const test::TemporaryFolder files;
  for (const char* project : {"-a", "-b", "-c"}) {
    const std::string name = std::string("projects/") + project + "/" + session + ".jsonl";
    files.write(name, "x");
    const timespec when{.tv_sec = project == std::string("-b") ? 2000 : 1000, .tv_nsec = 0};
    const timespec times[] = {when, when};
    REQUIRE(::utimensat(AT_FDCWD, files.path(name).c_str(), times, 0) == 0);
  }
  CHECK(find_session(files.path(), session)->project_folder == "-b");
}

TEST_CASE("no link below the root is followed, and only a regular file is read") {
  const test::TemporaryFolder files;
  files.write("elsewhere/" + session + ".jsonl", "x");
  std::filesystem::create_directories(files.path("projects/-file"));
  std::filesystem::create_symlink(files.path("elsewhere/" + session + ".jsonl"),
                                  files.path("projects/-file/" + session + ".jsonl"));
  std::filesystem::create_directory_symlink(files.path("elsewhere"), files.path("projects/-link"));
  std::filesystem::create_directories(files.path("projects/-folder/" + session + ".jsonl"));
  std::filesystem::create_directories(files.path("projects/-pipe"));
  REQUIRE(::mkfifo(files.path("projects/-pipe/" + session + ".jsonl").c_str(), S_IRUSR) == 0);
  CHECK_FALSE(find_session(files.path(), session));
  // The user's own root may be one.
  files.write("real/projects/-w/" + session + ".jsonl", "x");
  std::filesystem::create_directory_symlink(files.path("real"), files.path("root"));
  CHECK(find_session(files.path("root"), session));
}

TEST_CASE("the last point is the end of the last turn, with what follows it") {
  CHECK(end_of(turn) == "a2");
  CHECK(point_of(turn).cwd == "/w");
  CHECK(end_of(turn + other("t2", "a2", "attachment")) == "t2");
  CHECK(end_of(turn + other("s2", "a2", "system")) == "a2");
  CHECK(end_of(turn + user("u2", "a2",
                           R"([{"type":"text","text":"[Request interrupted by user]"}])")) == "u2");
  CHECK(end_of(turn + user("u2", "a2", R"("<local-command-stdout>x</local-command-stdout>")")) ==
        "u2");
  CHECK(end_of(turn + assistant("a3", "a2", "text", "null")) == "a3");
}

TEST_CASE("a turn that runs is left out") {
  const std::string prompt = turn + user("u2", "a2", R"("more")");
  CHECK(end_of(prompt) == "a2");
  const std::string begun = prompt + other("t2", "u2", "attachment");
  CHECK(end_of(begun) == "a2");
  const std::string called = begun + assistant("a3", "t2", "text", R"("tool_use")") +
                             assistant("a4", "a3", "tool_use", R"("tool_use")");
  CHECK(end_of(called) == "a2");
  CHECK(end_of(begun + assistant("a3", "t2", "text", R"("tool_use")")) == "a2");
  CHECK(end_of(called + user("r3", "a4", R"([{"type":"tool_result"}])") +
               user("m3", "r3", R"("[Image]")", R"("isMeta":true,)")) == "a2");
  CHECK(end_of(called + assistant("h5", "a4", "thinking", R"("end_turn")")) == "a2");
  const std::string resumed = prompt + assistant("a3", "u2", "text", R"("max_tokens")") +
                              user("m3", "a3", R"("Resume directly")", R"("isMeta":true,)");
  CHECK(end_of(resumed) == "a2");
  const std::string caveat = user("m2", "a2", R"("<local-command-caveat>")", R"("isMeta":true,)");
  CHECK(end_of(turn + caveat + user("u3", "m2", R"("<command-name>/context</command-name>")") +
               other("s3", "u3", "system")) == "a2");
  const std::string first = user("u1", "", R"("go")") + other("t1", "u1", "attachment");
  CHECK(end_of(first).empty());
  CHECK(point_of(first).cwd == "/w");
  CHECK(end_of("").empty());
}

TEST_CASE("what came before a prompt is over, however it ended") {
  const std::string killed = user("u1", "", R"("go")") +
                             assistant("a1", "u1", "tool_use", R"("tool_use")") +
                             other("s1", "a1", "system") + user("u2", "s1", R"("more")");
  CHECK(end_of(killed) == "a1");
  const std::string failed =
      turn + user("u2", "a2", R"("more")") +
      link("e2", "u2",
           R"("type":"assistant","isApiErrorMessage":true,"message":{"model":"<synthetic>",
              "content":[{"type":"text"}],"stop_reason":"stop_sequence"})");
  CHECK(end_of(failed) == "e2");
}

TEST_CASE("the branch that was written last is the conversation") {
  const std::string branched = turn + user("b1", "a2", R"("one way")") +
                               assistant("b2", "b1", "text", R"("end_turn")") +
                               user("c1", "a2", R"("another")");
  CHECK(end_of(branched) == "a2");
  const std::string aside =
      R"({"uuid":"x","parentUuid":"a2","isSidechain":true,"type":"assistant"})";
  CHECK(end_of(turn + aside + "\n") == "a2");
}

TEST_CASE("a last line that is cut off, or garbage, is as if it were not there") {
  const std::string cut = assistant("a3", "a2", "text", R"("end_turn")");
  for (std::size_t less = 2; less < cut.size(); less += 7)
    CHECK(end_of(turn + cut.substr(0, cut.size() - less)) == "a2");
  std::string whole = turn + assistant("a3", "a2", "text", R"("end_turn")");
  whole.pop_back();
  CHECK(end_of(whole) == "a3");
  CHECK(end_of(turn + "]\n\"parentUuid\"\n{\"parentUuid\":1}\n") == "a2");
}

TEST_CASE("a compacted conversation ends with what the compaction has left") {
  const std::string boundary =
      turn + link("c0", "", R"("type":"system","subtype":"compact_boundary")") +
      user("c1", "c0", R"("This session is being continued")", R"("isCompactSummary":true,)");
  CHECK(end_of(boundary) == "c1");
  CHECK(end_of(boundary + user("c2", "c1", R"("<command-name>/compact</command-name>")") +
               user("c3", "c2", R"("<local-command-stdout>Compacted</local-command-stdout>")") +
               other("t3", "c3", "attachment")) == "t3");
  CHECK(end_of(boundary + assistant("a2", "c1", "tool_use", R"("tool_use")")) == "c1");
  CHECK(compacted(boundary, "a2") == true);
  CHECK(compacted(boundary, "c1") == false);
  CHECK(compacted(boundary, "c0") == false);
  CHECK(compacted(turn, "a2") == false);
  CHECK(compacted(turn, "u1") == false);
  CHECK(compacted(turn, "zz").error().kind == ErrorKind::conversation_lost);
  const std::string told = turn + user("u2", "a2", R"("what is \"compact_boundary\"?")");
  CHECK(compacted(told, "a2") == false);
}
