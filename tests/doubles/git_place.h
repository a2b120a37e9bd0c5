#pragma once
// A folder to make git repositories in, with a home of its own, and the world that
// git_snapshot() sees there.

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "session/git.h"
#include "tests/doubles/peers.h"
#include "tests/doubles/still_clock.h"
#include "tests/doubles/temporary_folder.h"

namespace tine::test {

inline void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline void write_program(const std::string& path, const std::string& script) {
  write(path, "#!/bin/sh\n" + script);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

class Surroundings final : public StillClock {
 public:
  std::optional<std::string> variable(std::string_view name) const override {
    const auto found = variables.find(std::string(name));
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }

  std::map<std::string, std::string> variables;
};

class GitPlace {
 public:
  GitPlace() {
    std::filesystem::create_directories(work);
    std::filesystem::create_directories(path("home"));
    const char* programs = std::getenv("PATH");
    env.variables["PATH"] = programs == nullptr ? "/usr/bin:/bin" : programs;
    env.variables["HOME"] = path("home");
  }

  std::string path(const std::string& name) const { return folder_.path(name); }

  /// Runs a script in the work folder, with nothing of the environment of the tests.
  bool shell(const std::string& script) {
    write(path("script"), "cd '" + work + "'\n" + script + "\n");
    const std::string command = "env -i PATH='" + env.variables["PATH"] + "' HOME='" +
                                path("home") + "' GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b" +
                                " GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b timeout 60 sh -e '" +
                                path("script") + "' > '" + path("output") + "' 2>&1 < /dev/null";
    const int status = std::system(command.c_str());
    UNSCOPED_INFO(read(path("output")));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
  bool has_git() { return shell("command -v git"); }
  /// One commit of one file, on the branch "main".
  bool commit_one() {
    return shell("git init -q -b main && echo one > file && git add file && git commit -q -m one");
  }
  std::string said() const {
    std::string text = read(path("output"));
    while (text.ends_with('\n')) text.pop_back();
    return text;
  }

  std::optional<session::GitSnapshot> snapshot() { return snapshot(work); }
  std::optional<session::GitSnapshot> snapshot(const std::string& cwd) {
    transport::Loop loop;
    std::optional<session::GitSnapshot> found;
    transport::test::run(loop, [&]() -> transport::Task<void> {
      found = co_await session::git_snapshot(loop, env, cwd);
    });
    return found;
  }

 private:
  TemporaryFolder folder_;

 public:
  Surroundings env;
  const std::string work = path("work");
};

}  // namespace tine::test

// The rest of such a test needs git.
#define NEED_GIT(place)                               \
  if (!(place).has_git()) {                           \
    WARN("git is not installed: nothing was tested"); \
    return;                                           \
  }
