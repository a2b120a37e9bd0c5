#pragma once
// A question of a backend's that is put to the client as a choice of answers.
//
// A coroutine on the loop's thread; the client outlives it.

#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/client.h"
#include "transport/cancel.h"

namespace tine::executor {

/// What can be chosen, and the answer that it stands for.
struct Choice {
  v1::PermissionOption option;
  std::string answer;
};

Choice choice(std::string_view id, std::string_view name, v1::PermissionOption::Kind kind,
              std::string answer);

/// The answer to the choice that the person makes; empty when they make none.
transport::Task<std::string> let_choose(v1::Client& client, transport::CancelSource cancel,
                                        std::string session, v1::ToolCall subject,
                                        std::vector<Choice> choices);

}  // namespace tine::executor
