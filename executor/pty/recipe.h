#pragma once
// How a program forks a conversation in its terminal, as data: how it is started, where it writes
// the fork down and how that is known to be whole, and how it is told to leave. Nothing else is
// ever said to it but what its user has allowed. Any other question that it shows stays unanswered:
// its person has to answer it, in a terminal of their own.
//
// Values.

#include <string>
#include <vector>

#include "executor/pty/limits.h"

namespace tine::executor::pty {

using limits::Patience;

/// The file in which the program writes down the fork.
struct Trace {
  std::string folder;  ///< it lies below this one
  /// Its name, in a folder directly below. Empty: the file is one that the program has open.
  std::string name;
  /// Members of a line of JSON, by their path ("payload.type"), and what stands in each. A line
  /// with all of them says that the fork is there and whole.
  struct Member {
    std::string path;
    std::string text;
  };
  std::vector<Member> line;
  std::string id;  ///< the path of the member of that line which names the fork
};

struct Recipe {
  std::string name;  ///< for a person: "codex fork"
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< NAME=value, the whole of it, but for the terminal's
  std::string cwd;
  std::string guardian;
  std::string parent;  ///< the conversation that is forked
  /// What is typed when the terminal shows that, and again if it still does. Never while it may
  /// show a question of trust or permission.
  struct Answer {
    std::string shown;
    std::string keys;
  };
  std::vector<Answer> answers;
  Trace trace;
  std::string leave;  ///< what is typed to end it, again until it has ended
  Patience patience;
};

}  // namespace tine::executor::pty
