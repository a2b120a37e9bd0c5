#include "executor/codex/conversation.h"

#include <functional>
#include <memory>
#include <utility>

#include "base/json/writer.h"
#include "executor/codex/codex.h"
#include "executor/codex/input.h"
#include "executor/codex/limits.h"
#include "executor/codex/questions.h"
#include "executor/codex/turn.h"
#include "executor/offered.h"
#include "executor/second_attempt.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::executor::codex {
namespace {

std::string interrupt_params(const std::string& thread, const std::string& turn) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("threadId", std::string_view(thread))
      .member("turnId", std::string_view(turn))
      .end_object();
  return out;
}

}  // namespace

CodexConversation::CodexConversation(Codex& codex, std::shared_ptr<Process> server, Thread thread,
                                     ConversationSpec spec)
    : codex_(codex),
      server_(std::move(server)),
      thread_(std::move(thread)),
      spec_(std::move(spec)),
      known_(choices_of(spec_.settings)),
      quiet_(codex.loop()) {
  // A thread is opened without an effort.
  known_.effort.clear();
  quiet_.set();
  server_->attach(thread_.id, *this);
}

CodexConversation::~CodexConversation() {
  if (!server_) return;
  // It was not closed, as on the way of an error: what it uses is given back all the same.
  server_->detach(thread_.id, *this);
  codex_.loop().spawn(codex_.leave(server_, thread_.id));
}

/// Finds the thread open and at rest, or makes it so.
transport::Task<Result<void>> CodexConversation::make_ready() {
  if (server_ && server_->gone()) let_go();
  if (!server_) {
    auto again = co_await codex_.reopen(spec_, thread_);
    if (!again) co_return fail(std::move(again.error()));
    if (closed_) {
      co_await codex_.leave(std::move(again->server), std::move(again->thread.id));
      co_return fail(ErrorKind::cancelled, "the conversation is closed");
    }
    server_ = std::move(again->server);
    thread_ = std::move(again->thread);
    known_ = choices_of(spec_.settings);
    known_.effort.clear();
    server_->attach(thread_.id, *this);
  }
  // A prompt that comes while a turn runs would only steer that turn.
  const bool quiet = co_await quiet_.wait_for(codex_.patience().interrupt);
  if (!quiet) {
    co_return fail(ErrorKind::backend_failed, "Codex does not end the turn that was cancelled");
  }
  if (!server_) co_return fail(ErrorKind::backend_gone, "codex app-server has ended");
  co_return Result<void>();
}

transport::Task<Result<void>> CodexConversation::get_ready(transport::CancelSource& cancel) {
  if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  co_return co_await make_ready();
}

transport::Task<TurnOutcome> CodexConversation::prompt(std::vector<v1::ContentBlock> prompt,
                                                       v1::Client& client,
                                                       transport::CancelSource& cancel) {
  const auto blocks = std::make_shared<const std::vector<v1::ContentBlock>>(std::move(prompt));
  Attempts attempts{.session = spec_.session_id,
                    .program = "codex app-server",
                    .was_open = server_ != nullptr,
                    .closed = closed_,
                    .cancel = cancel,
                    .get_ready = [&] { return make_ready(); },
                    .play = [&](TurnOutcome& made) { return play(blocks, made, client, cancel); }};
  TurnOutcome outcome = co_await attempted(std::move(attempts), codex_.log(), codex_.redactor());
  if (!outcome.stop) {
    Error& error = outcome.stop.error();
    if (error.kind == ErrorKind::usage_limit || error.kind == ErrorKind::rate_limited)
      error.retry_after = until_limit_ends();
  }
  co_return outcome;
}

transport::Task<bool> CodexConversation::play(Blocks prompt, TurnOutcome& outcome,
                                              v1::Client& client, transport::CancelSource& cancel) {
  const std::string model = choices_of(spec_.settings).model;
  Turn turn(codex_.loop(), codex_.log(), client, server_->pace(), meter_, spec_.session_id,
            model.empty() ? thread_.model : model, codex_.patience());
  turn_ = &turn;
  co_await run(std::move(prompt), turn, cancel);
  turn_ = nullptr;
  co_await turn.close();
  outcome = turn.outcome();
  co_return turn.heard();
}

