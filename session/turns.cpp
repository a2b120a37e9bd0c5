// The turns of a session: their queue, the backend's conversation, how they begin and end.

#include <exception>
#include <utility>

#include "base/ulid.h"
#include "protocol/v1/build_update.h"
#include "session/asides.h"
#include "session/git.h"
#include "session/limits.h"
#include "session/record/data.h"
#include "session/record/long_text.h"
#include "session/record/past.h"
#include "session/running_turn.h"
#include "session/settings.h"
#include "session/summary.h"
#include "session/title.h"

namespace tine::session {
namespace {

/// The name of the command of ours that a prompt is; empty for any other prompt.
std::string command_name(const std::vector<v1::ContentBlock>& blocks) {
  if (blocks.empty() || blocks.front().type != v1::ContentType::text) return {};
  const std::string_view text = blocks.front().text;
  if (!text.starts_with("/tine-")) return {};
  return std::string(text.substr(1, text.find_first_of(" \n\t") - 1));
}

/// The first text of a prompt.
std::string_view first_text(const std::vector<v1::ContentBlock>& blocks) {
  for (const v1::ContentBlock& block : blocks) {
    if (block.type == v1::ContentType::text && !block.text.empty()) return block.text;
  }
  return {};
}

/// Of the first turn of a fork in which the model was called and its provider told what that cost.
std::optional<CacheReport> cache_report(const store::State& state,
                                        const executor::TurnUsage& usage) {
  const auto& expected = state.expected_cache_read;
  const auto& read = usage.first_call.cache_read;
  if (!expected || state.first_cache_read || !read) return std::nullopt;
  return CacheReport{.expected = *expected,
                     .read = *read,
                     .shortfall = *read < *expected / limits::cache_shortfall};
}

/// A turn that runs out of memory has an outcome all the same, so that what comes after it goes on.
transport::Task<Result<TurnReport>> or_failure(transport::Task<Result<TurnReport>> turn) {
  try {
    co_return co_await std::move(turn);
  } catch (const std::exception& fault) {
    co_return fail(ErrorKind::internal, std::string("the turn ended early: ").append(fault.what()));
  }
}

v1::Update cache_notice(const CacheReport& cache) {
  return v1::notice(v1::Severity::warning,
                    "The fork's first turn read less from the provider's cache than expected",
                    std::to_string(cache.read) + " tokens instead of " +
                        std::to_string(cache.expected) +
                        ": the rest of what it has in common with its parent was paid anew.");
}

}  // namespace

executor::ConversationSpec Session::spec() {
  executor::ConversationSpec spec;
  spec.session_id = id();
  spec.identity = identity_of(library_, state());
  spec.workspace = workspace_;
  spec.trust = trust_.given();
  spec.settings = settings_;
  spec.turns = history()->turns();
  spec.past = [library = library_, history = std::shared_ptr<const History>(history())] {
    return past_turns(library.loop, library.store, history, history->cursor());
  };
  spec.origin = origin_of(state(), *history(), history()->cursor());
  listen_to(std::make_shared<Asides>());
  spec.events = asides_->calls();
  return spec;
}

void Session::set_conversation(std::unique_ptr<executor::Conversation> conversation) {
  conversation_ = std::move(conversation);
}

transport::Task<Result<void>> Session::ensure_conversation(std::shared_ptr<Running> running,
                                                           std::vector<v1::ContentBlock>& blocks) {
  co_await await_preparation(running->cancel);
  co_await settle_trust(running);
  if (running->cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  if (conversation_) co_return Result<void>();
  auto made = co_await begin_conversation();
  if (!made && made.error().kind == ErrorKind::conversation_lost) {
    auto summary = co_await offer_summary(running, std::move(made.error()));
    if (!summary) co_return fail(std::move(summary.error()));
    blocks.insert(blocks.begin(), v1::text_block(std::move(*summary)));
    made = co_await executor_.start(spec());
  }
  trust_.begun_with(trust_.given());
  if (!made) co_return fail(std::move(made.error()));
  if (running->given_up) {
    co_await (*made)->close();
    co_return fail(ErrorKind::cancelled, "the turn was cancelled");
  }
  set_conversation(std::move(*made));
  co_return Result<void>();
}

/// Whether the folder may start programs is decided before the prompt reaches the model. Other than
/// when the conversation was begun, it is begun anew.
transport::Task<void> Session::settle_trust(std::shared_ptr<Running> running) {
  // What runs has been started as it was decided then.
  if (conversation_ && conversation_->is_live() && trust_.is_settled()) co_return;
  co_await trust_.settle(running->client, workspace_);
  if (running->given_up || !conversation_ || !trust_.is_outdated()) co_return;
  asides_ = nullptr;
  const auto old = std::move(conversation_);
  co_await old->close();
}

/// The provider does not know the conversation any more, but the transcript does. Whoever asked is
/// told, and may go on from what it says.
transport::Task<Result<std::string>> Session::offer_summary(std::shared_ptr<Running> running,
                                                            Error lost) {
  constexpr const char* accept = "summary";
  v1::PermissionRequest request;
  request.tool_call.id = "conversation-lost-" + std::to_string(history()->turns() + 1);
  request.tool_call.title =
      "The provider has lost this conversation. Go on from a summary of its transcript?";
  request.options = {
      {.id = accept,
       .name = "Go on from a summary",
       .kind = v1::PermissionOption::Kind::allow_once,
       .meta = {}},
      {.id = "stop", .name = "Stop", .kind = v1::PermissionOption::Kind::reject_once, .meta = {}}};
  const auto answer = co_await running->client.request_permission(std::move(request), nullptr);
  if (!answer || answer->option_id != accept) {
    if (lost.hint.empty()) {
      lost.hint =
          "The transcript is still there: load it, or answer yes when you are asked to go on from "
          "a summary.";
    }
    co_return fail(std::move(lost));
  }
  const std::shared_ptr<const History> known = history();
  const auto turns = co_await past_turns(library_.loop, library_.store, known, known->cursor());
  if (!turns) co_return fail(turns.error());
  co_return summary_of(*turns, library_.redactor);
}

/// Another process has gone on with the session: what this one has of it is of the past.
void Session::take_over() {
  settings_ = chosen(std::move(settings_), state());
  let_go_of_conversation();
}

transport::Task<Result<void>> Session::look() {
  const auto self = shared_from_this();
  if (running()) co_return Result<void>();
  const auto news = co_await record_->look();
  if (!news) co_return fail(news.error());
  if (*news && !running()) take_over();
  co_return Result<void>();
}

Session::Report Session::prompt(std::vector<v1::ContentBlock> blocks,
                                transport::CancelSource cancel) {
  const auto self = shared_from_this();
  if (queue_.size() > limits::queued_prompts) {
    co_return fail(ErrorKind::queue_full, "too many prompts of this session are waiting");
  }
  const auto waiting = std::make_shared<Waiting>(library_.loop, std::move(cancel));
  queue_.push_back(waiting);
  if (queue_.front() != waiting) co_await waiting->turn.wait();
  auto report = co_await or_failure(claim_and_run(std::move(blocks), waiting->cancel));
  queue_.pop_front();
  if (!queue_.empty()) {
    queue_.front()->turn.set();
  } else if (const auto idle = std::exchange(idle_, nullptr)) {
    idle->set();
  }
  co_return report;
}

void Session::cancel() {
  // A turn that ends takes itself out of the queue.
  const auto waiting = queue_;
  for (const auto& each : waiting) each->cancel.cancel();
}

transport::Task<void> Session::close() {
  const auto self = shared_from_this();
  cancel();
  if (!queue_.empty()) {
    if (!idle_) idle_ = std::make_shared<transport::Event>(library_.loop);
    const auto idle = idle_;
    co_await idle->wait();
  }
  asides_ = nullptr;
  drop_preparation();
  if (conversation_) {
    const auto old = std::move(conversation_);
    co_await old->close();
  }
  rest();
}

/// Nothing happens without the right to write it down.
Session::Report Session::claim_and_run(std::vector<v1::ContentBlock> blocks,
                                       transport::CancelSource cancel) {
  auto& descriptors = library_.loop.descriptors();
  const auto share = co_await descriptors.take_within(library_.loop, limits::turn_descriptors,
                                                      limits::turn_wait, cancel);
  // What was cancelled needs them for a moment only.
  if (!share && !cancel.cancelled()) co_return fail(share.error());
  auto news = co_await record_->claim("a turn runs");
  if (!news) co_return fail(std::move(news.error()));
  if (*news) take_over();
  const std::int64_t most = library_.policy.max_session_bytes;
  if (most > 0 && state().transcript_bytes > most) {
    record_->release();
    co_return fail(Error(ErrorKind::session_too_large,
                         "the session has reached its limit of " + std::to_string(most) + " bytes")
                       .with_hint("Fork it, or compress it, and go on there."));
  }
  auto report = co_await or_failure(run(std::move(blocks), std::move(cancel)));
  record_->on_failure(nullptr);
  // A live conversation is this process's alone; else others may have their turn.
  const bool is_live = conversation_ && conversation_->is_live();
  if (!is_live) rest();
  if (!is_live || std::exchange(keeps_claim_, true)) record_->release();
  co_return report;
}

Session::Report Session::run(std::vector<v1::ContentBlock> blocks, transport::CancelSource cancel) {
  git_ = nullptr;
  if (!cancel.cancelled()) {
    git_ = std::make_shared<Git>();
    library_.loop.spawn(look_at_git(git_));
  }
  std::string content = library_.policy.keep_text ? content_json(blocks) : "[]";
  content = co_await redacted_in_slices(library_.loop, library_.redactor, std::move(content));
  record_->prompt("prompt-" + std::to_string(history()->turns() + 1), content);
  const std::string command = command_name(blocks);
  if (!command.empty()) co_return co_await run_command(command, cancel);
  if (state().description.empty() && library_.policy.keep_text) {
    const std::string title = title_from(first_text(blocks), library_.redactor);
    if (!title.empty()) say(v1::session_info(title, rfc3339(record_->updated_ms())));
  }

  executor::TurnOutcome outcome;
  if (cancel.cancelled()) {
    outcome.stop = v1::StopReason::cancelled;
    co_return co_await finish(std::move(outcome), true);
  }
  const auto running = std::make_shared<Running>(library_.loop, *this, cancel);
  // What cannot be written down must not go on.
  record_->on_failure([running] { running->cancel.cancel(); });
  const auto subscription = cancel.on_cancel([running] { running->woken.set(); });
  library_.loop.spawn(play(running, std::move(blocks)));
  co_await running->woken.wait();
  if (!running->done.is_set()) {
    const bool ended = co_await running->done.wait_for(limits::cancel_grace);
    if (!ended) {
      // The turn ends without the backend; its conversation is left to the coroutine that is stuck
      // in it.
      running->given_up = true;
      running->outcome.stop = v1::StopReason::cancelled;
      running->abandoned = std::move(conversation_);
      asides_ = nullptr;
    }
  }
  if (record_->failure()) running->outcome.stop = fail(*record_->failure());
  const bool cancelled = cancel.cancelled() && !record_->failure();
  running->client.end(cancelled || !running->outcome.stop);
  co_return co_await finish(std::move(running->outcome), cancelled);
}

/// In which state the project is as the turn begins.
transport::Task<void> Session::look_at_git(std::shared_ptr<Git> git) {
  const auto self = shared_from_this();
  auto found = co_await git_snapshot(library_.loop, library_.env, workspace_.cwd);
  if (found) {
    git->state = store::GitState{.branch = library_.redactor.redacted(found->branch),
                                 .commit = std::move(found->commit),
                                 .dirty = found->dirty};
  }
  git->known = true;
  // No answer waits for git. What comes too late for its own turn is saved with the next write.
  if (git->late && git_ == git) record_->set_git(std::move(git->state));
}

transport::Task<void> Session::play(std::shared_ptr<Running> running,
                                    std::vector<v1::ContentBlock> blocks) {
  const auto self = shared_from_this();
  executor::TurnOutcome outcome;
  try {
    outcome = co_await perform(running, std::move(blocks));
  } catch (const std::exception& fault) {
    // Out of memory: the turn has an end all the same.
    outcome.stop =
        fail(ErrorKind::internal, std::string("the turn ended early: ").append(fault.what()));
  }
  if (running->given_up) {
    if (running->abandoned) co_await running->abandoned->close();
    co_return;
  }
  running->outcome = std::move(outcome);
  running->done.set();
  running->woken.set();
}

transport::Task<executor::TurnOutcome> Session::perform(std::shared_ptr<Running> running,
                                                        std::vector<v1::ContentBlock> blocks) {
  executor::TurnOutcome outcome;
  auto ready = co_await ensure_conversation(running, blocks);
  if (!ready) {
    outcome.stop = fail(std::move(ready.error()));
  } else if (running->cancel.cancelled()) {
    outcome.stop = v1::StopReason::cancelled;
  } else {
    outcome = co_await conversation_->prompt(std::move(blocks), running->client, running->cancel);
  }
  co_return outcome;
}

Session::Report Session::run_command(std::string name, transport::CancelSource cancel) {
  executor::TurnOutcome outcome;
  if (!cancel.cancelled()) {
    const std::string said = co_await command_(*this, name);
    const std::string id = "command-" + std::to_string(history()->turns() + 1);
    say(v1::text_chunk(v1::UpdateKind::agent_message_chunk, said, id));
  }
  if (cancel.cancelled()) outcome.stop = v1::StopReason::cancelled;
  co_return co_await finish(std::move(outcome), cancel.cancelled());
}

/// Writes down how the turn ended, before anybody is told.
Session::Report Session::finish(executor::TurnOutcome outcome, bool cancelled) {
  record_->end_messages();
  if (outcome.usage.context) say(v1::usage_update(*outcome.usage.context));
  if (cancelled) outcome.stop = v1::StopReason::cancelled;
  if (!outcome.stop) {
    const std::uint64_t turn = history()->turns() + 1;
    record_->add(record_type::error, error_data(turn, outcome.stop.error(), library_.redactor));
  }

  TurnReport report;
  report.fork = cache_report(state(), outcome.usage);
  if (report.fork && report.fork->shortfall) say(cache_notice(*report.fork));
  TurnEnd end;
  end.fork = report.fork;
  end.stop = outcome.stop ? v1::name_of(*outcome.stop) : "error";
  if (conversation_) end.conversation = conversation_->provider_id();
  end.provider_turn = outcome.provider_turn;
  end.usage = outcome.usage;
  report.seq = record_->end_turn(std::move(end));
  report.turn = history()->turns();
  if (git_ && git_->known) record_->set_git(std::move(git_->state));
  if (git_) git_->late = !git_->known;
  auto written = co_await record_->write();
  if (!written) co_return fail(std::move(written.error()));
  if (!outcome.stop) co_return fail(std::move(outcome.stop.error()));
  report.stop_reason = *outcome.stop;
  report.usage = std::move(outcome.usage);
  report.cumulative = state().total;
  co_return report;
}

}  // namespace tine::session
