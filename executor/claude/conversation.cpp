#include "executor/claude/conversation.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json/document.h"
#include "executor/claude/claude.h"
#include "executor/claude/errors.h"
#include "executor/claude/input.h"
#include "executor/claude/turn.h"
#include "executor/offered.h"
#include "executor/second_attempt.h"
#include "protocol/v1/build_update.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::executor::claude {
namespace {

/// A prompt that is Claude Code's own command: the past is put into a summary.
constexpr std::string_view compact_command = "/compact";

std::string interrupt_request() {
  json::Document out;
  out["subtype"] = "interrupt";
  out["cancel_queued"] = true;
  return json::text_of(out);
}

std::string stop_request(const std::string& task) {
  json::Document out;
  out["subtype"] = "stop_task";
  out["task_id"] = task;
  return json::text_of(out);
}

bool compacts(const std::vector<v1::ContentBlock>& prompt) {
  // The first text alone tells; the others may be long.
  const auto first = std::find_if(prompt.begin(), prompt.end(), [](const v1::ContentBlock& block) {
    return !block.text.empty() || !block.uri.empty();
  });
  if (first == prompt.end()) return false;
  const std::string& text = first->text.empty() ? first->uri : first->text;
  return text.starts_with(std::string(compact_command) + " ") ||
         (text == compact_command && v1::plain_text(prompt) == text);
}

/// What a process is told before its first prompt.
struct Preparation {
  std::string greeting;
  std::string servers;
  std::string granted;
};

/// It can work without: what was allowed is asked about again.
transport::Task<void> hand_over(std::shared_ptr<Process> process, Log& log, std::string request) {
  if (request.empty()) co_return;
  const auto taken = co_await process->control(std::move(request), limits::control);
  if (!taken) log.warning(taken.error().message);
}

transport::Task<Result<void>> prepare(std::shared_ptr<Process> process, Log& log,
                                      Preparation told) {
  auto greeted = co_await process->greet(std::move(told.greeting));
  if (!greeted) co_return greeted;
  co_await hand_over(process, log, std::move(told.servers));
  co_await hand_over(process, log, std::move(told.granted));
  if (process->gone()) co_return fail(ErrorKind::backend_gone, "claude has ended");
  co_return Result<void>();
}

transport::Milliseconds until(std::int64_t seconds, std::int64_t now_ms) {
  return transport::Milliseconds(std::max<std::int64_t>(0, seconds * 1000 - now_ms));
}

}  // namespace

ClaudeConversation::ClaudeConversation(Claude& claude, Beginning beginning, ConversationSpec spec)
    : claude_(claude),
      spec_(std::move(spec)),
      beginning_(std::move(beginning)),
      updates_(claude.log(), spec_.workspace.cwd,
               [this](v1::Update update) { say(std::move(update)); }),
      meter_(0),
      kept_(beginning_.kind == Beginning::Kind::resume) {
  claude_.add(*this);
}

ClaudeConversation::~ClaudeConversation() {
  *there_ = false;
  unwanted_.cancel();
  claude_.remove(*this);
  // A session that was given up may not have closed it.
  for (const auto& each : {process_, starting_}) {
    if (!each) continue;
    each->listen(nullptr);
    claude_.loop().spawn([](std::shared_ptr<Process> left) -> transport::Task<void> {
      co_await left->kill();
    }(each));
  }
}

// --- its process
// ------------------------------------------------------------------------------------

transport::Task<Result<void>> ClaudeConversation::wake() {
  // Who makes a conversation may let go of it before its process has started.
  const auto there = there_;
  while (waking_ || going_) {
    const auto until_then = waking_ ? waking_ : going_;
    co_await until_then->wait();
    if (!*there) co_return fail(ErrorKind::cancelled, "the conversation is gone");
  }
  if (process_ && process_->is_ending()) {
    const auto process = process_;
    co_await process->ended();
    if (!*there) co_return fail(ErrorKind::cancelled, "the conversation is gone");
    if (process_ == process) drop_process();
  }
  if (process_ && !process_->gone()) co_return Result<void>();
  if (closed_) co_return fail(ErrorKind::cancelled, "the conversation is closed");
  const auto waking = std::make_shared<transport::Event>(claude_.loop());
  waking_ = waking;
  auto done = co_await launch();
  if (*there) waking_.reset();
  waking->set();
  if (!*there) co_return fail(ErrorKind::cancelled, "the conversation is gone");
  claude_.look_after_idle();
  co_return done;
}

