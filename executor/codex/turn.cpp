#include "executor/codex/turn.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json/writer.h"
#include "executor/codex/errors.h"
#include "executor/codex/items.h"
#include "executor/codex/limits.h"
#include "executor/codex/questions.h"
#include "executor/tool_parts.h"
#include "protocol/v1/build_update.h"

namespace tine::executor::codex {
namespace {

constexpr std::string_view abandoned_meta = R"({"tine":{"abandoned":true}})";

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

Turn::Turn(transport::Loop& loop, Log& log, v1::Client& client,
           std::shared_ptr<transport::Pace> pace, Meter& meter, std::string session,
           std::string model, limits::Patience patience)
    : ProcessTurn(loop, client, std::move(pace), std::move(session), patience.interrupt),
      log_(log),
      meter_(meter),
      model_(std::move(model)),
      patience_(patience) {
  allow_silence(patience_.first_response);
}

Turn::Take Turn::taker_of(std::string_view method) {
  static constexpr std::array all = {
      Notification{"item/agentMessage/delta", &Turn::message_delta},
      Notification{"item/plan/delta", &Turn::message_delta},
      Notification{"item/reasoning/summaryTextDelta", &Turn::thought_delta},
      Notification{"item/reasoning/textDelta", &Turn::thought_delta},
      Notification{"item/reasoning/summaryPartAdded", &Turn::thought_part},
      Notification{"item/commandExecution/outputDelta", &Turn::command_output},
      Notification{"item/started", &Turn::item_started},
      Notification{"item/completed", &Turn::item_completed},
      Notification{"item/fileChange/patchUpdated", &Turn::patch_updated},
      Notification{"item/mcpToolCall/progress", &Turn::tool_progress},
      Notification{"turn/started", &Turn::started},
      Notification{"turn/completed", &Turn::completed},
      Notification{"turn/plan/updated", &Turn::plan_updated},
      Notification{"thread/tokenUsage/updated", &Turn::token_usage},
      Notification{"thread/name/updated", &Turn::renamed},
      Notification{"serverRequest/resolved", &Turn::question_resolved},
      Notification{"error", &Turn::error},
      Notification{"warning", &Turn::warning},
      Notification{"guardianWarning", &Turn::warning},
      Notification{"model/rerouted", &Turn::rerouted},
  };
  for (const Notification& each : all)
    if (each.method == method) return each.take;
  return nullptr;
}

void Turn::on_notification(std::string_view method, json::View params) {
  if (over()) return;
  const Take take = taker_of(method);
  if (take == nullptr) {
    log_.debug("codex notifies of " + std::string(method));
    return;
  }
  note_sign();
  (this->*take)(params);
}

// --- the turn
// ------------------------------------------------------------------------------------

void Turn::started(json::View params) {
  outcome_.provider_turn = text_in(params.find("turn"), "id");
}

void Turn::completed(json::View params) {
  const json::View turn = params.find("turn");
  outcome_.provider_turn = text_in(turn, "id");
  if (turn.find("status").equals("failed")) {
    fail(error_of_turn(turn.find("error")));
  } else if (turn.find("status").equals("interrupted")) {
    end(v1::StopReason::cancelled);
  } else {
    end(v1::StopReason::end_turn);
  }
}

// --- items
// ------------------------------------------------------------------------------------

/// The model has given a sign: from now on another limit holds.
void Turn::hear() { allow_silence(patience_.idle); }

void Turn::say_text(v1::UpdateKind kind, std::string_view text, const std::string& id,
                    std::string_view meta) {
  if (text.empty()) return;
  hear();
  say(v1::text_chunk(kind, text, id, meta));
}

void Turn::message_delta(json::View params) {
  const std::string id = text_in(params, "itemId");
  messages_[id] = v1::UpdateKind::agent_message_chunk;
  say_text(v1::UpdateKind::agent_message_chunk, text_in(params, "delta"), id);
}

void Turn::thought_delta(json::View params) {
  const std::string id = text_in(params, "itemId");
  messages_[id] = v1::UpdateKind::agent_thought_chunk;
  say_text(v1::UpdateKind::agent_thought_chunk, text_in(params, "delta"), id);
}

void Turn::thought_part(json::View params) {
  if (params.find("summaryIndex").integer().value_or(0) == 0) return;
  say_text(v1::UpdateKind::agent_thought_chunk, "\n\n", text_in(params, "itemId"));
}

void Turn::item_started(json::View params) {
  const json::View item = params.find("item");
  if (item.find("type").equals("contextCompaction")) {
    compacting_ = true;
    say(v1::compaction_update(text_in(item, "id"), v1::CompactionStatus::in_progress));
    return;
  }
  const auto call = tool_call_of(item);
  if (!call) return;
  hear();
  if (item.find("type").equals("fileChange") && call->content) changes_[call->id] = *call->content;
  if (item.find("type").equals("commandExecution")) outputs_[call->id];
  if (item.find("type").equals("mcpToolCall")) mcp_calls_[text_in(item, "server")] = call->id;
  say(v1::tool_call(*call));
}

void Turn::item_completed(json::View params) {
  const json::View item = params.find("item");
  const std::string id = text_in(item, "id");
  if (item.find("type").equals("contextCompaction")) {
    compacting_ = false;
    outcome_.usage.last_prompt.reset();  // the past is another one now
    say(v1::compaction_update(id, v1::CompactionStatus::completed));
    return;
  }
  if (const v1::UpdateKind kind = kind_of_message(item); kind != v1::UpdateKind::other) {
    // What was streamed has been said; some providers do not stream.
    if (messages_.erase(id) > 0) return;
    const bool thought = kind == v1::UpdateKind::agent_thought_chunk;
    say_text(kind, thought ? joined(item.find("summary")) : text_in(item, "text"), id);
    return;
  }
  const auto call = tool_call_of(item);
  if (!call) return;
  outputs_.erase(id);
  changes_.erase(id);
  say(v1::tool_call_update(*call));
}

void Turn::command_output(json::View params) {
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
  say(v1::tool_call_update(change));
}

void Turn::patch_updated(json::View params) {
  v1::ToolCall change;
  change.id = text_in(params, "itemId");
  change.content = diffs_of(params.find("changes"));
  changes_[change.id] = *change.content;
  say(v1::tool_call_update(change));
}

void Turn::tool_progress(json::View params) {
  v1::ToolCall change;
  change.id = text_in(params, "itemId");
  change.content = {text_content(text_in(params, "message"))};
  say(v1::tool_call_update(change));
}

void Turn::plan_updated(json::View params) { say(v1::plan(plan_of(params.find("plan")))); }

// --- what it costs
// ------------------------------------------------------------------------------------

void Turn::token_usage(json::View params) {
  const json::View usage = params.find("tokenUsage");
  const json::View last = usage.find("last");
  const auto spent = meter_.read(usage, compacting_);
  // A thread that was resumed begins by telling what its past has cost.
  if (outcome_.provider_turn.empty() || text_in(params, "turnId") != outcome_.provider_turn) return;
  if (spent) {
    outcome_.usage.add_call(*spent);
    note_call(model_, *spent, last);
  }
  v1::ContextUsage context;
  context.used = count_in(last, "totalTokens").value_or(0);
  context.size = count_in(usage, "modelContextWindow").value_or(0);
  if (context.used > 0 && context.size > 0) outcome_.usage.context = context;
}

void Turn::note_call(const std::string& model, const Tokens& spent, json::View last) {
  std::vector<ModelTokens>& models = outcome_.usage.models;
  auto known = std::find_if(models.begin(), models.end(),
                            [&model](const ModelTokens& each) { return each.model == model; });
  if (known == models.end()) known = models.insert(known, {.model = model, .tokens = {}});
  known->tokens.add(spent);
  calls_.append(calls_.empty() ? "" : ",").append(last.raw());
  outcome_.usage.raw.clear();
  json::Writer out(outcome_.usage.raw);
  out.begin_object().key("calls").begin_array().raw(calls_).end_array().end_object();
}

void Turn::add_subagent_call(const Tokens& spent, json::View last) {
  if (over()) return;
  note_sign();
  outcome_.usage.tokens.add(spent);
  note_call(std::string(), spent, last);  // nobody says of which model it was
}

// --- what goes wrong
// ------------------------------------------------------------------------------------

void Turn::error(json::View params) {
  // The last one comes again with the end of the turn.
  if (!params.find("willRetry").boolean().value_or(false)) return;
  abandon_messages();
  const json::View what = params.find("error");
  say(v1::notice(v1::Severity::warning, text_in(what, "message"),
                 text_in(what, "additionalDetails")));
}

/// What was being said will be said again from its beginning, as another message.
void Turn::abandon_messages() {
  for (const auto& [id, kind] : std::exchange(messages_, {})) {
    if (kind == v1::UpdateKind::agent_message_chunk)
      say_text(kind, "\n[broken off; the answer begins anew]\n", id, abandoned_meta);
  }
}

void Turn::warning(json::View params) {
  const std::string text = text_in(params, "message");
  if (!text.empty()) say(v1::notice(v1::Severity::warning, text));
}

void Turn::rerouted(json::View params) {
  model_ = text_in(params, "toModel");
  say(v1::notice(v1::Severity::info, "The answer comes from " + model_));
}

void Turn::renamed(json::View params) {
  if (const auto name = params.find("threadName").string())
    say(v1::session_info(*name, std::nullopt));
}

// --- questions
// ------------------------------------------------------------------------------------

void Turn::on_question(std::string_view method, json::View params, transport::Replier replier) {
  if (!takes_questions() || !is_known_question(method)) {
    refuse(method, std::move(replier));
    return;
  }
  hear();
  loop().spawn(ask(std::string(method), std::string(params.raw()), open_question(replier.id()),
                   std::move(replier)));
}

transport::Task<void> Turn::ask(std::string method, std::string params,
                                std::shared_ptr<Asked> asked, transport::Replier replier) {
  Question question;
  question.method = std::move(method);
  question.session = session();
  if (const auto found = changes_.find(text_in(json::View(params), "itemId"));
      found != changes_.end()) {
    question.content = found->second;
  }
  const auto mcp = mcp_calls_.find(text_in(json::View(params), "serverName"));
  question.tool_call = mcp == mcp_calls_.end() ? "question-" + asked->id : mcp->second;
  question.params = std::move(params);
  co_await put(std::move(question), client(), asked->cancel, std::move(replier));
  close_question(asked);
}

void Turn::question_resolved(json::View params) { withdraw(params.find("requestId").raw()); }

}  // namespace tine::executor::codex
