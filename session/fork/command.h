#pragma once
// What a person writes behind /tine-fork: a point, a backend, or the wish to see the plan alone.
//
//     /tine-fork                    after the last turn, as configured
//     /tine-fork @3                 after turn 3
//     /tine-fork @3 claude          … on that backend
//     /tine-fork?  /tine-fork? @3   what would be done
//
// A plain function.

#include <string_view>

#include "session/service.h"

namespace tine::session {

struct ForkCommand {
  SessionService::ForkWish wish;
  bool is_question = false;  ///< only the plan is wanted
};

/// The line of a prompt whose first word is /tine-fork or /tine-fork?. A failure says what is
/// wrong.
Result<ForkCommand> parse_fork_command(std::string_view line, const Backends& backends);

}  // namespace tine::session