transport::Task<Result<void>> ClaudeConversation::launch() {
  Beginning beginning = beginning_;
  if (kept_) beginning.kind = Beginning::Kind::resume;
  const auto there = there_;
  const Reads reads = co_await claude_.may_read(spec_.workspace, spec_.trust);
  if (!*there || closed_) co_return fail(ErrorKind::cancelled, "the conversation is gone");
  const std::string settings = co_await claude_.left_out(spec_.loading, spec_.workspace.cwd);
  if (!*there || closed_) co_return fail(ErrorKind::cancelled, "the conversation is gone");
  BackendSpec process;
  process.admission = claude_.setup().admission;
  unwanted_ = transport::CancelSource();
  process.wish = {.backend = claude_.setup().name,
                  .is_ahead = !wanted_,
                  .session = spec_.session_id,
                  .unwanted = unwanted_};
  process.command = arguments(claude_.setup(), spec_, beginning, reads, settings);
  process.environment = environment(claude_.setup(), spec_, reads);
  process.cwd = spec_.workspace.cwd;
  process.guardian = claude_.setup().guardian;
  Choices told = choices_of(spec_.settings);
  told.thinks = true;  // that cannot be said on the command line
  Preparation preparation{.greeting = greeting_request(spec_, beginning),
                          .servers = servers_request(spec_.workspace),
                          .granted = granted_.request()};
  auto started = co_await Process::start(claude_.loop(), claude_.log(), claude_.redactor(),
                                         std::move(process));
  if (!started) co_return fail(std::move(started.error()));
  if (!*there || closed_) {
    co_await (*started)->stop();
    co_return fail(ErrorKind::cancelled, "the conversation is gone");
  }
  starting_ = *started;
  auto ready = co_await prepare(*started, claude_.log(), std::move(preparation));
  if (!*there) co_return fail(ErrorKind::cancelled, "the conversation is gone");
  starting_.reset();
  if (ready && closed_) {
    co_await (*started)->stop();
    co_return fail(ErrorKind::cancelled, "the conversation is closed");
  }
  if (!ready) co_return fail(std::move(ready.error()));
  process_ = std::move(*started);
  process_->listen(this);
  known_ = std::move(told);
  meter_ = Meter(meter_.spent());
  agents_.clear();
  tasks_ = 0;
  last_used_ = std::chrono::steady_clock::now();
  const json::View greeting(process_->greeting());
  claude_.learn(greeting);
  if (spec_.events.on_settings) spec_.events.on_settings(claude_.settings());
  if (spec_.events.on_commands) spec_.events.on_commands(commands_of(greeting.find("commands")));
  co_return Result<void>();
}

/// Whoever cancels meanwhile does not wait for the process, which goes on with its start.
transport::Task<Result<void>> ClaudeConversation::wake_unless(transport::CancelSource& cancel) {
  wanted_ = true;
  const auto over = std::make_shared<transport::Event>(claude_.loop());
  const auto woken = std::make_shared<Result<void>>();
  claude_.loop().spawn([](ClaudeConversation& self, std::shared_ptr<transport::Event> set,
                          std::shared_ptr<Result<void>> result) -> transport::Task<void> {
    auto done = co_await self.wake();
    *result = std::move(done);
    set->set();
  }(*this, over, woken));
  // One that waits in line to be started leaves it.
  const auto subscription = cancel.on_cancel([over, unwanted = &unwanted_] {
    unwanted->cancel();
    over->set();
  });
  co_await over->wait();
  if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  co_return *woken;
}

