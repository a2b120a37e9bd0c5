#pragma once
// What Codex asks a person in the course of a turn, put to the client; each question is answered,
// by the person or else in their stead: no, and nothing is left open.
//
// Coroutines on the loop's thread; the client outlives them. Each ends soon after its cancel.

#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/client.h"
#include "transport/rpc_peer.h"

namespace tine::executor::codex {

struct Question {
  std::string method;
  std::string params;   ///< JSON
  std::string session;  ///< ours
  /// The tool call that it belongs to, when the question itself does not say.
  std::string tool_call;
  /// Of the item that it is about, as it was told before: a question about a change of files does
  /// not repeat it.
  std::vector<v1::ToolContent> content;
};

/// Whether there is an answer to it that is more than a refusal.
bool is_known_question(std::string_view method);

/// The JSON of the answer.
transport::Task<std::string> put(Question question, v1::Client& client,
                                 transport::CancelSource cancel);

/// Answers it with the least that Codex takes for a no.
void refuse(std::string_view method, transport::Replier replier);

}  // namespace tine::executor::codex
