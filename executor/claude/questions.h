#pragma once
// What Claude Code asks a person in the course of a turn, put to the client: leave to use a tool,
// the model's own questions, the plan that it wants to begin with. Each question is answered, by
// the person or else in their stead: no.
//
// A coroutine on the loop's thread; the client outlives it. It ends soon after its cancel.

#include <string>
#include <string_view>

#include "base/json/view.h"
#include "protocol/v1/client.h"
#include "transport/cancel.h"

namespace tine::executor::claude {

struct Question {
  std::string request;  ///< JSON of the control request
  std::string session;  ///< ours
  std::string cwd;
};

/// Whether there is an answer to it that is more than a refusal.
bool is_known_question(json::View request);

/// The JSON of the answer.
transport::Task<std::string> put(Question question, v1::Client& client,
                                 transport::CancelSource cancel);

}  // namespace tine::executor::claude