/// Tells the process what has been chosen since.
transport::Task<Result<void>> ClaudeConversation::choose() {
  const Choices wanted = choices_of(spec_.settings);
  const auto process = process_;
  for (const std::string& each : choice_requests(wanted, known_)) {
    auto done = co_await process->control(each, limits::control);
    if (!done) co_return fail(std::move(done.error()));
  }
  known_ = wanted;
  co_return Result<void>();
}

bool ClaudeConversation::is_pending_fork_of(const std::string& id) const {
  return beginning_.kind == Beginning::Kind::fork && !kept_ && beginning_.from.conversation == id;
}

bool ClaudeConversation::is_idle() const {
  const bool alone_knows = holds_past_ && !kept_;
  return process_ && !prompted_ && !waking_ && tasks_ == 0 && !alone_knows;
}

void ClaudeConversation::sleep() {
  const auto process = std::exchange(process_, nullptr);
  if (!process) return;
  process->listen(nullptr);
  going_ = std::make_shared<transport::Event>(claude_.loop());
  claude_.loop().spawn(fall_asleep(process, going_));
}

/// No other process may go on with the conversation as long as this one has it.
transport::Task<void> ClaudeConversation::fall_asleep(std::shared_ptr<Process> process,
                                                      std::shared_ptr<transport::Event> gone) {
  const auto there = there_;
  co_await process->stop();
  if (*there) going_.reset();
  gone->set();
  if (!*there) co_return;
  if (!closed_ && !prompted_ && spec_.events.on_idle) spec_.events.on_idle();
}

transport::Task<void> ClaudeConversation::close() {
  closed_ = true;
  unwanted_.cancel();
  if (const auto process = starting_) co_await process->stop();
  while (waking_ || going_) {
    const auto until_then = waking_ ? waking_ : going_;
    co_await until_then->wait();
  }
  if (turn_ != nullptr) turn_->stop();
  const auto process = std::exchange(process_, nullptr);
  if (!process) co_return;
  process->listen(nullptr);
  co_await process->stop();
}

void ClaudeConversation::on_gone(const Error& why) {
  drop_process();
  if (turn_ != nullptr) {
    turn_->fail(why);
  } else if (spec_.events.on_idle) {
    spec_.events.on_idle();
  }
}

/// It has gone.
void ClaudeConversation::drop_process() {
  process_->listen(nullptr);
  process_.reset();
  agents_.clear();
  tasks_ = 0;
  updates_.break_off();
}

// --- a turn
// ------------------------------------------------------------------------------------

transport::Task<Result<void>> ClaudeConversation::get_ready(transport::CancelSource& cancel) {
  co_return co_await wake_unless(cancel);
}

transport::Task<TurnOutcome> ClaudeConversation::prompt(std::vector<v1::ContentBlock> prompt,
                                                        v1::Client& client,
                                                        transport::CancelSource& cancel) {
  prompted_ = true;
  retry_delay_.reset();
  const bool was_awake = process_ != nullptr;
  const Order order = co_await order_of(std::move(prompt));
  Attempts attempts{.session = spec_.session_id,
                    .program = "claude",
                    .was_open = was_awake,
                    .closed = closed_,
                    .cancel = cancel,
                    .get_ready = [&] { return get_ready_for(order, cancel); },
                    .play = [&](TurnOutcome& made) { return play(order, made, client, cancel); }};
  TurnOutcome outcome = co_await attempted(std::move(attempts), claude_.log(), claude_.redactor());
  prompted_ = wanted_ = false;
  last_used_ = std::chrono::steady_clock::now();
  claude_.look_after_idle();
  outcome.usage.add_spent(std::exchange(unpaid_, {}));
  if (!outcome.stop) add_time_to_wait(outcome.stop.error());
  co_return outcome;
}

