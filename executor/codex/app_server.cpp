#include "executor/codex/app_server.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/json/writer.h"
#include "base/version.h"
#include "executor/codex/errors.h"
#include "executor/codex/limits.h"
#include "executor/codex/params.h"

namespace tine::executor::codex {
namespace {

/// The first version whose protocol is the one that is spoken here.
constexpr std::array<int, 3> oldest = {0, 169, 0};

/// "0.169.0" of "tine/0.169.0 (Debian …".
std::string version_in(std::string_view user_agent) {
  const std::size_t slash = user_agent.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view rest = user_agent.substr(slash + 1);
  return std::string(rest.substr(0, rest.find(' ')));
}

bool is_too_old(std::string_view version) {
  std::array<int, 3> parts{};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (int& part : parts) {
    at = std::from_chars(at, end, part).ptr;
    if (at != end) ++at;
  }
  return parts < oldest;
}

std::string initialize_params() {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("clientInfo").begin_object();
  writer.member("name", "tine").member("title", "tine").member("version", version()).end_object();
  writer.key("capabilities").begin_object().member("experimentalApi", true).end_object();
  writer.end_object();
  return out;
}

}  // namespace

AppServer::AppServer(transport::Loop& loop, Log& log, Redactor& redactor,
                     std::unique_ptr<transport::Guarded> process)
    : log_(log),
      redactor_(redactor),
      process_(std::move(process)),
      pace_(std::make_shared<transport::Pace>(loop)),
      peer_(transport::RpcPeer::make(loop,
                                     transport::make_paced_channel(process_->take_channel(), pace_),
                                     {}, transport::Dialect::without_version)) {}

AppServer::Reply<std::shared_ptr<AppServer>> AppServer::start(transport::Loop& loop, Log& log,
                                                              Redactor& redactor,
                                                              AppServerSpec spec) {
  transport::GuardedSpec guarded;
  guarded.command = std::move(spec.command);
  guarded.command.emplace_back("app-server");
  guarded.environment = std::move(spec.environment);
  guarded.guardian = std::move(spec.guardian);
  auto process = co_await transport::Guarded::start(loop, std::move(guarded));
  if (!process) {
    Error error = std::move(process.error());
    if (error.kind == ErrorKind::backend_not_installed) {
      error.hint = "Install Codex: npm install -g @openai/codex";
    }
    co_return fail(std::move(error));
  }
  std::shared_ptr<AppServer> server(new AppServer(loop, log, redactor, std::move(*process)));
  loop.spawn(serve(server));
  auto greeted = co_await server->greet();
  if (!greeted) {
    co_await server->stop();
    co_return fail(std::move(greeted.error()));
  }
  co_return server;
}

AppServer::Reply<void> AppServer::greet() {
  auto answer = co_await call("initialize", initialize_params(), limits::handshake);
  if (!answer) co_return fail(std::move(answer.error()));
  version_ = version_in(json::View(*answer).find("userAgent").string().value_or(std::string()));
  if (is_too_old(version_)) {
    co_return fail(Error(ErrorKind::backend_too_old,
                         "this is Codex " + version_ + "; tine needs 0.169.0 or later")
                       .with_hint("Update Codex: npm install -g @openai/codex"));
  }
  peer_->notify("initialized", "{}");
  co_return Result<void>();
}

transport::Task<void> AppServer::serve(std::shared_ptr<AppServer> self) {
  co_await self->peer_->serve(*self);
  self->gone_ = true;
  self->peer_->close();
  const transport::KillLadder ladder = self->silent_ ? limits::ending_of_silent : limits::ending;
  const transport::ExitReport report = co_await self->process_->stop(ladder);
  const Error why = self->why_gone(report);
  if (!self->stopping_) self->log_.warning(why.message);
  // A listener may let go of itself, or of others.
  const auto told = self->listeners_;
  for (const auto& [thread, listener] : told) {
    const auto still = self->listeners_.find(thread);
    if (still == self->listeners_.end() || still->second != listener) continue;
    self->listeners_.erase(still);
    listener->on_gone(why);
  }
}

Error AppServer::why_gone(const transport::ExitReport& report) const {
  std::string text = "codex app-server has ended: " + report.text();
  std::string tail = redactor_.redacted(report.tail);
  if (tail.size() > limits::told_stderr) tail.erase(0, tail.size() - limits::told_stderr);
  while (tail.ends_with('\n')) tail.pop_back();
  if (!tail.empty()) text += "; it said: " + tail;
  return {ErrorKind::backend_gone, std::move(text)};
}

AppServer::Reply<std::string> AppServer::call(std::string method, std::string params,
                                              transport::Milliseconds deadline) {
  const auto self = shared_from_this();
  transport::CallOptions options;
  options.deadline = deadline;
  auto answer = co_await peer_->call(method, std::move(params), options);
  if (answer) {
    silent_ = false;
    co_return answer;
  }
  Error error = std::move(answer.error());
  if (gone_ || error.kind == ErrorKind::peer_gone) {
    const transport::ExitReport report = co_await process_->exited();
    co_return fail(why_gone(report));
  }
  error.message = redactor_.redacted(error.message);
  co_return fail(error_of_call(method, std::move(error)));
}

transport::Task<void> AppServer::unsubscribe(std::string thread_id) {
  if (gone_ || silent_) co_return;
  const auto self = shared_from_this();
  const auto answer =
      co_await call("thread/unsubscribe", thread_id_params(thread_id), limits::farewell);
  silent_ = !answer && answer.error().kind == ErrorKind::timeout;
}

void AppServer::attach(const std::string& thread_id, ThreadListener& listener) {
  listeners_[thread_id] = &listener;
}

void AppServer::detach(const std::string& thread_id, const ThreadListener& listener) {
  const auto found = listeners_.find(thread_id);
  if (found != listeners_.end() && found->second == &listener) listeners_.erase(found);
}

transport::Task<void> AppServer::stop() {
  const auto self = shared_from_this();
  stopping_ = true;
  peer_->close();
  co_await process_->exited();
}

transport::Task<void> AppServer::ended() {
  const auto self = shared_from_this();
  co_await process_->exited();
}

ThreadListener* AppServer::listener_of(json::View params) const {
  const auto thread = params.find("threadId").string();
  if (!thread) return nullptr;
  const auto found = listeners_.find(*thread);
  return found == listeners_.end() ? nullptr : found->second;
}

ThreadListener* AppServer::elder_of(json::View params) const {
  std::string thread = params.find("threadId").string().value_or(std::string());
  // No thread is its own ancestor; a map that says so must not hold us up.
  for (std::size_t steps = 0; steps <= parents_.size(); ++steps) {
    if (const auto found = listeners_.find(thread); found != listeners_.end()) return found->second;
    const auto parent = parents_.find(thread);
    if (parent == parents_.end()) break;
    thread = parent->second;
  }
  return nullptr;
}

void AppServer::take_kinship(std::string_view method, json::View params) {
  const json::View turn = params.find("turn");
  const std::string id = turn.find("id").string().value_or(std::string());
  if (method == "turn/completed") turns_.erase(id);
  if (method != "turn/started") return;
  const std::string thread = params.find("threadId").string().value_or(std::string());
  turns_[id] = thread;
  // Not every such thread is told of by thread/started.
  const auto root = turns_.find(turn.find("rootTurnId").string().value_or(std::string()));
  if (root != turns_.end() && root->second != thread) parents_[thread] = root->second;
}

void AppServer::on_request(std::string_view method, json::View params, transport::Replier replier) {
  silent_ = false;
  if (ThreadListener* const listener = elder_of(params)) {
    listener->on_question(method, params, std::move(replier));
    return;
  }
  log_.warning("codex asks " + std::string(method) + ", and nobody here can answer that");
  replier.error(Error(ErrorKind::unknown_method, "tine does not answer this"));
}

void AppServer::on_notification(std::string_view method, json::View params) {
  silent_ = false;
  take_kinship(method, params);
  // What a thread has asked, and what it costs, is also its elder's.
  const bool is_of_elders =
      method == "serverRequest/resolved" || method == "thread/tokenUsage/updated";
  ThreadListener* const listener = is_of_elders ? elder_of(params) : listener_of(params);
  if (listener != nullptr) {
    listener->on_notification(method, params);
  } else if (method == "thread/started") {
    const json::View thread = params.find("thread");
    if (auto parent = thread.find("parentThreadId").string())
      parents_[thread.find("id").string().value_or(std::string())] = std::move(*parent);
  } else if (method == "thread/closed") {
    parents_.erase(params.find("threadId").string().value_or(std::string()));
  } else if (method == "account/rateLimits/updated") {
    limited_until_ = limited_until_of(params.find("rateLimits"));
  } else if (method == "configWarning" || method == "warning" || method == "deprecationNotice") {
    const std::string_view name = method == "warning" ? "message" : "summary";
    log_.warning("codex: " + params.find(name).string().value_or(std::string()));
  } else {
    log_.debug("codex notifies of " + std::string(method));
  }
}

}  // namespace tine::executor::codex
