#pragma once
// What a verb is sent for: one prompt, in a session that it begins, resumes or forks.
//
// A value and a plain function.

#include <string>

#include "cli/converse/session_choice.h"
#include "cli/converse/turn.h"
#include "cli/program.h"

namespace tine::cli {

struct Errand {
  SessionWish session;
  TurnWish turn;
  ForkChoice fork;
  std::string cwd;    ///< empty: the current directory
  std::string mode;   ///< empty: that of the session stays
  std::string model;  ///< empty: that of the session stays
};

/// Which session, and how it is set up.
void add_opening_options(Options& options, Errand& errand);

/// Does it; gives the exit code.
int run_errand(Program& program, Errand errand);

}  // namespace tine::cli
