#include "executor/caller/newest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "executor/caller/past.h"
#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::executor;

namespace {

const std::string one = "aaaaaaaa-1111-4111-8111-111111111111";
const std::string two = "bbbbbbbb-2222-4222-8222-222222222222";
const std::string three = "cccccccc-3333-4333-8333-333333333333";

/// A home with a project in it, and files of agents that are written one after the other.
class Home {
 public:
  Home() { std::filesystem::create_directories(project()); }
  std::string project() const { return files.path("w.x/app"); }
  /// Each is written later than the one before.
  void write(const std::string& name, const std::string& text) {
    files.write(name, text);
    set_time(files.path(name));
  }
  void set_time(const std::string& path) {
    const timespec when[2] = {{.tv_sec = ++now_, .tv_nsec = 0}, {.tv_sec = now_, .tv_nsec = 0}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), when, AT_SYMLINK_NOFOLLOW) == 0);
  }
  std::string newest(CallingAgent agent, const std::string& cwd) const {
    const auto found = newest_session(agent, environment(), cwd);
    return found ? *found : found.error().message;
  }
  std::string newest(CallingAgent agent) const { return newest(agent, project()); }
  std::vector<std::string> environment() const { return {"HOME=" + files.path()}; }

  test::TemporaryFolder files;

 private:
  time_t now_ = 1'000'000'000;
};

std::string folder_of(const std::string& project) {
  std::string out = project;
  for (char& each : out)
    if (std::isalnum(static_cast<unsigned char>(each)) == 0) each = '-';
  return ".claude/projects/" + out + "/";
}

std::string of_claude(const std::string& cwd) {
  return R"({"type":"summary"})"
         "\n"
         R"({"type":"user","uuid":"u","cwd":")" +
         cwd + "\"}\nbroken\n";
}

std::string of_codex(const std::string& id, const std::string& cwd, const std::string& more = "") {
  return R"({"type":"session_meta","payload":{"id":")" + id + R"(","cwd":")" + cwd + "\"" + more +
         "}}\n";
}

std::string rollout(const std::string& day, const std::string& id) {
  return ".codex/sessions/2026/11/" + day + "/rollout-2026-11-" + day + "T10-00-00-" + id +
         ".jsonl";
}

std::string of_gemini(const std::string& id, const std::string& kind = "main") {
  return R"({"sessionId":")" + id + R"(","projectHash":"x","kind":")" + kind + "\"}\n";
}

}  // namespace

TEST_CASE("newest session: of Claude Code, in the directory itself") {
  Home home;
  const std::string folder = folder_of(home.project());
  CHECK(home.newest(CallingAgent::claude) ==
        "Claude Code has no session of yours for " + home.project());
  home.write(folder + one + ".jsonl", of_claude(home.project()));
  home.write(folder + two + ".jsonl", of_claude(home.project()));
  CHECK(home.newest(CallingAgent::claude) == two);
  home.set_time(home.files.path(folder + one + ".jsonl"));
  CHECK(home.newest(CallingAgent::claude) == one);
  // Another project's folder may have the same name; others are no conversations.
  home.write(folder + three + ".jsonl", of_claude(home.files.path("w-x/app")));
  home.write(folder + "agent-1.jsonl", of_claude(home.project()));
  home.write(folder + three + ".json", of_claude(home.project()));
  CHECK(home.newest(CallingAgent::claude) == one);
}

TEST_CASE("newest session: of Codex, of a person's, by when it was written") {
  Home home;
  CHECK(home.newest(CallingAgent::codex) == "Codex has no session of yours for " + home.project());
  home.write(rollout("02", two), of_codex(two, home.project(), R"(,"thread_source":"user")"));
  home.write(rollout("01", one), of_codex(one, home.project()));
  home.write(rollout("03", three), of_codex(three, "/elsewhere"));
  home.write(rollout("04", three),
             of_codex(three, home.project(), R"(,"thread_source":"thread_title")"));
  home.write(rollout("05", three), "broken\n");
  home.write(rollout("06", three), "");
  CHECK(home.newest(CallingAgent::codex) == one);
}

TEST_CASE("newest session: of Gemini CLI, in the folder that names the project") {
  Home home;
  CHECK(home.newest(CallingAgent::gemini) ==
        "Gemini CLI has no session of yours for " + home.project());
  home.write(".gemini/tmp/app/.project_root", home.project());
  home.write(".gemini/tmp/app/chats/session-2026-11-29T12-44-aaaaaaaa.jsonl", of_gemini(one));
  home.write(".gemini/tmp/app/chats/session-2026-11-28T12-44-bbbbbbbb.json",
             R"({"sessionId":")" + two + R"(","messages":[]})");
  CHECK(home.newest(CallingAgent::gemini) == two);
  home.write(".gemini/tmp/app/chats/session-2026-11-29T12-45-cccccccc.jsonl",
             of_gemini(three, "subagent"));
  home.write(".gemini/tmp/app/chats/session-2026-11-29T12-46-cccccccc.jsonl", "broken\n");
  home.write(".gemini/tmp/app-1/.project_root", home.project() + "-1");
  home.write(".gemini/tmp/app-1/chats/session-2026-11-29T12-47-cccccccc.jsonl", of_gemini(three));
  CHECK(home.newest(CallingAgent::gemini) == two);
}

TEST_CASE("newest session: a directory may be named by a link, a session may not be one") {
  Home home;
  std::filesystem::create_directory_symlink(home.project(), home.files.path("link"));
  home.write(".gemini/tmp/app/.project_root", home.project());
  home.write(".gemini/tmp/app/chats/session-2026-11-29T12-44-aaaaaaaa.jsonl", of_gemini(one));
  CHECK(home.newest(CallingAgent::gemini, home.files.path("link")) == one);
  home.write("elsewhere.jsonl", of_gemini(two));
  const std::string link =
      home.files.path(".gemini/tmp/app/chats/session-2026-11-29T12-45-bbbbbbbb.jsonl");
  std::filesystem::create_symlink(home.files.path("elsewhere.jsonl"), link);
  home.set_time(link);
  CHECK(home.newest(CallingAgent::gemini) == one);
  // Nor a folder on the way.
  std::filesystem::rename(home.files.path(".gemini/tmp/app"), home.files.path("app"));
  std::filesystem::create_directory_symlink(home.files.path("app"),
                                            home.files.path(".gemini/tmp/app"));
  CHECK(home.newest(CallingAgent::gemini) ==
        "Gemini CLI has no session of yours for " + home.project());
}

TEST_CASE("newest session: OpenCode's are not read, and why is said") {
  const Home home;
  CHECK(home.newest(CallingAgent::opencode) ==
        "OpenCode keeps its sessions in a database, which tine does not read");
}
