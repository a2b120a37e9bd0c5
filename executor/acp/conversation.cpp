#include "executor/acp/conversation.h"

#include <functional>
#include <utility>

#include "executor/acp/acp.h"
#include "executor/acp/limits.h"
#include "executor/acp/turn.h"
#include "executor/offered.h"
#include "executor/second_attempt.h"
#include "protocol/v1/build_update.h"
#include "protocol/v1/codec.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::executor::acp {
namespace {

std::string prompt_params(const std::string& session, const std::vector<v1::ContentBlock>& prompt,
                          const std::string& meta) {
  v1::PromptRequest request;
  request.meta = meta;
  request.session_id = session;
  request.prompt = prompt;
  return v1::write(request);
}

v1::Update gap_notice(std::string_view agent, std::string_view gap) {
  return v1::notice(v1::Severity::warning,
                    std::string(agent) + " remembers this session otherwise than its transcript",
                    std::string(gap) + " Ask it what it knows, or fork the session softly.");
}

}  // namespace

AcpConversation::AcpConversation(Acp& acp, Opened opened, ConversationSpec spec)
    : acp_(acp),
      spec_(std::move(spec)),
      turns_(spec_.turns),
      meter_(acp.counting(), opened.kept),
      prompted_(std::make_shared<Prompted>(acp.loop())) {
  take(std::move(opened));
}

AcpConversation::~AcpConversation() {
  prompted_->turn = nullptr;
  if (!process_) return;
  // It was not closed, as on the way of an error: what it uses is given back all the same.
  process_->detach(id_, *this);
  acp_.loop().spawn(acp_.leave(process_, id_));
}

void AcpConversation::take(Opened opened) {
  process_ = std::move(opened.process);
  id_ = std::move(opened.id);
  kept_ = kept_ || opened.kept;
  known_ = std::move(opened.offer);
  gap_ = std::move(opened.gap);
  // A session that is opened again has its own choices, where the agent still has them.
  spec_.settings = with_choices(known_.settings, Settings(), spec_.settings);
  process_->attach(id_, *this);
  if (spec_.events.on_settings) spec_.events.on_settings(spec_.settings);
}

/// Finds the session open and at rest, or makes it so.
transport::Task<Result<void>> AcpConversation::make_ready() {
  if (process_ && process_->gone()) let_go();
  if (!process_) {
    const bool is_asked_for = kept_ || heard_;
    auto again = co_await acp_.reopen(spec_, id_, is_asked_for);
    const bool is_lost = !again && again.error().kind == ErrorKind::conversation_lost;
    // A session of which no turn has ended may not have been kept.
    if (is_lost && !kept_) again = co_await acp_.reopen(spec_, id_, false);
    if (!again) co_return fail(std::move(again.error()));
    if (closed_) {
      co_await acp_.leave(std::move(again->process), std::move(again->id));
      co_return fail(ErrorKind::cancelled, "the conversation is closed");
    }
    take(std::move(*again));
  }
  const bool quiet = co_await prompted_->quiet.wait_for(acp_.patience().cancel);
  if (!quiet) {
    co_return fail(ErrorKind::backend_failed,
                   std::string(acp_.name()) + " does not end the turn that was cancelled");
  }
  if (!process_) co_return fail(ErrorKind::backend_gone, std::string(acp_.name()) + " has ended");
  co_return co_await choose();
}

/// Tells the agent what has been chosen since.
transport::Task<Result<void>> AcpConversation::choose() {
  const Settings wanted = spec_.settings;
  const std::string mode = wanted.modes.current;
  if (mode != known_.settings.modes.current) {
    std::string method(v1::method::SetMode::name);
    std::string params =
        v1::write(v1::SetModeRequest{.session_id = id_, .mode_id = mode, .meta = {}});
    if (!known_.mode_option.empty()) {
      method = v1::method::SetConfigOption::name;
      params = v1::write(v1::SetConfigOptionRequest{
          .session_id = id_, .config_id = known_.mode_option, .value = mode, .meta = {}});
    }
    auto set = co_await tell(std::move(method), std::move(params));
    if (!set) co_return fail(std::move(set.error()));
    known_.settings.modes.current = mode;
  }
  for (const v1::ConfigOption& each : wanted.options) {
    const v1::ConfigOption* const was = find(known_.settings, each.id);
    if (was == nullptr || is_same_choice(*was, each)) continue;
    v1::SetConfigOptionRequest request;
    request.session_id = id_;
    request.config_id = each.id;
    request.value = each.current;
    if (each.type == v1::ConfigOption::Type::boolean) request.value = each.on;
    auto set = co_await tell(std::string(v1::method::SetConfigOption::name), v1::write(request));
    if (!set) co_return fail(std::move(set.error()));
    take_offered(json::View(*set).find("configOptions"));
  }
  co_return Result<void>();
}