/// Claude Code reads them with the next result of a tool, or answers them at the turn's end.
transport::Task<Result<bool>> ClaudeConversation::steer(std::vector<v1::ContentBlock> words) {
  if (turn_ == nullptr || !process_) co_return false;
  const Order order = co_await order_of(std::move(words));
  if (turn_ == nullptr || !process_ || order.compacts || !turn_->takes_words()) co_return false;
  turn_->await_words(order.uuid);
  process_->prompt(order.line);
  co_return true;
}

/// As far as Claude Code tells it: when a limit ends, or how long it has itself waited for the
/// service, which is what that asked for.
void ClaudeConversation::add_time_to_wait(Error& error) {
  const bool is_limited =
      error.kind == ErrorKind::usage_limit || error.kind == ErrorKind::rate_limited;
  if (is_limited && limited_until_) {
    error.retry_after = until(*limited_until_, claude_.now_ms());
  } else if (error.kind == ErrorKind::rate_limited || error.kind == ErrorKind::overloaded) {
    error.retry_after = retry_delay_;
  }
}

transport::Task<ClaudeConversation::Order> ClaudeConversation::order_of(
    std::vector<v1::ContentBlock> prompt) {
  Order order;
  order.uuid = claude_.new_id();
  order.compacts = compacts(prompt);
  std::string line;
  if (v1::bytes_of(prompt) > transport::limits::long_message) {
    const auto blocks = std::make_shared<const std::vector<v1::ContentBlock>>(std::move(prompt));
    std::function<std::string()> make = [blocks, uuid = order.uuid] {
      return user_line(*blocks, uuid);
    };
    line = co_await transport::made_beside(claude_.loop(), std::move(make));
  } else {
    line = user_line(prompt, order.uuid);
  }
  order.line = std::make_shared<const std::string>(std::move(line));
  co_return order;
}

transport::Task<Result<void>> ClaudeConversation::get_ready_for(const Order& order,
                                                                transport::CancelSource& cancel) {
  auto ready = co_await wake_unless(cancel);
  if (ready && process_) ready = co_await choose();
  // A point in the past of this conversation is gone once that is a summary.
  if (ready && order.compacts) co_await claude_.begin_forks_of(beginning_.id);
  // It may have ended while something else was waited for.
  if (ready && (!process_ || process_->is_ending()))
    ready = fail(ErrorKind::backend_gone, "claude has ended");
  co_return ready;
}

transport::Task<bool> ClaudeConversation::play(const Order& order, TurnOutcome& outcome,
                                               v1::Client& client,
                                               transport::CancelSource& cancel) {
  Turn turn(claude_.loop(), client, process_, order.uuid, spec_.session_id, spec_.workspace.cwd,
            claude_.setup().patience);
  turn_ = &turn;
  doomed_.reset();
  co_await run(order, turn, cancel);
  turn_ = nullptr;
  co_await turn.close();
  for (const std::string& each : turn.granted()) granted_.add(json::View(each));
  outcome = turn.outcome();
  co_return turn.heard();
}

transport::Task<void> ClaudeConversation::run(const Order& order, Turn& turn,
                                              transport::CancelSource& cancel) {
  process_->prompt(order.line);
  const auto subscription = cancel.on_cancel([this, &turn] { interrupt(turn); });
  const bool ended = co_await turn.ended();
  if (!ended) co_await finish(turn, cancel.cancelled());
  if (doomed_ && !cancel.cancelled()) turn.overrule(std::move(*doomed_));
}

/// Of a turn that does not end by itself, or did not when it was told to.
transport::Task<void> ClaudeConversation::finish(Turn& turn, bool cancelled) {
  if (!turn.hurried()) {
    doomed_ = Error(ErrorKind::timeout, "Claude Code has said nothing for too long");
    interrupt(turn);
    const bool ended = co_await turn.ended();
    if (ended) co_return;
  }
  // It is resumed by the next prompt.
  if (const auto process = std::exchange(process_, nullptr)) {
    process->listen(nullptr);
    updates_.break_off();
    co_await process->kill();
  }
  if (cancelled) {
    turn.stop();
  } else {
    turn.fail(Error(ErrorKind::timeout, "Claude Code did not end the turn"));
  }
}

