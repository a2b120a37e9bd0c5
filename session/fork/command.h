#pragma once
// The command /tine-fork: what a person writes behind it, and what they are answered.
//
//     /tine-fork                    after the last turn, as configured
//     /tine-fork @3                 after turn 3
//     /tine-fork @3 claude          … on that backend
//     /tine-fork?  /tine-fork? @3   what would be done
//
// Plain functions.

#include <string>
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

/// Tells of a fork, and how to open it in the client that the person has before them.
std::string fork_text(const SessionService::Forked& forked, const v1::Client* client);
/// Tells what a fork would be.
std::string plan_text(const ForkPlan& plan, std::string_view backend);

}  // namespace tine::session