/// Tells the agent one choice. What it says of its options meanwhile does not undo the others.
transport::Task<Result<std::string>> AcpConversation::tell(std::string method, std::string params) {
  const auto process = process_;
  if (!process) co_return fail(ErrorKind::backend_gone, std::string(acp_.name()) + " has ended");
  co_return co_await process->call(std::move(method), std::move(params), limits::call);
}

/// Takes the agent's options as they are now; what was chosen and not told yet stays chosen.
void AcpConversation::take_offered(json::View list) {
  const Settings before = known_.settings;
  take_options(known_, list);
  spec_.settings = with_choices(known_.settings, before, spec_.settings);
}

transport::Task<Result<void>> AcpConversation::get_ready(transport::CancelSource& cancel) {
  if (cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  co_return co_await make_ready();
}

transport::Task<TurnOutcome> AcpConversation::prompt(std::vector<v1::ContentBlock> prompt,
                                                     v1::Client& client,
                                                     transport::CancelSource& cancel) {
  const auto blocks = std::make_shared<const std::vector<v1::ContentBlock>>(std::move(prompt));
  Attempts attempts{.session = spec_.session_id,
                    .program = acp_.name(),
                    .was_open = process_ != nullptr,
                    .closed = closed_,
                    .cancel = cancel,
                    .get_ready = [&] { return make_ready(); },
                    .play = [&](TurnOutcome& made) { return play(blocks, made, client, cancel); }};
  co_return co_await attempted(std::move(attempts), acp_.log(), acp_.redactor());
}

transport::Task<bool> AcpConversation::play(Blocks prompt, TurnOutcome& outcome, v1::Client& client,
                                            transport::CancelSource& cancel) {
  Turn turn(acp_.loop(), client, process_->pace(), meter_, spec_.session_id, acp_.patience(),
            acp_.forks_at_message());
  prompted_->turn = &turn;
  if (!gap_.empty()) turn.say(gap_notice(acp_.name(), std::exchange(gap_, {})));
  co_await run(std::move(prompt), turn, cancel);
  prompted_->turn = nullptr;
  co_await turn.close();
  outcome = turn.outcome();
  co_return turn.heard();
}

/// Has the agent answer a prompt. Its turn may be over by then.
transport::Task<void> AcpConversation::put(std::shared_ptr<Process> process, std::string params,
                                           std::shared_ptr<Prompted> prompted,
                                           std::string turn_id) {
  const auto answer = co_await process->call(std::string(v1::method::Prompt::name),
                                             std::move(params), transport::Milliseconds(0));
  prompted->answered = prompted->answered || answer.has_value();
  if (prompted->turn != nullptr) prompted->turn->on_answer(answer, std::move(turn_id));
  prompted->quiet.set();
}

transport::Task<void> AcpConversation::run(Blocks prompt, Turn& turn,
                                           transport::CancelSource& cancel) {
  const auto process = process_;
  std::string params;
  if (v1::bytes_of(*prompt) > transport::limits::long_message) {
    std::function<std::string()> make = [prompt, id = id_, trace = trace_] {
      return prompt_params(id, *prompt, trace);
    };
    params = co_await transport::made_beside(acp_.loop(), std::move(make));
  } else {
    params = prompt_params(id_, *prompt, trace_);
  }
  if (closed_ || turn.over()) co_return;
  prompted_->quiet.reset();
  ++turns_;
  const auto subscription = cancel.on_cancel([this, &turn] { interrupt(turn); });
  acp_.loop().spawn(put(process, std::move(params), prompted_, std::to_string(turns_)));
  const bool ended = co_await turn.ended();
  kept_ = kept_ || prompted_->answered;
  heard_ = heard_ || turn.heard();
  if (ended) co_return;
  if (!cancel.cancelled()) {
    interrupt(turn);
    const bool heeded = co_await turn.ended();
    turn.overrule(Error(ErrorKind::timeout, std::string(acp_.name()) + " was silent for too long"));
    if (heeded) co_return;
  }
  turn.fail(Error(ErrorKind::timeout, std::string(acp_.name()) + " did not end the turn"));
  if (process_ == process) begin_anew();
}

/// The session cannot be prompted while its turn goes on. So it is closed and opened again, or its
/// process is, where it serves no other; else it has to wait.
void AcpConversation::begin_anew() {
  const auto process = process_;
  const bool alone = process->serves_only(id_);
  if (!alone && !process->greeting().agent_capabilities.session.close) return;
  if (alone) process->count_as_silent();
  let_go();
  prompted_->turn = nullptr;
  prompted_ = std::make_shared<Prompted>(acp_.loop());
  acp_.loop().spawn(
      [](std::shared_ptr<Process> left, std::string session, bool whole) -> transport::Task<void> {
        if (whole) {
          co_await left->stop();
        } else {
          co_await left->close_session(std::move(session));
        }
      }(process, id_, alone));
}

transport::Task<Result<bool>> AcpConversation::steer(std::vector<v1::ContentBlock> words) {
  const auto process = process_;
  const Turn* const turn = prompted_->turn;
  if (!process || turn == nullptr || turn->over() || turn->hurried()) co_return false;
  if (!process->greeting().agent_capabilities.steering) co_return false;
  v1::SteerRequest request;
  request.session_id = id_;
  request.prompt = std::move(words);
  request.only_into_turn = true;
  const auto answer = co_await process->call(std::string(v1::method::Steer::name),
                                             v1::write(request), limits::call);
  if (!answer) co_return fail(answer.error());
  const auto read =
      v1::read_result<v1::SteerResponse>(json::View(*answer), ErrorKind::backend_failed);
  if (!read) co_return fail(read.error());
  co_return read->outcome == v1::SteerResponse::Outcome::injected;
}

void AcpConversation::interrupt(Turn& turn) {
  turn.hurry();
  if (process_) process_->cancel(id_);
}

// --- what the agent says
// ------------------------------------------------------------------------------------

/// Takes what the session itself tells the client: what can be chosen, and a fork's title.
bool AcpConversation::take_choices(const v1::Update& update) {
  const json::View payload(update.payload);
  if (update.kind == v1::UpdateKind::available_commands_update) {
    if (spec_.events.on_commands)
      spec_.events.on_commands(commands_of(payload.find("availableCommands")));
    return true;
  }
  if (update.kind == v1::UpdateKind::config_option_update) {
    take_offered(payload.find("configOptions"));
    if (spec_.events.on_settings) spec_.events.on_settings(spec_.settings);
    return true;
  }
  // A fork has a title that tells it from its parent, which some agents would give it the title of.
  if (update.kind == v1::UpdateKind::session_info_update && !spec_.origin.conversation.empty())
    return payload.find("title").exists();
  if (update.kind == v1::UpdateKind::current_mode_update) {
    const auto mode = payload.find("currentModeId").string().value_or(std::string());
    known_.settings.modes.current = mode;
    spec_.settings.modes.current = mode;
  }
  return false;
}

void AcpConversation::on_update(const v1::ToldUpdate& told) {
  v1::Update update = v1::adopt({}, told);
  if (take_choices(update)) return;
  if (prompted_->turn != nullptr) {
    prompted_->turn->on_update(std::move(update));
  } else if (update.kind != v1::UpdateKind::user_message_chunk && spec_.events.on_update) {
    spec_.events.on_update(std::move(update));
  }
}

transport::Task<Result<std::string>> AcpConversation::on_question(std::string method,
                                                                  std::string params,
                                                                  transport::CancelSource cancel) {
  if (prompted_->turn == nullptr) {
    co_return fail(ErrorKind::cancelled, "nobody can be asked between two prompts");
  }
  co_return co_await prompted_->turn->ask(std::move(method), std::move(params), std::move(cancel));
}

void AcpConversation::on_notification(std::string_view method, json::View params) {
  if (prompted_->turn != nullptr) prompted_->turn->on_notification(method, params);
}

/// Of a process that has gone.
void AcpConversation::let_go() {
  process_->detach(id_, *this);
  process_.reset();
  acp_.lost();
}

void AcpConversation::on_gone(const Error& why) {
  let_go();
  if (prompted_->turn != nullptr) prompted_->turn->fail(why);
  if (prompted_->turn == nullptr && spec_.events.on_idle) spec_.events.on_idle();
}

// --- what is chosen
// ------------------------------------------------------------------------------------

Result<void> AcpConversation::set_mode(const std::string& mode) {
  spec_.settings.modes.current = mode;
  return {};
}

Result<void> AcpConversation::set_option(const v1::ConfigOption& changed) {
  executor::set_option(spec_.settings, changed);
  return {};
}

transport::Task<void> AcpConversation::close() {
  closed_ = true;
  const auto process = std::exchange(process_, nullptr);
  if (prompted_->turn != nullptr) {
    prompted_->turn->end(v1::StopReason::cancelled);
    if (process) process->count_as_silent();
  }
  if (!process) co_return;
  process->detach(id_, *this);
  co_await acp_.leave(process, id_);
}

}  // namespace tine::executor::acp
