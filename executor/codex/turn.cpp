#include "executor/codex/turn.h"

#include <array>
#include <utility>

#include "base/json/writer.h"
#include "executor/codex/errors.h"
#include "executor/codex/questions.h"

namespace tine::executor::codex {
namespace {

bool is_compaction(json::View item) { return item.find("type").equals("contextCompaction"); }

}  // namespace

Turn::Turn(transport::Loop& loop, Log& log, v1::Client& client,
           std::shared_ptr<transport::Pace> pace, Meter& meter, std::string session,
           std::string model, limits::Patience patience)
    : ProcessTurn(loop, client, std::move(pace), std::move(session), patience.interrupt),
      log_(log),
      meter_(meter),
      model_(std::move(model)),
      patience_(patience),
      updates_([this](v1::Update update) { tell(std::move(update)); }) {
  allow_silence(patience_.first_response);
}

/// A sign of the model: from now on another limit of silence holds.
void Turn::tell(v1::Update update) {
  using Kind = v1::UpdateKind;
  if (update.kind == Kind::agent_message_chunk || update.kind == Kind::agent_thought_chunk ||
      update.kind == Kind::tool_call) {
    allow_silence(patience_.idle);
  }
  say(std::move(update));
}

void Turn::on_notification(std::string_view method, json::View params) {
  if (over()) return;
  const bool taken = take(method, params);
  const bool told = updates_.hear(method, params);
  if (taken || told) {
    note_sign();
  } else {
    log_.debug("codex notifies of " + std::string(method));
  }
}

/// What is more than an update. Whether it is that.
bool Turn::take(std::string_view method, json::View params) {
  static constexpr std::array all = {
      Notification{"turn/started", &Turn::started},
      Notification{"turn/completed", &Turn::completed},
      Notification{"item/started", &Turn::item_started},
      Notification{"item/completed", &Turn::item_completed},
      Notification{"thread/tokenUsage/updated", &Turn::token_usage},
      Notification{"serverRequest/resolved", &Turn::question_resolved},
      Notification{"model/rerouted", &Turn::rerouted},
  };
  for (const Notification& each : all) {
    if (each.method != method) continue;
    (this->*each.take)(params);
    return true;
  }
  return false;
}

// --- the turn
// ------------------------------------------------------------------------------------

void Turn::started(json::View params) {
  so_far().provider_turn = text_in(params.find("turn"), "id");
}

void Turn::completed(json::View params) {
  const json::View turn = params.find("turn");
  so_far().provider_turn = text_in(turn, "id");
  if (turn.find("status").equals("failed")) {
    fail(error_of_turn(turn.find("error")));
  } else if (turn.find("status").equals("interrupted")) {
    end(v1::StopReason::cancelled);
  } else {
    end(v1::StopReason::end_turn);
  }
}

void Turn::item_started(json::View params) {
  if (is_compaction(params.find("item"))) compacting_ = true;
}

void Turn::item_completed(json::View params) {
  if (!is_compaction(params.find("item"))) return;
  compacting_ = false;
  so_far().usage.last_prompt.reset();  // the past is another one now
}

void Turn::rerouted(json::View params) { model_ = text_in(params, "toModel"); }

// --- what it costs
// ------------------------------------------------------------------------------------

void Turn::token_usage(json::View params) {
  const json::View usage = params.find("tokenUsage");
  const json::View last = usage.find("last");
  const auto spent = meter_.read(usage, compacting_);
  // A thread that was resumed begins by telling what its past has cost.
  if (so_far().provider_turn.empty() || text_in(params, "turnId") != so_far().provider_turn) return;
  if (spent) {
    so_far().usage.add_call(*spent);
    note_call(model_, *spent, last);
  }
  v1::ContextUsage context;
  context.used = count_in(last, "totalTokens").value_or(0);
  context.size = count_in(usage, "modelContextWindow").value_or(0);
  if (context.used > 0 && context.size > 0) so_far().usage.context = context;
}

void Turn::note_call(const std::string& model, const Tokens& spent, json::View last) {
  TurnUsage call;
  call.models.push_back({.model = model, .tokens = spent});
  so_far().usage.add_spent(call);
  calls_.append(calls_.empty() ? "" : ",").append(last.raw());
  so_far().usage.raw.clear();
  json::Writer out(so_far().usage.raw);
  out.begin_object().key("calls").begin_array().raw(calls_).end_array().end_object();
}

void Turn::add_subagent_call(const Tokens& spent, json::View last) {
  if (over()) return;
  note_sign();
  so_far().usage.tokens.add(spent);
  note_call(std::string(), spent, last);  // nobody says of which model it was
}

// --- questions
// ------------------------------------------------------------------------------------

void Turn::on_question(std::string_view method, json::View params, transport::Replier replier) {
  if (!takes_questions() || !is_known_question(method)) {
    refuse(method, std::move(replier));
    return;
  }
  allow_silence(patience_.idle);
  const auto asked = open_question(replier.id());
  loop().spawn(ask(std::string(method), std::string(params.raw()), asked, std::move(replier)));
}

transport::Task<void> Turn::ask(std::string method, std::string params,
                                std::shared_ptr<Asked> asked, transport::Replier replier) {
  Question question;
  question.method = std::move(method);
  question.session = session();
  question.content = updates_.changes_of(text_in(json::View(params), "itemId"));
  question.tool_call = updates_.call_of_server(text_in(json::View(params), "serverName"));
  if (question.tool_call.empty()) question.tool_call = "question-" + asked->id;
  question.params = std::move(params);
  const std::string answer = co_await put(std::move(question), client(), asked->cancel);
  replier.result(answer);
  close_question(asked);
}

void Turn::question_resolved(json::View params) { withdraw(params.find("requestId").raw()); }

}  // namespace tine::executor::codex