transport::Task<void> CodexConversation::run(Blocks prompt, Turn& turn,
                                             transport::CancelSource& cancel) {
  const auto subscription = cancel.on_cancel([this, &turn] { interrupt(turn); });
  const Choices choices = choices_of(spec_.settings);
  const auto server = server_;
  const bool is_long = v1::bytes_of(*prompt) > transport::limits::long_message;
  const bool compacts = !is_long && v1::plain_text(*prompt) == compact_command;
  std::string method = "turn/start";
  std::string params;
  if (compacts) {
    method = "thread/compact/start";
    params = thread_id_params(thread_.id);
  } else if (is_long) {
    std::function<std::string()> make =
        [prompt, thread = thread_.id, sandbox = thread_.workspace_sandbox, choices,
         known = known_] { return turn_params(thread, *prompt, sandbox, choices, known); };
    params = co_await transport::made_beside(codex_.loop(), std::move(make));
  } else {
    params = turn_params(thread_.id, *prompt, thread_.workspace_sandbox, choices, known_);
  }
  auto started = co_await server->call(method, std::move(params), limits::call);
  if (!started) {
    turn.fail(std::move(started.error()));
    co_return;
  }
  if (!compacts) known_ = choices;
  if (closed_) interrupt(server, text_in(json::View(*started).find("turn"), "id"));
  const bool ended = co_await turn.ended();
  if (ended) co_return;
  if (cancel.cancelled()) {
    server->count_as_silent();
    turn.fail(Error(ErrorKind::timeout, "Codex did not end the turn"));
    co_return;
  }
  interrupt(turn);
  const bool heeded = co_await turn.ended();
  if (!heeded) server->count_as_silent();
  turn.overrule(Error(ErrorKind::timeout, "Codex was silent for too long"));
}

transport::Task<Result<bool>> CodexConversation::steer(std::vector<v1::ContentBlock> words) {
  const auto server = server_;
  if (!server || turn_ == nullptr || turn_->hurried() || turn_->over() || active_turn_.empty())
    co_return false;
  const auto answer = co_await server->call(
      "turn/steer", steer_params(thread_.id, active_turn_, words), limits::call);
  if (answer) co_return true;
  // It refuses where the turn has ended meanwhile, or is none that takes words.
  if (answer.error().kind == ErrorKind::backend_gone || answer.error().kind == ErrorKind::timeout)
    co_return fail(answer.error());
  co_return false;
}

std::optional<transport::Milliseconds> CodexConversation::until_limit_ends() const {
  if (!server_ || !server_->limited_until()) return std::nullopt;
  const std::chrono::seconds end(*server_->limited_until());
  const transport::Milliseconds left = end - transport::Milliseconds(codex_.env().wall_ms());
  if (left.count() <= 0) return std::nullopt;
  return left;
}

/// Also when it is not known yet which turn that is: see on_notification().
void CodexConversation::interrupt(Turn& turn) {
  turn.hurry();
  if (server_) interrupt(server_, active_turn_);
}

void CodexConversation::interrupt(const std::shared_ptr<Process>& server,
                                  const std::string& turn_id) {
  if (turn_id.empty()) return;
  codex_.loop().spawn(
      [](std::shared_ptr<Process> told, std::string params) -> transport::Task<void> {
        co_await told->call("turn/interrupt", std::move(params), limits::call);
      }(server, interrupt_params(thread_.id, turn_id)));
}

/// Of a thread that Codex has started for this one.
void CodexConversation::take_subagent_usage(std::string_view thread, json::View token_usage) {
  const auto spent = subagents_[std::string(thread)].read(token_usage, false);
  if (spent && turn_ != nullptr) turn_->add_subagent_call(*spent, token_usage.find("last"));
}

void CodexConversation::on_notification(std::string_view method, json::View params) {
  if (method == "thread/tokenUsage/updated") {
    const auto thread = params.find("threadId").string();
    if (thread && *thread != thread_.id) {
      take_subagent_usage(*thread, params.find("tokenUsage"));
      return;
    }
  }
  if (method == "turn/started") {
    active_turn_ = params.find("turn").find("id").string().value_or(std::string());
    thread_.kept = true;
    quiet_.reset();
  } else if (method == "turn/completed") {
    active_turn_.clear();
    quiet_.set();
  }
  if (turn_ == nullptr) {
    // What the thread's past has cost, or what a turn still costs that was left behind.
    if (method == "thread/tokenUsage/updated") meter_.read(params.find("tokenUsage"), true);
    return;
  }
  turn_->on_notification(method, params);
  if (method == "turn/started" && turn_->hurried()) interrupt(*turn_);
}

void CodexConversation::on_question(std::string_view method, json::View params,
                                    transport::Replier replier) {
  if (turn_ != nullptr) {
    turn_->on_question(method, params, std::move(replier));
  } else {
    refuse(method, std::move(replier));
  }
}

/// Of a process that has gone.
void CodexConversation::let_go() {
  server_->detach(thread_.id, *this);
  server_.reset();
  codex_.lost();
  active_turn_.clear();
  quiet_.set();
}

void CodexConversation::on_gone(const Error& why) {
  let_go();
  if (turn_ != nullptr) turn_->fail(why);
}

Result<void> CodexConversation::set_mode(const std::string& mode) {
  spec_.settings.modes.current = mode;
  return {};
}

Result<void> CodexConversation::set_option(const v1::ConfigOption& changed) {
  executor::set_option(spec_.settings, changed);
  return {};
}

transport::Task<void> CodexConversation::close() {
  closed_ = true;
  const auto server = std::exchange(server_, nullptr);
  if (turn_ != nullptr) {
    turn_->end(v1::StopReason::cancelled);
    if (server) server->count_as_silent();
  }
  if (!server) co_return;
  server->detach(thread_.id, *this);
  quiet_.set();
  co_await codex_.leave(server, thread_.id);
}

}  // namespace tine::executor::codex
