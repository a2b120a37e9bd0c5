#include "cli/verbs/session/events.h"

#include "base/ulid.h"
#include "base/visible.h"
#include "cli/columns.h"
#include "cli/verbs/session/words.h"
#include "protocol/v1/update.h"
#include "session/record/conclusion.h"
#include "session/record/data.h"

namespace tine::cli {
namespace {

namespace record_type = session::record_type;

/// Columns of a prompt that are shown.
constexpr std::size_t prompt_columns = 100;

std::string number(json::View data) { return std::string(data.find("turn").raw()); }

std::string prompt_text(json::View data) {
  std::string text;
  for (const json::View block : data.find("content").elements()) {
    if (!text.empty()) text += " ";
    text += block.find("type").equals("text") ? json::text_in(block, "text")
                                              : "(" + json::text_in(block, "uri") + ")";
  }
  return fitted(visible_line(text), prompt_columns);
}

std::string question(json::View data) {
  const json::View params = data.find("params");
  const std::string method = json::text_in(data, "method");
  std::string about = json::text_in(params.find("toolCall"), "title");
  for (const char* name : {"path", "command", "message", "terminalId"}) {
    if (about.empty()) about = json::text_in(params, name);
  }
  return "question " + std::string(data.find("id").raw()) + ": " + method +
         (about.empty() ? "" : ": " + about);
}

/// The decision, and the rule that made it.
std::string answer(json::View data) {
  const std::string begin = "answer " + std::string(data.find("id").raw()) + ": ";
  if (const json::View error = data.find("error"); error.exists())
    return begin + "refused: " + json::text_in(error, "message");
  const json::View result = data.find("result");
  const json::View decided = result.find("_meta").find("tine").find("permission");
  if (decided.is_object()) {
    const std::string rule = json::text_in(decided, "rule");
    return begin + json::text_in(decided, "verdict") + " (" + json::text_in(decided, "origin") +
           (rule.empty() ? "" : " " + rule) + ")";
  }
  const json::View outcome = result.find("outcome");
  const std::string option = json::text_in(outcome, "optionId");
  if (!option.empty()) return begin + option;
  const std::string how = json::text_in(outcome, "outcome");
  const std::string action = json::text_in(result, "action");
  return begin + (!how.empty() ? how : !action.empty() ? action : "given");
}

std::string turn_end(json::View data) {
  std::string text = "turn " + number(data) + " ended: " + json::text_in(data, "stop");
  const executor::Tokens tokens = session::tokens_from(data.find("usage").find("tokens"));
  if (!tokens.unknown()) text += "; tokens: " + short_tokens(tokens);
  return text;
}

}  // namespace

std::string Events::take(const session::store::Line& line) {
  std::string event = event_of(line);
  if (event.empty()) return event;
  const auto time = wall_ms_of(line.time);
  return (time ? local_time(*time) : std::string(line.time)) + "  " + visible_line(event);
}

std::string Events::event_of(const session::store::Line& line) {
  const json::View data = line.data;
  if (line.type == record_type::update) return update(data);
  if (line.type == record_type::prompt) {
    titles_.clear();
    ends_.clear();
    return "turn " + number(data) + ": " + prompt_text(data);
  }
  if (line.type == record_type::turn_end || line.type == record_type::turn_aborted) {
    return line.type == record_type::turn_end
               ? turn_end(data)
               : "turn " + number(data) + " was cut short: " + json::text_in(data, "reason");
  }
  if (line.type == record_type::question) return question(data);
  if (line.type == record_type::answer) return answer(data);
  if (line.type == record_type::error) return "failed: " + json::text_in(data, "message");
  if (line.type == record_type::backend) {
    return "goes on with " + json::text_in(data, "backend") + " (" + json::text_in(data, "reason") +
           ")";
  }
  if (line.type == record_type::conclusion)
    return "concluded; the summary is in " + json::text_in(data, "file");
  if (line.type == record_type::fork) {
    const std::string parent = json::text_in(data, "parent");
    const std::string adopted = json::text_in(data, "adopted");
    return "forked from " + (parent.empty() ? adopted : parent);
  }
  return {};
}

std::string Events::update(json::View data) {
  switch (v1::classify(data)) {
    case v1::UpdateKind::tool_call:
    case v1::UpdateKind::tool_call_update:
      return tool_call(data);
    case v1::UpdateKind::notice: {
      const std::string more = json::text_in(data, "description");
      return json::text_in(data, "severity") + ": " + json::text_in(data, "title") +
             (more.empty() ? "" : ": " + more);
    }
    case v1::UpdateKind::compaction_update:
      return "compaction: " + json::text_in(data, "status");
    case v1::UpdateKind::current_mode_update:
      return "mode: " + json::text_in(data, "currentModeId");
    default:
      return {};
  }
}

/// Once as it begins, and once as it ends.
std::string Events::tool_call(json::View data) {
  const std::string id = json::text_in(data, "toolCallId");
  const auto [title, is_new] = titles_.try_emplace(id, "tool call");
  if (auto told = data.find("title").string()) title->second = std::move(*told);
  const std::string status = json::text_in(data, "status");
  const bool has_ended = status == "completed" || status == "failed";
  if (has_ended) {
    std::string& end = ends_[id];
    if (end == status) return {};
    end = status;
    return "tool call " + status + ": " + title->second;
  }
  return is_new ? "tool call: " + title->second : std::string();
}

}  // namespace tine::cli
