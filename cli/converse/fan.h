#pragma once
// Several forks of one session, each with a prompt of its own, at the same time. The service has
// the first of them warm the provider's cache for the others.
//
// A value and a plain function.

#include <string>
#include <vector>

#include "cli/converse/session_choice.h"
#include "cli/converse/turn.h"
#include "cli/program.h"

namespace tine::cli {

struct Fan {
  ForkOrigin from;
  ForkChoice choice;
  std::vector<std::string> prompts;
  TurnWish turn;      ///< but for the prompt
  bool pick = false;  ///< a person chooses one; the others are deleted
};

/// Forks, prompts, and tells of all; gives the exit code: that of the first fork that failed.
int run_fan(Program& program, Fan fan);

}  // namespace tine::cli
