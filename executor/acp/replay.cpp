#include "executor/acp/replay.h"

#include <algorithm>
#include <cctype>

#include "executor/acp/limits.h"

namespace tine::executor::acp {
namespace {

/// Letters and digits alone: agents set blanks and marks anew.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) out += c;
  return out;
}

/// The end of a text, which is long enough to know it by.
std::string end_of(std::string_view answer) {
  std::string end = plain(answer);
  if (end.size() > limits::compared_answer) end.erase(0, end.size() - limits::compared_answer);
  return end;
}

}  // namespace

void Replay::hear(v1::UpdateKind kind, json::View update) {
  if (kind == v1::UpdateKind::user_message_chunk) {
    std::string id = json::text_in(update, "messageId");
    if (!in_prompt_ || id != prompt_) ++prompts_;
    in_prompt_ = true;
    prompt_ = std::move(id);
    return;
  }
  if (kind == v1::UpdateKind::agent_message_chunk) {
    answers_ += json::text_in(update.find("content"), "text");
    const std::size_t most = 2 * limits::replayed_text;
    if (answers_.size() > most) answers_.erase(0, answers_.size() - limits::replayed_text);
  }
  const bool is_message = kind == v1::UpdateKind::agent_message_chunk ||
                          kind == v1::UpdateKind::agent_thought_chunk ||
                          kind == v1::UpdateKind::tool_call;
  if (is_message) in_prompt_ = false;
}

std::string Replay::gap(const std::vector<PastTurn>& past, Redactor& redactor) const {
  if (!any()) return {};
  if (prompts_ < past.size()) {
    return "It has told of " + std::to_string(prompts_) + " prompts; the transcript has " +
           std::to_string(past.size()) + ".";
  }
  const std::string last = past.empty() ? std::string() : end_of(past.back().answer);
  const std::string told = plain(redactor.redacted(answers_));
  if (told.find(last) == std::string::npos)
    return "The last answer of the transcript is not in what it has told.";
  return {};
}

}  // namespace tine::executor::acp
