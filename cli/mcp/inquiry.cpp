#include "cli/mcp/inquiry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/tokens/estimate.h"
#include "base/visible.h"
#include "cli/converse/opened.h"
#include "cli/converse/turn.h"
#include "cli/mcp/limits.h"
#include "executor/child_environment.h"
#include "session/meta.h"

namespace tine::cli {
namespace {

/// The beginning of the question names the fork, as long as there is one.
std::string title_of(const std::string& words) { return "Question: " + words; }

/// A fork has the mode of its session, which may do more than an answer needs.
bool does_more_than_read(const World& world, const OpenedSession& fork) {
  const executor::Executor* const backend = world.backends.named(fork.backend);
  if (backend == nullptr || !fork.modes) return false;
  executor::Settings settings = backend->settings();
  settings.modes.current = fork.modes->current;
  const auto width = backend->width_of(settings);
  return width && *width > executor::Width::reads;
}

}  // namespace

transport::Task<Result<void>> Inquiry::meet() {
  if (!agent_) {
    agent_ = std::make_unique<LocalAgent>(world_, *this, transport::RpcPeer::Mirror());
    ready_ = co_await agent_->meet();
    met_.set();
  }
  co_await met_.wait();
  co_return ready_;
}

transport::Task<Result<Reply>> Inquiry::ask(Question question) {
  const auto depth = executor::depth_below(world_.env, world_.policy.max_depth);
  if (!depth) {
    co_return fail(Error(depth.error().kind, depth.error().message)
                       .with_hint("Answer without asking another session."));
  }
  if (running_ >= limits::inquiries) {
    co_return fail(
        Error(ErrorKind::queue_full, std::to_string(running_) + " sessions are being asked already")
            .with_hint("Ask again when one of them has answered."));
  }
  ++running_;
  auto reply = co_await ask_fork(std::move(question));
  --running_;
  co_return reply;
}

transport::Task<Result<Reply>> Inquiry::ask_fork(Question question) {
  const auto ready = co_await meet();
  if (!ready) co_return fail(ready.error());
  std::string meta = fork_meta({.point = {}, .choice = {}, .title = title_of(question.words)});
  KnownSession known{.id = question.session, .cwd = question.cwd};
  // Not to be cancelled: what was made must be known, to be deleted again.
  auto fork = co_await fork_session(*agent_, std::move(known), own_directory, std::move(meta));
  if (!fork) co_return fail(std::move(fork.error()));
  Result<void> set;
  if (does_more_than_read(world_, *fork))
    set = co_await set_up(world_, *agent_, *fork, "read-only", "");
  Result<Reply> reply;
  if (set) {
    reply = co_await answer_of(fork->id, std::move(question));
  } else {
    reply = fail(std::move(set.error()));
  }
  v1::DeleteSessionRequest gone;
  gone.session_id = fork->id;
  const auto removed = co_await agent_->ask<v1::method::DeleteSession>(std::move(gone));
  if (!removed) world_.log.warning("the fork " + fork->id + " stays: " + removed.error().message);
  co_return reply;
}

/// Plays the one turn of the fork.
transport::Task<Result<Reply>> Inquiry::answer_of(std::string fork, Question question) {
  Hearing& hearing = heard_[fork];
  hearing.most = question.tokens;
  transport::CancelSource stop = hearing.stop;
  const auto given_up = question.cancel.on_cancel([stop]() mutable { stop.cancel(); });
  std::vector<v1::ContentBlock> prompt{v1::text_block(std::move(question.words))};
  TurnEnd end;
  if (!question.cancel.cancelled()) {
    end = co_await play_turn(world_, *agent_, nullptr, fork, std::move(prompt), question.seconds,
                             stop);
  }
  const auto heard = heard_.extract(fork);
  Hearing& said = heard.mapped();
  if (question.cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the call was cancelled");
  if (!end.response) co_return fail(end.response.error());
  Reply reply;
  reply.text = world_.redactor.redacted(said.text);
  reply.refused = std::move(said.refused);
  reply.timed_out = end.timed_out;
  reply.too_long = said.too_long;
  reply.stop = v1::name_of(end.response->stop_reason);
  reply.usage = std::string(session::ours(end.response->meta).find("usage").raw());
  co_return reply;
}

transport::Task<void> Inquiry::leave() {
  if (agent_) co_await agent_->leave();
}

void Inquiry::on_update(std::string_view session, const v1::ToldUpdate& told) {
  const auto found = heard_.find(session);
  if (found == heard_.end() || told.kind != v1::UpdateKind::agent_message_chunk) return;
  Hearing& hearing = found->second;
  const auto text = told.json.find("content").find("text").string();
  if (!text || hearing.too_long) return;
  std::string id = told.json.find("messageId").string().value_or("");
  if (!hearing.text.empty() && !id.empty() && id != hearing.message) hearing.text += "\n\n";
  hearing.message = std::move(id);
  hearing.text += *text;
  hearing.tokens += tokens::estimate(*text);
  // The sum over small chunks is far above what they have together.
  if (hearing.tokens <= hearing.most) return;
  hearing.tokens = tokens::estimate(hearing.text);
  if (hearing.tokens <= hearing.most) return;
  hearing.too_long = true;
  hearing.stop.cancel();
}

/// Nobody is there to be asked.
v1::ClientHandler::Answer<v1::PermissionResponse> Inquiry::request_permission(
    v1::PermissionRequest request, v1::RequestContext& /*context*/) {
  v1::PermissionResponse response;
  for (const v1::PermissionOption& each : request.options)
    if (each.kind == v1::PermissionOption::Kind::reject_once) response.option_id = each.id;
  response.meta = session::permission_meta("deny", "", "a session that is asked only answers");
  const auto found = heard_.find(request.session_id);
  if (found != heard_.end()) {
    found->second.refused.push_back(
        world_.redactor.redacted(request.tool_call.title.value_or("something")));
  }
  co_return response;
}

}  // namespace tine::cli
