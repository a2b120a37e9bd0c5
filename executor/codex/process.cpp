#include "executor/codex/process.h"

#include <utility>

#include "base/json/writer.h"
#include "base/version.h"
#include "executor/codex/errors.h"
#include "executor/codex/launch.h"
#include "executor/codex/limits.h"
#include "executor/codex/program.h"
#include "executor/limits.h"
#include "executor/shared_process.h"

namespace tine::executor::codex {
namespace {

/// "0.169.0" of "tine/0.169.0 (Debian …".
std::string version_in(std::string_view user_agent) {
  const std::size_t slash = user_agent.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view rest = user_agent.substr(slash + 1);
  return std::string(rest.substr(0, rest.find(' ')));
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

Process::Process(transport::Loop& loop, Log& log, Redactor& redactor,
                 std::unique_ptr<BackendProcess> process)
    : log_(log),
      redactor_(redactor),
      process_(std::move(process)),
      peer_(transport::RpcPeer::make(loop, process_->take_channel(), {},
                                     transport::Dialect::without_version)) {}

Process::Reply<std::shared_ptr<Process>> Process::start(transport::Loop& loop, Log& log,
                                                        Redactor& redactor, BackendSpec spec) {
  auto started = co_await BackendProcess::start(loop, log, redactor, program, std::move(spec));
  if (!started) co_return fail(std::move(started.error()));
  std::shared_ptr<Process> process(new Process(loop, log, redactor, std::move(*started)));
  loop.spawn(serve(process));
  auto greeted = co_await process->greet();
  if (!greeted) {
    co_await process->stop();
    co_return fail(std::move(greeted.error()));
  }
  co_return process;
}

Process::Reply<void> Process::greet() {
  auto answer = co_await call("initialize", initialize_params(), executor::limits::handshake);
  if (!answer) co_return fail(std::move(answer.error()));
  auto taken = process_->take_version(version_in(text_in(json::View(*answer), "userAgent")));
  if (!taken) co_return taken;
  peer_->notify("initialized", "{}");
  co_return Result<void>();
}

transport::Task<void> Process::serve(std::shared_ptr<Process> self) {
  co_await self->peer_->serve(*self);
  self->gone_ = true;
  self->peer_->close();
  const bool soon = self->silent_ || (self->left_ && !self->worked_);
  const transport::KillLadder ladder =
      soon ? executor::limits::ending_soon : executor::limits::ending;
  const Error why = co_await self->process_->end(ladder);
  tell_gone(self->listeners_, why);
}

Process::Reply<std::string> Process::call(std::string method, std::string params,
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
    Error why = co_await process_->why_gone();
    co_return fail(std::move(why));
  }
  error.message = redactor_.redacted(error.message);
  co_return fail(error_of_call(method, std::move(error)));
}

transport::Task<void> Process::unsubscribe(std::string thread_id) {
  if (gone_ || silent_) co_return;
  const auto self = shared_from_this();
  const auto answer =
      co_await call("thread/unsubscribe", thread_id_params(thread_id), limits::farewell);
  silent_ = !answer && answer.error().kind == ErrorKind::timeout;
}

void Process::attach(const std::string& thread_id, ThreadListener& listener) {
  listeners_[thread_id] = &listener;
}

void Process::detach(const std::string& thread_id, const ThreadListener& listener) {
  const auto found = listeners_.find(thread_id);
  if (found != listeners_.end() && found->second == &listener) listeners_.erase(found);
}

transport::Task<void> Process::stop() {
  const auto self = shared_from_this();
  left_ = true;
  process_->expect_end();
  peer_->close();
  co_await process_->ended();
}

transport::Task<void> Process::ended() {
  const auto self = shared_from_this();
  co_await process_->ended();
}

ThreadListener* Process::listener_of(json::View params) const {
  const auto thread = params.find("threadId").string();
  if (!thread) return nullptr;
  const auto found = listeners_.find(*thread);
  return found == listeners_.end() ? nullptr : found->second;
}

ThreadListener* Process::elder_of(json::View params) const {
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

void Process::take_kinship(std::string_view method, json::View params) {
  const json::View turn = params.find("turn");
  const std::string id = turn.find("id").string().value_or(std::string());
  if (method == "turn/completed") turns_.erase(id);
  if (method != "turn/started") return;
  const std::string thread = params.find("threadId").string().value_or(std::string());
  turns_[id] = thread;
  worked_ = true;
  // Not every such thread is told of by thread/started.
  const auto root = turns_.find(turn.find("rootTurnId").string().value_or(std::string()));
  if (root != turns_.end() && root->second != thread) parents_[thread] = root->second;
}

void Process::on_request(std::string_view method, json::View params, transport::Replier replier) {
  silent_ = false;
  if (ThreadListener* const listener = elder_of(params)) {
    listener->on_question(method, params, std::move(replier));
    return;
  }
  log_.warning("codex asks " + std::string(method) + ", and nobody here can answer that");
  replier.error(Error(ErrorKind::unknown_method, "tine does not answer this"));
}

void Process::on_notification(std::string_view method, json::View params) {
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
