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
  v1::PermissionOption option;  ///< its id is given when it is put
  std::string answer;
};

/// `description` says what exactly is allowed where the name does not; empty: it does.
Choice choice(std::string_view name, v1::PermissionOption::Kind kind, std::string answer,
              std::string_view description = {});

/// What the person has decided.
struct Decision {
  std::string answer;      ///< to the choice that was made; empty: none was
  std::string meta;        ///< JSON that the client has put beside it, or empty
  bool cancelled = false;  ///< the client says that the whole turn is
};

/// Puts the question. Of each kind the narrowest choice comes first: a client may be offered no
/// other. `subject` has all content of its tool call, which the question may replace.
transport::Task<Decision> let_choose(v1::Client& client, transport::CancelSource cancel,
                                     std::string session, v1::ToolCall subject,
                                     std::vector<Choice> choices);

}  // namespace tine::executor
