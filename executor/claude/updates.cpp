#include "executor/claude/updates.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json/document.h"
#include "executor/broken_off.h"
#include "executor/claude/errors.h"
#include "executor/claude/tools.h"
#include "executor/tool_parts.h"
#include "protocol/v1/build_update.h"

namespace tine::executor::claude {
namespace {

constexpr std::string_view synthetic_model = "<synthetic>";

bool is_of_subagent(json::View line) { return line.find("parent_tool_use_id").is_string(); }

/// What they do is seen in the plan.
bool only_changes_plan(std::string_view tool) {
  static constexpr std::array tools = {"TodoWrite", "TaskCreate", "TaskUpdate", "TaskList",
                                       "TaskGet"};
  for (const std::string_view each : tools)
    if (each == tool) return true;
  return false;
}

std::string parent_meta(std::string_view parent) {
  if (parent.empty()) return {};
  json::Document meta;
  meta["tine"]["parentToolCallId"] = parent;
  return json::text_of(meta);
}

}  // namespace

void Updates::hear(json::View line) {
  static constexpr std::array kinds = {
      Kind{"stream_event", &Updates::stream_event}, Kind{"assistant", &Updates::assistant},
      Kind{"user", &Updates::user}, Kind{"system", &Updates::system}};
  const json::View type = line.find("type");
  for (const Kind& each : kinds) {
    if (!type.equals(each.name)) continue;
    (this->*each.take)(line);
    return;
  }
}

void Updates::say(v1::UpdateKind kind, std::string_view text, const std::string& id) {
  if (!text.empty()) sink_(v1::text_chunk(kind, text, id));
}

// --- as it is streamed
// ------------------------------------------------------------------------------------

void Updates::stream_event(json::View line) {
  if (is_of_subagent(line)) return;
  const json::View event = line.find("event");
  const json::View type = event.find("type");
  if (type.equals("content_block_delta")) {
    continue_block(event);
  } else if (type.equals("content_block_start")) {
    begin_block(event);
  } else if (type.equals("message_start")) {
    begin_message(event.find("message"));
  }
}

void Updates::begin_message(json::View message) {
  // One that is not over by then was broken off, and is told again from its beginning.
  abandon_message();
  message_ = text_in(message, "id");
}

void Updates::begin_block(json::View event) {
  const std::int64_t index = event.find("index").integer().value_or(0);
  const json::View content = event.find("content_block");
  Block block;
  block.id = message_ + ":" + std::to_string(index);
  const json::View type = content.find("type");
  if (type.equals("text")) block.kind = v1::UpdateKind::agent_message_chunk;
  if (type.equals("thinking")) block.kind = v1::UpdateKind::agent_thought_chunk;
  if (type.equals("tool_use") && !only_changes_plan(text_in(content, "name"))) {
    v1::ToolCall begun = tool_call_of(content, cwd_);
    begun.status = v1::ToolStatus::pending;
    calls_.insert(begun.id);
    sink_(v1::tool_call(begun));
  }
  blocks_[index] = std::move(block);
}

void Updates::continue_block(json::View event) {
  const auto found = blocks_.find(event.find("index").integer().value_or(0));
  if (found == blocks_.end() || found->second.kind == v1::UpdateKind::other) return;
  const json::View delta = event.find("delta");
  const bool text = found->second.kind == v1::UpdateKind::agent_message_chunk;
  const std::string piece = text_in(delta, text ? "text" : "thinking");
  if (piece.empty()) return;
  found->second.said = true;
  say(found->second.kind, piece, found->second.id);
}

void Updates::abandon_message() {
  for (const auto& [index, block] : std::exchange(blocks_, {})) {
    if (block.said && block.kind == v1::UpdateKind::agent_message_chunk)
      sink_(broken_off(block.id));
  }
}

// --- what is whole
// ------------------------------------------------------------------------------------

void Updates::assistant(json::View line) {
  const json::View message = line.find("message");
  if (message.find("model").equals(synthetic_model)) {
    // An error is told by the result, too.
    for (const json::View each : message.find("content").elements())
      synthetic_ += text_in(each, "text");
    return;
  }
  for (const json::View each : message.find("content").elements()) whole_block(line, each);
}

void Updates::whole_block(json::View line, json::View block) {
  const json::View type = block.find("type");
  if (type.equals("tool_use")) {
    if (!is_of_subagent(line)) plan_.called(block);
    call(block, text_in(line, "parent_tool_use_id"));
  } else if (!is_of_subagent(line)) {
    whole_text(line.find("message"), block);
  }
}

/// A text or a thought: what was streamed has been said.
void Updates::whole_text(json::View message, json::View block) {
  const bool thought = block.find("type").equals("thinking");
  if (!thought && !block.find("type").equals("text")) return;
  const v1::UpdateKind kind =
      thought ? v1::UpdateKind::agent_thought_chunk : v1::UpdateKind::agent_message_chunk;
  const std::string id = text_in(message, "id");
  if (id == message_) {
    for (auto each = blocks_.begin(); each != blocks_.end(); ++each) {
      if (each->second.kind != kind) continue;
      const bool said = each->second.said;
      blocks_.erase(each);
      if (said) return;
      break;
    }
  } else {
    abandon_message();
    message_ = id;
  }
  const std::string own = id + ":whole-" + std::to_string(++unstreamed_[id]);
  say(kind, text_in(block, thought ? "thinking" : "text"), own);
}

void Updates::call(json::View block, std::string_view parent) {
  const std::string id = text_in(block, "id");
  if (parent.empty() && only_changes_plan(text_in(block, "name"))) {
    hidden_.insert(id);
    return;
  }
  v1::ToolCall whole = tool_call_of(block, cwd_);
  whole.meta = parent_meta(parent);
  const bool known = !calls_.insert(id).second;
  sink_(known ? v1::tool_call_update(whole) : v1::tool_call(whole));
}

void Updates::user(json::View line) {
  // A text belongs to no tool: it is Claude Code's summary of the past, or repeats a part of it.
  for (const json::View each : line.find("message").find("content").elements())
    if (each.find("type").equals("tool_result")) returned(line, each);
}

void Updates::returned(json::View line, json::View block) {
  const std::string id = text_in(block, "tool_use_id");
  const json::View own_form = line.find("tool_use_result");
  if (!is_of_subagent(line)) {
    if (const auto entries = plan_.returned(block, own_form)) sink_(v1::plan(*entries));
  }
  if (hidden_.erase(id) > 0) return;
  v1::ToolCall change = tool_result_of(block, own_form);
  change.meta = parent_meta(text_in(line, "parent_tool_use_id"));
  calls_.erase(id);
  // It goes on in the background, and is told of when it ends.
  if (own_form.find("status").equals("async_launched")) {
    change.status = v1::ToolStatus::in_progress;
    left_.insert(id);
  }
  sink_(v1::tool_call_update(change));
}

void Updates::end_turn(json::View result) {
  abandon_message();
  unstreamed_.clear();
  if (!compaction_.empty())
    sink_(v1::compaction_update(std::exchange(compaction_, {}), v1::CompactionStatus::cancelled));
  const std::string said = std::exchange(synthetic_, {});
  const bool failed = result.find("is_error").boolean().value_or(false);
  if (said.empty() || (failed && !is_stop_of_model(result))) return;
  say(v1::UpdateKind::agent_message_chunk, said, "said-" + text_in(result, "uuid"));
}

void Updates::break_off() {
  blocks_.clear();
  synthetic_.clear();
  calls_.clear();
  left_.clear();
  hidden_.clear();
  if (!compaction_.empty())
    sink_(v1::compaction_update(std::exchange(compaction_, {}), v1::CompactionStatus::failed));
}

// --- what the CLI tells of itself
// ------------------------------------------------------------------------------------

void Updates::system(json::View line) {
  const json::View subtype = line.find("subtype");
  if (subtype.equals("status")) {
    status(line);
  } else if (subtype.equals("compact_boundary")) {
    if (compaction_.empty()) compaction_ = "compaction-" + std::to_string(++compactions_);
    sink_(v1::compaction_update(std::exchange(compaction_, {}), v1::CompactionStatus::completed));
  } else if (subtype.equals("api_retry")) {
    retry(line);
  } else if (subtype.equals("informational")) {
    sink_(v1::notice(v1::Severity::info, text_in(line, "content")));
  } else if (subtype.equals("task_notification")) {
    task_ended(line);
  } else if (!subtype.equals("thinking_tokens")) {
    log_.debug("claude tells of " + text_in(line, "subtype"));
  }
}

void Updates::status(json::View line) {
  if (line.find("status").equals("compacting")) {
    compaction_ = "compaction-" + std::to_string(++compactions_);
    sink_(v1::compaction_update(compaction_, v1::CompactionStatus::in_progress));
    return;
  }
  const json::View outcome = line.find("compact_result");
  // A good one is followed by its boundary.
  if (!outcome.is_string() || outcome.equals("success") || compaction_.empty()) return;
  sink_(v1::compaction_update(std::exchange(compaction_, {}), v1::CompactionStatus::failed, {},
                              text_in(line, "compact_error")));
}

void Updates::retry(json::View line) {
  abandon_message();
  std::string what = "The service does not answer (" + text_in(line, "error");
  if (const auto code = line.find("error_status").integer()) what += ", " + std::to_string(*code);
  what += "); trying again";
  std::string how = "Attempt " + std::string(line.find("attempt").raw()) + " of " +
                    std::string(line.find("max_retries").raw());
  if (const auto delay = line.find("retry_delay_ms").integer())
    how += ", in " + std::to_string((*delay + 999) / 1000) + " s";
  sink_(v1::notice(v1::Severity::warning, what, how));
}

void Updates::task_ended(json::View line) {
  const std::string id = text_in(line, "tool_use_id");
  if (left_.erase(id) == 0) return;  // else its result tells it
  v1::ToolCall change;
  change.id = id;
  change.status =
      line.find("status").equals("completed") ? v1::ToolStatus::completed : v1::ToolStatus::failed;
  if (const std::string summary = text_in(line, "summary"); !summary.empty())
    change.content = {text_content(summary)};
  sink_(v1::tool_call_update(change));
}

}  // namespace tine::executor::claude