void ClaudeConversation::interrupt(Turn& turn) {
  const bool only_agents_run = turn.waits_for_agents();
  turn.hurry();
  if (!process_) return;
  request(interrupt_request());
  for (const std::string& each : agents_) request(stop_request(each));
  if (only_agents_run) turn.stop();
}

/// Of which the answer is of no interest.
void ClaudeConversation::request(std::string control) {
  claude_.loop().spawn(
      [](std::shared_ptr<Process> process, std::string what) -> transport::Task<void> {
        co_await process->control(std::move(what), limits::control);
      }(process_, std::move(control)));
}

// --- what the process says
// ------------------------------------------------------------------------------------

void ClaudeConversation::say(v1::Update update) {
  if (turn_ != nullptr) {
    turn_->say(std::move(update));
  } else if (spec_.events.on_update) {
    spec_.events.on_update(std::move(update));
  }
}

void ClaudeConversation::on_line(json::View line) {
  meter_.hear(line);
  note(line);
  updates_.hear(line);
  if (turn_ != nullptr) {
    turn_->hear(line, agents_.size());
    if (turn_->started()) kept_ = true;
  }
  if (line.find("type").equals("result")) note_spent(line);
}

void ClaudeConversation::note_spent(json::View result) {
  updates_.end_turn(result);
  const TurnUsage usage = meter_.read(result);
  if (turn_ != nullptr && turn_->result(result, usage, agents_.size())) return;
  unpaid_.add_spent(usage);
}

/// What changes the conversation, and not only what is told of it.
void ClaudeConversation::note(json::View line) {
  if (line.find("type").equals("rate_limit_event")) {
    limited_until_ = limited_until_of(line.find("rate_limit_info"));
    return;
  }
  if (!line.find("type").equals("system")) return;
  const json::View subtype = line.find("subtype");
  if (subtype.equals("status") && line.find("permissionMode").is_string()) {
    note_mode(text_in(line, "permissionMode"));
  } else if (subtype.equals("background_tasks_changed")) {
    note_tasks(line.find("tasks"));
  } else if (subtype.equals("api_retry")) {
    note_retry(line);
  }
}

void ClaudeConversation::note_retry(json::View line) {
  if (const auto delay = line.find("retry_delay_ms").integer())
    retry_delay_ = transport::Milliseconds(std::max<std::int64_t>(0, *delay));
  if (!line.find("error").equals("authentication_failed")) return;
  // It would be tried for minutes.
  if (turn_ == nullptr || turn_->hurried()) return;
  doomed_ = not_let_in();
  interrupt(*turn_);
}

void ClaudeConversation::note_tasks(json::View tasks) {
  agents_.clear();
  tasks_ = 0;
  for (const json::View each : tasks.elements()) {
    ++tasks_;
    if (each.find("task_type").equals("local_agent")) agents_.push_back(text_in(each, "task_id"));
  }
}

/// A person's answer, or the end of planning, may change it.
void ClaudeConversation::note_mode(const std::string& mode) {
  known_.mode = mode;
  if (spec_.settings.modes.current == mode) return;
  spec_.settings.modes.current = mode;
  say(v1::current_mode(mode));
}

void ClaudeConversation::on_question(const std::string& id, json::View request) {
  if (turn_ != nullptr) {
    turn_->ask(id, request);
  } else {
    process_->refuse(id, "nobody can be asked between two prompts");
  }
}

void ClaudeConversation::on_withdrawn(const std::string& id) {
  if (turn_ != nullptr) turn_->withdraw(id);
}

// --- what is chosen
// ------------------------------------------------------------------------------------

Result<void> ClaudeConversation::set_mode(const std::string& mode) {
  spec_.settings.modes.current = mode;
  return {};
}

Result<void> ClaudeConversation::set_option(const v1::ConfigOption& changed) {
  executor::set_option(spec_.settings, changed);
  return {};
}

}  // namespace tine::executor::claude
