#include "executor/codex/updates.h"

#include <array>
#include <utility>

#include "executor/broken_off.h"
#include "executor/codex/limits.h"
#include "executor/codex/tools.h"
#include "executor/tool_parts.h"
#include "protocol/v1/build_update.h"

namespace tine::executor::codex {
namespace {

v1::UpdateKind kind_of_message(json::View item) {
  if (item.find("type").equals("agentMessage") || item.find("type").equals("plan"))
    return v1::UpdateKind::agent_message_chunk;
  if (item.find("type").equals("reasoning")) return v1::UpdateKind::agent_thought_chunk;
  return v1::UpdateKind::other;
}

std::string joined(json::View texts) {
  std::string out;
  for (const json::View each : texts.elements())
    out.append(out.empty() ? "" : "\n\n").append(each.string().value_or(std::string()));
  return out;
}

}  // namespace

bool Updates::hear(std::string_view method, json::View params) {
  static constexpr std::array all = {
      Notification{"item/agentMessage/delta", &Updates::message_delta},
      Notification{"item/plan/delta", &Updates::message_delta},
      Notification{"item/reasoning/summaryTextDelta", &Updates::thought_delta},
      Notification{"item/reasoning/textDelta", &Updates::thought_delta},
      Notification{"item/reasoning/summaryPartAdded", &Updates::thought_part},
      Notification{"item/commandExecution/outputDelta", &Updates::command_output},
      Notification{"item/started", &Updates::item_started},
      Notification{"item/completed", &Updates::item_completed},
      Notification{"item/fileChange/patchUpdated", &Updates::patch_updated},
      Notification{"item/mcpToolCall/progress", &Updates::tool_progress},
      Notification{"turn/plan/updated", &Updates::plan_updated},
      Notification{"thread/name/updated", &Updates::renamed},
      Notification{"error", &Updates::error},
      Notification{"warning", &Updates::warning},
      Notification{"guardianWarning", &Updates::warning},
      Notification{"model/rerouted", &Updates::rerouted},
  };
  for (const Notification& each : all) {
    if (each.method != method) continue;
    (this->*each.take)(params);
    return true;
  }
  return false;
}

std::vector<v1::ToolContent> Updates::changes_of(const std::string& item) const {
  const auto found = changes_.find(item);
  return found == changes_.end() ? std::vector<v1::ToolContent>() : found->second;
}

std::string Updates::call_of_server(const std::string& name) const {
  const auto found = mcp_calls_.find(name);
  return found == mcp_calls_.end() ? std::string() : found->second;
}

// --- items
// ------------------------------------------------------------------------------------

void Updates::say(v1::UpdateKind kind, std::string_view text, const std::string& id) {
  if (!text.empty()) sink_(v1::text_chunk(kind, text, id));
}

void Updates::message_delta(json::View params) {
  const std::string id = text_in(params, "itemId");
  messages_[id] = v1::UpdateKind::agent_message_chunk;
  say(v1::UpdateKind::agent_message_chunk, text_in(params, "delta"), id);
}

void Updates::thought_delta(json::View params) {
  const std::string id = text_in(params, "itemId");
  messages_[id] = v1::UpdateKind::agent_thought_chunk;
  say(v1::UpdateKind::agent_thought_chunk, text_in(params, "delta"), id);
}

void Updates::thought_part(json::View params) {
  if (params.find("summaryIndex").integer().value_or(0) == 0) return;
  say(v1::UpdateKind::agent_thought_chunk, "\n\n", text_in(params, "itemId"));
}

void Updates::item_started(json::View params) {
  const json::View item = params.find("item");
  if (item.find("type").equals("contextCompaction")) {
    sink_(v1::compaction_update(text_in(item, "id"), v1::CompactionStatus::in_progress));
    return;
  }
  const auto call = tool_call_of(item);
  if (!call) return;
  if (item.find("type").equals("fileChange") && call->content) changes_[call->id] = *call->content;
  if (item.find("type").equals("commandExecution")) outputs_[call->id];
  if (item.find("type").equals("mcpToolCall")) mcp_calls_[text_in(item, "server")] = call->id;
  sink_(v1::tool_call(*call));
}

void Updates::item_completed(json::View params) {
  const json::View item = params.find("item");
  const std::string id = text_in(item, "id");
  if (item.find("type").equals("contextCompaction")) {
    sink_(v1::compaction_update(id, v1::CompactionStatus::completed));
    return;
  }
  if (const v1::UpdateKind kind = kind_of_message(item); kind != v1::UpdateKind::other) {
    // What was streamed has been said; some providers do not stream.
    if (messages_.erase(id) > 0) return;
    const bool thought = kind == v1::UpdateKind::agent_thought_chunk;
    say(kind, thought ? joined(item.find("summary")) : text_in(item, "text"), id);
    return;
  }
  const auto call = tool_call_of(item);
  if (!call) return;
  outputs_.erase(id);
  changes_.erase(id);
  sink_(v1::tool_call_update(*call));
}

void Updates::command_output(json::View params) {
  const std::string id = text_in(params, "itemId");
  const auto found = outputs_.find(id);
  if (found == outputs_.end()) return;
  Output& output = found->second;
  if (output.text.size() >= limits::live_output) return;
  std::string delta = text_in(params, "delta");
  if (!output.begun) {
    // What a command says at its very beginning may be missing here, so that a line is seen from
    // its middle on: half of a token, which nothing could recognise.
    const std::size_t line_end = delta.find_first_of("\r\n");
    if (line_end == std::string::npos) return;
    delta.erase(0, line_end + 1);
    output.begun = true;
  }
  if (delta.empty()) return;
  output.text += delta;
  // Each update repeats what came before: shown in growing steps, all of it costs a few times its
  // size and not the square of it.
  constexpr std::size_t steps = 4;
  if (output.text.size() - output.shown < output.shown / steps) return;
  output.shown = output.text.size();
  v1::ToolCall change;
  change.id = id;
  change.content = {text_content(output.text)};
  sink_(v1::tool_call_update(change));
}

void Updates::patch_updated(json::View params) {
  v1::ToolCall change;
  change.id = text_in(params, "itemId");
  change.content = diffs_of(params.find("changes"));
  changes_[change.id] = *change.content;
  sink_(v1::tool_call_update(change));
}

void Updates::tool_progress(json::View params) {
  v1::ToolCall change;
  change.id = text_in(params, "itemId");
  change.content = {text_content(text_in(params, "message"))};
  sink_(v1::tool_call_update(change));
}

void Updates::plan_updated(json::View params) { sink_(v1::plan(plan_of(params.find("plan")))); }

// --- what goes wrong
// ------------------------------------------------------------------------------------

void Updates::error(json::View params) {
  // The last one comes again with the end of the turn.
  if (!params.find("willRetry").boolean().value_or(false)) return;
  abandon_messages();
  const json::View what = params.find("error");
  sink_(v1::notice(v1::Severity::warning, text_in(what, "message"),
                   text_in(what, "additionalDetails")));
}

/// What was being said will be said again from its beginning, as another message.
void Updates::abandon_messages() {
  for (const auto& [id, kind] : std::exchange(messages_, {})) {
    if (kind == v1::UpdateKind::agent_message_chunk) sink_(broken_off(id));
  }
}

void Updates::warning(json::View params) {
  const std::string text = text_in(params, "message");
  if (!text.empty()) sink_(v1::notice(v1::Severity::warning, text));
}

void Updates::rerouted(json::View params) {
  sink_(v1::notice(v1::Severity::info, "The answer comes from " + text_in(params, "toModel")));
}

void Updates::renamed(json::View params) {
  if (const auto name = params.find("threadName").string())
    sink_(v1::session_info(*name, std::nullopt));
}

}  // namespace tine::executor::codex
