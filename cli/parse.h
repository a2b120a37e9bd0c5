#pragma once
// The command line, read: which verb is meant and what is said to it.
//
// A value; reading has no effect but the help that it gives back as text.

#include <string>
#include <variant>

#include "cli/options.h"
#include "cli/verb.h"

namespace tine::cli {

struct CommandLine {
  Common common;
  Run run;  ///< empty: no verb was named
};

/// What to print instead of doing something, and the exit code that goes with it.
struct Notice {
  std::string text;
  int exit_code = 0;
};

std::variant<CommandLine, Notice> parse_command_line(int argc, char** argv);

}  // namespace tine::cli
