#pragma once
// How git is asked about a directory: which program, with which options and environment, for how
// long. For the sources that ask it; what they ask is in git.h and git_log.h.
//
// The repository is not trusted, as it is what the agent works on: its configuration, its
// attributes and its submodules are kept from starting anything, and nothing is fetched. Plain
// functions on the loop's thread; git runs beside it.

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "session/limits.h"
#include "transport/loop.h"

namespace tine::session::git {

using Words = std::vector<std::string>;

/// How git is asked about one directory.
struct Git {
  std::string program;
  Words environment;
  std::string cwd;
  std::chrono::steady_clock::time_point deadline;
};

/// None where there is nothing to ask, or no git.
std::optional<Git> git_for(const Env& env, const std::string& cwd, transport::Milliseconds time);

Words command(const Git& git);
/// The command with these words behind it.
Words command(const Git& git, std::initializer_list<std::string_view> words);

struct Answer {
  std::string text;
  bool cut = false;
  int exit_code = 0;  // of one that was not cut
};

/// What is said to git, and how much of its answer is read.
struct Talk {
  std::string input;  ///< shorter than what a pipe holds
  std::size_t most = limits::git_output;
};

/// None when git does not answer in time, or ends by a signal.
transport::Task<std::optional<Answer>> ask(transport::Loop& loop, Git git, Words words,
                                           Talk talk = {});

/// Cuts the next line off.
std::string_view take_line(std::string_view& text);

/// Git could not do that, in words.
Failure no_answer(std::string_view doing);

}  // namespace tine::session::git
