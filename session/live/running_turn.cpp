#include "session/live/running_turn.h"

#include <exception>
#include <utility>

#include "base/tokens/estimate.h"
#include "protocol/v1/build_update.h"
#include "session/limits.h"
#include "session/live/failover.h"
#include "session/live/prompt_words.h"
#include "session/live/session.h"
#include "session/live/told_first.h"
#include "session/record/past.h"

namespace tine::session {
namespace {

/// Estimates the tokens of the first prompt of a new conversation; none: it is too long, or has
/// something else than text in it.
std::optional<std::uint64_t> tokens_told(const std::vector<v1::ContentBlock>& blocks) {
  if (v1::bytes_of(blocks) > limits::opening_prompt) return std::nullopt;
  std::uint64_t tokens = 0;
  for (const v1::ContentBlock& block : blocks) {
    if (block.type != v1::ContentType::text) return std::nullopt;
    tokens += tokens::estimate(block.text);
  }
  return tokens;
}

v1::Update process_notice(std::size_t processes) {
  return v1::notice(v1::Severity::info, "Waiting for another agent's process to end",
                    "limits.max_processes lets no more than " + std::to_string(processes) +
                        " run in this tine, and none of them is idle.");
}

v1::Update wait_notice() {
  return v1::notice(
      v1::Severity::info, "Waiting for another fork of the same parent",
      "The provider's cache does not have their past. The first prompt goes ahead; "
      "the others follow once its answer begins, and read from the cache what it has put there.");
}

/// What the first turn of a fork reads that others of its parent read too; none: it is another
/// turn, or nothing is known of the provider's cache.
std::optional<WarmFirst::Past> cached_past(const Session& session) {
  const store::State& state = session.state();
  const History& history = *session.history();
  const TurnMark* const last = history.last_kept_turn();
  const bool is_first = last != nullptr && last->seq <= history.fork_seq();
  if (state.parent.empty() || !is_first || history.is_to_be_retold() ||
      session.executor().capabilities().cache_lifetime.count() == 0) {
    return std::nullopt;
  }
  return WarmFirst::Past{.backend = state.backend, .parent = state.parent, .seq = state.fork_seq};
}

/// Whether forks of the same parent can read from the provider's cache now what the turn has read:
/// also what it has written itself, or only what it has read there.
bool has_cached(const Session& session, const executor::TurnUsage& usage) {
  if (!usage.first_call.input) return false;
  if (session.executor().capabilities().caches_any_prefix) return true;
  const auto& expected = session.state().expected.cache_read;
  return expected && *expected > 0 && usage.first_call.cache_read.value_or(0) >= *expected;
}

/// Whether the folder may start programs is decided before the prompt reaches the model. Other than
/// when the conversation was begun, it is begun anew.
transport::Task<void> settle_trust(std::shared_ptr<RunningTurn> running) {
  ConversationHolder& conversation = running->session.conversation();
  SessionTrust& trust = running->session.trust();
  co_await conversation.made_ahead(running->cancel);
  // What runs has been started as it was decided then.
  if (running->cancel.cancelled() || (conversation.is_live() && trust.is_settled())) co_return;
  co_await trust.settle(running->client, running->session.workspace(), running->cancel);
  if (!running->given_up && conversation.get() && trust.is_outdated()) conversation.let_go();
}

transport::Task<Result<void>> find_conversation(std::shared_ptr<RunningTurn> running,
                                                std::vector<v1::ContentBlock>& blocks) {
  co_await settle_trust(running);
  const History& history = *running->session.history();
  const bool is_to_be_retold = history.is_to_be_retold() || running->is_sent_again;
  bool is_new = (begins_anew(running->session) || running->is_sent_again) &&
                !left_at(running->session.state(), history).has_value();
  auto ready = co_await running->session.conversation().ready(running->cancel);
  const bool is_lost = !ready && ready.error().kind == ErrorKind::conversation_lost;
  if (!ready && !is_lost) co_return ready;
  Result<ToldFirst> told;
  if (is_lost) {
    is_new = true;
    told = co_await offer_summary(running->session, running->client, std::move(ready.error()));
  } else if (is_to_be_retold) {
    told = co_await past_to_tell(running->session, running->is_sent_again);
  }
  if (!told) co_return fail(std::move(told.error()));
  // A command of the backend must stand first.
  const bool has_room = is_new && !is_for_backend(blocks);
  co_await tell_first(running->session, std::move(*told), has_room, blocks, running->cancel);
  if (running->cancel.cancelled()) co_return Result<void>();
  if (!is_lost) co_return Result<void>();
  executor::Executor& backend = running->session.executor();
  ConversationHolder::Begin anew = [&backend](executor::ConversationSpec spec) {
    return backend.start(std::move(spec));
  };
  co_return co_await running->session.conversation().make(std::move(anew), running->cancel);
}

/// Waits while another fork of the same parent goes ahead to put their past into the provider's
/// cache, or goes ahead.
transport::Task<void> wait_for_warmth(std::shared_ptr<RunningTurn> running, WarmFirst::Past past) {
  const auto lifetime = running->session.executor().capabilities().cache_lifetime;
  std::function<void()> on_wait = [running] {
    if (!running->given_up) running->session.say(wait_notice());
  };
  auto lead = co_await running->session.library().warm_first.turn(
      std::move(past), lifetime, running->cancel, std::move(on_wait));
  if (!lead || running->given_up) co_return;
  running->lead = std::move(lead);
  running->client.on_sign([lead = std::weak_ptr(running->lead)] {
    if (const auto still = lead.lock()) still->sign();
  });
}

/// Of a prompt that has an id: writes down that the backend is given it next. What fails before
/// that leaves the prompt to be sent again.
transport::Task<Result<void>> note_sent(std::shared_ptr<RunningTurn> running) {
  const std::shared_ptr<executor::Conversation> conversation =
      running->session.conversation().get();
  auto able = co_await conversation->get_ready(running->cancel);
  if (running->cancel.cancelled()) co_return Result<void>();
  // A process that has just gone is started anew by prompt().
  if (!able && able.error().kind != ErrorKind::backend_gone) {
    Error error = std::move(able.error());
    error.message = running->session.library().redactor.redacted(error.message);
    co_return fail(std::move(error));
  }
  co_await running->session.record()->caught_up();
  if (running->cancel.cancelled()) co_return Result<void>();
  auto noted = co_await running->session.record()->note_sent();
  co_return noted;
}

/// Has the prompt played by the session's backend as it is now.
transport::Task<executor::TurnOutcome> attempt(std::shared_ptr<RunningTurn> running,
                                               std::vector<v1::ContentBlock> blocks) {
  executor::TurnOutcome outcome;
  const bool is_new = begins_anew(running->session);
  const auto past = cached_past(running->session);
  const auto told_of_wait = running->session.library().turn_line.admission().tell_of_wait(
      {.backend = std::string(running->session.executor().name()),
       .session = running->session.id(),
       .tell = [running](std::size_t processes) {
         if (!running->given_up) running->session.say(process_notice(processes));
       }});
  auto ready = co_await find_conversation(running, blocks);
  if (ready && past) co_await wait_for_warmth(running, *past);
  if (ready && !running->cancel.cancelled() && running->session.record()->asked()) {
    auto noted = co_await note_sent(running);
    ready = std::move(noted);
  }
  if (!ready) {
    outcome.stop = fail(std::move(ready.error()));
  } else if (running->cancel.cancelled()) {
    outcome.stop = v1::StopReason::cancelled;
  } else {
    const std::shared_ptr<executor::Conversation> conversation =
        running->session.conversation().get();
    if (is_new && !running->given_up) running->told = tokens_told(blocks);
    conversation->set_trace(running->trace);
    running->is_played = true;
    outcome = co_await conversation->prompt(std::move(blocks), running->client, running->cancel);
    running->is_played = false;
    // It may believe that its provider has kept more than it has: the next prompt finds out.
    const bool is_gone =
        !outcome.stop && (outcome.stop.error().kind == ErrorKind::backend_gone ||
                          outcome.stop.error().kind == ErrorKind::conversation_lost);
    if (is_gone && !running->given_up && running->session.conversation().get() == conversation)
      running->session.conversation().let_go();
    if (past && has_cached(running->session, outcome.usage))
      running->session.library().warm_first.note(*past, running->session.library().env.wall_ms());
  }
  co_return outcome;
}

transport::Task<executor::TurnOutcome> perform(std::shared_ptr<RunningTurn> running,
                                               std::vector<v1::ContentBlock> blocks) {
  auto back = co_await offer_way_back(running->session, running->client, running->cancel);
  running->failover = std::move(back);
  Failover failover(running->session, running->client, running->cancel);
  std::vector<v1::ContentBlock> asked;
  if (failover.is_possible()) asked = blocks;
  auto outcome = co_await attempt(running, std::move(blocks));
  while (failover.is_possible() && failover.is_needed(outcome)) {
    co_await running->session.record()->caught_up();
    running->session.record()->end_messages();
    Error error = outcome.stop.error();
    const bool goes_on = co_await failover.go_on(std::move(error));
    if (!goes_on || running->given_up) break;
    running->is_sent_again = true;
    std::vector<v1::ContentBlock> again = asked;
    auto next = co_await attempt(running, std::move(again));
    next.usage.add_spent(outcome.usage);
    outcome = std::move(next);
  }
  if (running->given_up) co_return outcome;
  failover.end(outcome);
  if (failover.report()) running->failover = failover.report();
  co_return outcome;
}

}  // namespace

Failure ended_early(const std::exception& fault) {
  return fail(ErrorKind::internal, std::string("the turn ended early: ").append(fault.what()));
}

transport::Task<void> play_turn(std::shared_ptr<RunningTurn> running,
                                std::vector<v1::ContentBlock> blocks) {
  const auto session = running->session.shared_from_this();
  executor::TurnOutcome outcome;
  try {
    outcome = co_await perform(running, std::move(blocks));
  } catch (const std::exception& fault) {
    outcome.stop = ended_early(fault);
  }
  if (!running->given_up) running->outcome = std::move(outcome);
  running->done.set();
  running->woken.set();
}

}  // namespace tine::session
