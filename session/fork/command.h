#pragma once
// The command /tine-fork: what a person writes behind it, and what they are answered.
//
//     /tine-fork                    after the last turn, as configured
//     /tine-fork @3                 after turn 3
//     /tine-fork @3 claude          … on that backend
//     /tine-fork use a queue        … with that as the fork's first prompt
//     /tine-fork?  /tine-fork? @3   what would be done
//
// Plain functions.

#include <string>
#include <string_view>
#include <vector>

#include "session/service.h"

namespace tine::session {

struct ForkCommand {
  SessionService::ForkWish wish;
  bool is_question = false;                    ///< only the plan is wanted
  std::vector<v1::ContentBlock> first_prompt;  ///< of the fork; empty: it waits for one
};

/// A prompt whose first word is /tine-fork or /tine-fork?. What stands behind the point and the
/// backend is the fork's first prompt, with all that is attached. A failure says what is wrong.
Result<ForkCommand> parse_fork_command(std::vector<v1::ContentBlock> prompt,
                                       const Backends& backends);

/// Tells of a fork, and how to open it in the client that the person has before them. `works`: on
/// its first prompt.
std::string fork_text(const SessionService::Forked& forked, const v1::Client* client, bool works);
/// Tells what a fork would be.
std::string plan_text(const ForkPlan& plan, std::string_view backend);

}  // namespace tine::session
