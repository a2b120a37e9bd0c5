#include "executor/acp/process.h"

#include <utility>

#include "base/version.h"
#include "executor/acp/limits.h"
#include "executor/limits.h"
#include "executor/shared_process.h"

namespace tine::executor::acp {
namespace {

v1::InitializeRequest introduction(v1::ClientCapabilities able) {
  v1::InitializeRequest request;
  request.client_capabilities = std::move(able);
  request.client_info =
      v1::Implementation{.name = "tine", .title = "tine", .version = std::string(version())};
  return request;
}

std::string session_in(json::View params) {
  return params.find("sessionId").string().value_or(std::string());
}

/// Whether it is a part of the conversation, and not of what can be chosen in it.
bool tells_past(v1::UpdateKind kind) {
  using Kind = v1::UpdateKind;
  return kind != Kind::available_commands_update && kind != Kind::current_mode_update &&
         kind != Kind::config_option_update;
}

}  // namespace

Process::Process(transport::Loop& loop, Log& log, Redactor& redactor, const Program& program,
                 std::unique_ptr<BackendProcess> process)
    : log_(log),
      redactor_(redactor),
      program_(program),
      process_(std::move(process)),
      connection_(loop, process_->take_channel(), *this) {}

Process::Reply<std::shared_ptr<Process>> Process::start(transport::Loop& loop, Log& log,
                                                        Redactor& redactor, const Program& program,
                                                        BackendSpec spec,
                                                        v1::ClientCapabilities able) {
  auto started = co_await BackendProcess::start(loop, log, redactor, program, std::move(spec));
  if (!started) co_return fail(std::move(started.error()));
  std::shared_ptr<Process> process(new Process(loop, log, redactor, program, std::move(*started)));
  loop.spawn(serve(process));
  auto greeted = co_await process->greet(std::move(able));
  if (!greeted) {
    co_await process->stop();
    co_return fail(std::move(greeted.error()));
  }
  co_return process;
}

Process::Reply<void> Process::greet(v1::ClientCapabilities able) {
  std::string params = v1::write(introduction(std::move(able)));
  auto answer = co_await call("initialize", std::move(params), executor::limits::handshake);
  if (!answer) co_return fail(std::move(answer.error()));
  auto greeting =
      v1::read_result<v1::InitializeResponse>(json::View(*answer), ErrorKind::backend_failed);
  if (!greeting) co_return fail(std::move(greeting.error()));
  if (greeting->protocol_version != v1::protocol_version) {
    co_return fail(ErrorKind::backend_failed,
                   std::string(program_.name) + " speaks version " +
                       std::to_string(greeting->protocol_version) +
                       " of the Agent Client Protocol, and tine version " +
                       std::to_string(v1::protocol_version));
  }
  greeting_ = std::move(*greeting);
  co_return Result<void>();
}

transport::Task<void> Process::serve(std::shared_ptr<Process> self) {
  co_await self->connection_.serve();
  self->gone_ = true;
  self->connection_.close();
  const bool soon = self->silent_ || (self->left_ && !self->worked_);
  const transport::KillLadder ladder =
      soon ? executor::limits::ending_soon : executor::limits::ending;
  const Error why = co_await self->process_->end(ladder);
  tell_gone(self->listeners_, why);
}

Process::Reply<std::string> Process::call(std::string method, std::string params,
                                          transport::Milliseconds deadline) {
  const auto self = shared_from_this();
  v1::AgentConnection::Options options;
  if (deadline.count() > 0) options.deadline = deadline;
  if (method == v1::method::Prompt::name) worked_ = true;
  auto answer = co_await connection_.call(method, std::move(params), options);
  if (answer) {
    silent_ = false;
    co_return answer;
  }
  Error error = std::move(answer.error());
  if (gone_ || error.kind == ErrorKind::peer_gone) {
    Error why = co_await process_->why_gone();
    co_return fail(std::move(why));
  }
  if (error.kind == ErrorKind::auth_required && error.hint.empty())
    error.hint = program_.login_hint;
  error.message = redactor_.redacted(error.message);
  error.data = redactor_.redacted(error.data);
  co_return fail(std::move(error));
}

transport::Task<void> Process::close_session(std::string session) {
  if (gone_ || silent_ || !greeting_.agent_capabilities.session.close) co_return;
  const auto self = shared_from_this();
  v1::CloseSessionRequest request;
  request.session_id = std::move(session);
  const auto answer = co_await call(std::string(v1::method::CloseSession::name), v1::write(request),
                                    limits::farewell);
  silent_ = !answer && answer.error().kind == ErrorKind::timeout;
}

// --- its sessions
// ------------------------------------------------------------------------------------

void Process::attach(const std::string& session, SessionListener& listener) {
  listeners_[session] = &listener;
  const auto early = std::exchange(early_, {});
  for (const auto& each : early) {
    if (each.first == session) {
      listener.on_update(v1::look_at(json::View(each.second)));
    } else {
      early_.push_back(each);
    }
  }
}

void Process::detach(const std::string& session, const SessionListener& listener) {
  const auto found = listeners_.find(session);
  if (found != listeners_.end() && found->second == &listener) listeners_.erase(found);
}

void Process::begin_replay(const std::string& session) { replaying_[session] = Replay(); }

Replay Process::end_replay(const std::string& session) {
  const auto found = replaying_.find(session);
  Replay told = found == replaying_.end() ? Replay() : std::move(found->second);
  if (found != replaying_.end()) replaying_.erase(found);
  std::erase_if(early_, [&session](const auto& each) {
    return each.first == session && tells_past(v1::classify(json::View(each.second)));
  });
  return told;
}

bool Process::serves_only(const std::string& session) const {
  return listeners_.size() == 1 && listeners_.contains(session);
}

SessionListener* Process::listener_of(std::string_view session) const {
  const auto found = listeners_.find(session);
  return found == listeners_.end() ? nullptr : found->second;
}

void Process::on_update(std::string_view session, const v1::ToldUpdate& update) {
  silent_ = false;
  if (SessionListener* const listener = listener_of(session)) return listener->on_update(update);
  if (const auto replay = replaying_.find(session);
      replay != replaying_.end() && tells_past(update.kind)) {
    replay->second.hear(update.kind, update.json);
    return;
  }
  if (update.json.raw().size() > limits::early_update) return;
  if (early_.size() == limits::early_updates) early_.erase(early_.begin());
  early_.emplace_back(session, update.json.raw());
}

void Process::on_notification(std::string_view method, json::View params) {
  silent_ = false;
  if (SessionListener* const listener = listener_of(session_in(params))) {
    listener->on_notification(method, params);
  } else {
    log_.debug(std::string(program_.name) + " notifies of " + std::string(method));
  }
}

Process::Answer<std::string> Process::on_request(std::string method, std::string params,
                                                 v1::RequestContext& context) {
  silent_ = false;
  SessionListener* const listener = listener_of(session_in(json::View(params)));
  if (listener == nullptr) {
    log_.warning(std::string(program_.name) + " asks " + method +
                 " for no session that is open, and nobody can answer that");
    co_return fail(ErrorKind::session_not_found, "no such session is open here");
  }
  auto answer =
      co_await listener->on_question(std::move(method), std::move(params), context.cancel);
  co_return answer;
}

/// Never called: on_request() passes every question on as it is.
Process::Answer<v1::PermissionResponse> Process::request_permission(
    v1::PermissionRequest /*request*/, v1::RequestContext& /*context*/) {
  co_return v1::PermissionResponse();
}

// --- its end
// ------------------------------------------------------------------------------------

transport::Task<void> Process::stop() {
  const auto self = shared_from_this();
  left_ = true;
  gone_ = true;
  process_->expect_end();
  connection_.close();
  co_await process_->ended();
}

transport::Task<void> Process::ended() {
  const auto self = shared_from_this();
  co_await process_->ended();
}

}  // namespace tine::executor::acp
