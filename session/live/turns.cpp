#include "session/live/turns.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "base/ulid.h"
#include "protocol/v1/build_update.h"
#include "session/limits.h"
#include "session/live/cancel_request.h"
#include "session/live/earlier_answer.h"
#include "session/live/prompt_words.h"
#include "session/live/session.h"
#include "session/live/told_first.h"
#include "session/memory/limits.h"
#include "session/record/conclusion.h"
#include "session/record/drift.h"
#include "session/record/long_text.h"
#include "session/title.h"

namespace tine::session {
namespace {

/// Whether a session that is full takes the prompt: a command of ours, or one with which the
/// backend puts the past into a summary, so that a fork has less to read.
bool is_for_full_session(const std::vector<v1::ContentBlock>& blocks) {
  if (v1::bytes_of(blocks) > limits::command_prompt || blocks.empty()) return false;
  const std::string_view text = blocks.front().text;
  return !command_line(blocks).empty() || text == "/compact" || text.starts_with("/compact ");
}

Error too_large(std::int64_t most) {
  return Error(ErrorKind::session_too_large,
               "the session has reached its limit of " + std::to_string(most) + " bytes")
      .with_hint("Fork it, or compress it, and go on there.");
}

/// Of the first turn of a fork in which the model was called and its provider told what that cost.
std::optional<ForkBill> bill_of(const Session& session, const executor::TurnUsage& usage) {
  const store::State& state = session.state();
  if (state.parent.empty() || state.actual.fresh || !usage.first_call.input) return std::nullopt;
  ForkCost actual = cost_of(usage.first_call);
  const auto lifetime = session.executor().capabilities().cache_lifetime;
  actual.dollars = dollars_for(actual, main_model(usage), lifetime, session.library().prices);
  return fork_bill(state.expected, actual);
}

/// What the backend has told its model beside the `told` tokens.
std::optional<std::uint64_t> opening_of(const std::optional<std::uint64_t>& told,
                                        const executor::TurnUsage& usage) {
  const auto prompt = usage.first_call.prompt();
  if (!told || !prompt || *told * limits::opening_part > *prompt) return std::nullopt;
  return *prompt - *told;
}

/// A turn that runs out of memory has an outcome all the same, so that what comes after it goes on.
template <class T>
transport::Task<Result<T>> or_failure(transport::Task<Result<T>> turn) {
  try {
    co_return co_await std::move(turn);
  } catch (const std::exception& fault) {
    co_return ended_early(fault);
  }
}

v1::Update place_notice(const TurnLine& line) {
  return v1::notice(v1::Severity::info, "Waiting for another turn to end",
                    "limits.max_turns lets " + std::to_string(line.most()) +
                        " run at a time in this tine, and " + std::to_string(line.waiting()) +
                        (line.waiting() == 1 ? " waits." : " wait."));
}

v1::Update cache_notice(const ForkBill& bill) {
  return v1::notice(v1::Severity::warning,
                    "The fork's first turn read less from the provider's cache than expected",
                    std::to_string(bill.actual.cache_read.value_or(0)) + " tokens instead of " +
                        std::to_string(bill.expected.cache_read.value_or(0)) +
                        ": the rest of what it has in common with its parent was paid anew.");
}

}  // namespace

Turns::Report Turns::prompt(std::vector<v1::ContentBlock> blocks, transport::CancelSource cancel,
                            PromptTags tags) {
  const auto session = session_.shared_from_this();
  if (session_.closing()) co_return session_closed();
  if (queue_.size() > limits::queued_prompts) {
    co_return fail(ErrorKind::queue_full, "too many prompts of this session are waiting");
  }
  const auto waiting =
      std::make_shared<Waiting>(session_.library().loop, std::move(cancel), std::move(tags));
  queue_.push_back(waiting);
  if (queue_.front() != waiting) {
    const auto subscription = waiting->cancel.on_cancel([waiting] { waiting->woken.set(); });
    co_await waiting->woken.wait();
  }
  if (waiting->cancel.cancelled()) {
    leave(waiting);
    co_return never_begun();
  }
  std::unique_ptr<TurnLine::Place> place;
  // A command of ours has nothing to wait for.
  if (command_line(blocks).empty()) {
    place = co_await take_place(waiting);
    if (!place) {
      leave(waiting);
      co_return never_begun();
    }
  }
  auto report = co_await or_failure(claim_and_run(std::move(blocks), waiting));
  place.reset();
  leave(waiting);
  co_return report;
}

/// None: it was cancelled before there was one.
transport::Task<std::unique_ptr<TurnLine::Place>> Turns::take_place(
    std::shared_ptr<Waiting> waiting) {
  std::function<void()> on_wait = [this] {
    v1::Update notice = place_notice(session_.library().turn_line);
    notice.session = session_.id();
    if (v1::Client* const client = session_.client()) client->update(notice);
  };
  co_return co_await session_.library().turn_line.take(waiting->cancel, std::move(on_wait));
}

/// Lets the next prompt begin when it is its turn.
void Turns::leave(const std::shared_ptr<Waiting>& waiting) {
  queue_.erase(std::find(queue_.begin(), queue_.end(), waiting));
  if (!queue_.empty()) {
    queue_.front()->woken.set();
  } else if (const auto idle = std::exchange(idle_, nullptr)) {
    idle->set();
  }
}

Result<TurnReport> Turns::never_begun() const {
  TurnReport report;
  report.stop_reason = v1::StopReason::cancelled;
  report.seq = session_.history()->cursor();
  report.cumulative = session_.state().total;
  return report;
}

void Turns::cancel() {
  // A turn that ends takes itself out of the queue.
  const auto waiting = queue_;
  for (const auto& each : waiting) each->cancel.cancel();
}

transport::Task<void> Turns::idle() {
  while (!queue_.empty()) {
    if (!idle_) idle_ = std::make_shared<transport::Event>(session_.library().loop);
    const auto idle = idle_;
    co_await idle->wait();
  }
}

/// Nothing happens without the right to write it down.
Turns::Report Turns::claim_and_run(std::vector<v1::ContentBlock> blocks,
                                   std::shared_ptr<Waiting> waiting) {
  const transport::CancelSource cancel = waiting->cancel;
  if (!waiting->tags.id.empty()) {
    const bool known = co_await look_at_content(waiting, blocks);
    if (!known) co_return never_begun();
  }
  // What was chosen before the prompt came holds for its turn.
  co_await session_.choices_made();
  transport::Loop& loop = session_.library().loop;
  const auto share = co_await loop.descriptors().take_within(loop, limits::turn_descriptors,
                                                             limits::turn_wait, cancel);
  // What was cancelled needs them for a moment only.
  if (!share && !cancel.cancelled()) co_return fail(share.error());
  const std::shared_ptr<Record> record = session_.record();
  auto news = co_await record->claim("a turn runs");
  if (!news && waiting->asked && news.error().kind == ErrorKind::session_locked) {
    Error locked = std::move(news.error());
    co_return co_await or_failure(answer_from_record(waiting, std::move(locked)));
  }
  if (!news) co_return fail(std::move(news.error()));
  if (*news) {
    if (auto adopted = session_.adopt_external_changes(); !adopted) {
      record->release();
      co_return fail(std::move(adopted.error()));
    }
  }
  if (waiting->asked) {
    auto earlier = co_await or_failure(earlier_answer(session_, *waiting->asked, cancel));
    if (!earlier || *earlier) record->release();
    if (!earlier) co_return fail(std::move(earlier.error()));
    if (*earlier) co_return std::move(**earlier);
  }
  // What a command of ours says changes nothing.
  if (is_concluded(session_.state()) && command_line(blocks).empty()) {
    record->release();
    co_return fail(concluded(session_.id()));
  }
  const std::int64_t most = session_.library().policy.max_session_bytes;
  const auto prompted = static_cast<std::int64_t>(v1::bytes_of(blocks));
  if (most > 0 && !is_for_full_session(blocks) &&
      session_.state().transcript_bytes + prompted > most) {
    record->release();
    co_return fail(too_large(most));
  }
  auto report = co_await or_failure(run(std::move(blocks), waiting));
  record->on_failure(nullptr);
  record->unbind();
  // A live conversation is this process's alone; else others may have their turn.
  ConversationHolder& conversation = session_.conversation();
  if (!conversation.is_live()) conversation.give_claim_back();
  if (!conversation.takes_claim()) record->release();
  co_return report;
}

/// Makes of a prompt that has an id what it is known by. False: it was cancelled meanwhile.
transport::Task<bool> Turns::look_at_content(std::shared_ptr<Waiting> waiting,
                                             std::vector<v1::ContentBlock>& blocks) {
  const Library& library = session_.library();
  waiting->content =
      co_await clean_content(library.loop, library.redactor, blocks, waiting->cancel);
  if (!waiting->content) co_return false;
  const std::uint32_t checksum = co_await content_checksum(library.loop, *waiting->content);
  waiting->asked = AskedPrompt{.id = waiting->tags.id, .checksum = checksum};
  co_return true;
}

/// Another process is at work in the session, so nothing can be played here. What it has written
/// down of the prompt can be told.
Turns::Report Turns::answer_from_record(std::shared_ptr<Waiting> waiting, Error locked) {
  const auto news = co_await session_.record()->look();
  if (!news) co_return fail(std::move(locked));
  if (*news) {
    if (auto adopted = session_.adopt_external_changes(); !adopted)
      co_return fail(std::move(adopted.error()));
  }
  auto earlier = co_await earlier_answer(session_, *waiting->asked, waiting->cancel);
  if (!earlier) co_return fail(std::move(earlier.error()));
  if (*earlier) co_return std::move(**earlier);
  co_return fail(told_of_prompt(std::move(locked), *session_.record(), *waiting->asked));
}

Turns::Report Turns::run(std::vector<v1::ContentBlock> blocks, std::shared_ptr<Waiting> waiting) {
  transport::CancelSource cancel = waiting->cancel;
  const Library& library = session_.library();
  const std::shared_ptr<Record> record = session_.record();
  const std::string command = command_line(blocks);
  const bool leaves_no_record = session_.history()->turns() == 0 || is_concluded(session_.state());
  if (!command.empty() && leaves_no_record) {
    co_return co_await answer_unrecorded(command, std::move(blocks), cancel);
  }
  notes_.prepare();
  owes_drift_ = false;
  const std::uint64_t since = session_.history()->cursor();
  // A command of ours changes nothing.
  const bool may_change = !cancel.cancelled() && command.empty();
  std::optional<std::string> content = "[]";
  if (library.policy.keep_text) {
    content = std::move(waiting->content);
    if (!content) content = co_await clean_content(library.loop, library.redactor, blocks, cancel);
  }
  if (!content) co_return never_begun();
  std::optional<DriftReport> moved;
  // What moves before a command of the backend is told with the prompt behind it.
  const bool is_prompt = !is_for_backend(blocks);
  const bool has_drift = library.policy.drift != DriftRule::off &&
                         drift_between(session_.state().git, notes_.head()).has_value();
  if (may_change && (is_prompt || !has_drift)) {
    auto drift =
        co_await settle_drift(session_.shared_from_this(), notes_.head(), !waiting->asked, cancel);
    if (cancel.cancelled()) co_return never_begun();
    if (drift.is_stopped || drift.way == DriftWay::fork || drift.way == DriftWay::rebuild)
      co_return co_await go_on_in_fork(std::move(blocks), std::move(drift));
    if (drift.way != DriftWay::none) {
      moved = {.way = name_of(drift.way), .session = {}};
      note_drift(std::move(drift));
    }
    notes_.begin();
  }
  if (is_prompt && begins_with_brief(session_)) {
    co_await note_brief(session_, cancel);
    if (cancel.cancelled()) co_return never_begun();
  }
  co_await record->prompt("prompt-" + std::to_string(session_.history()->turns() + 1),
                          std::move(*content), waiting->asked);
  if (!command.empty()) co_return co_await run_command(command, std::move(blocks), cancel);
  if (library.policy.keep_text) {
    const std::string& known = session_.state().description;
    std::string title;
    if (known.empty()) {
      title = title_from(first_text(blocks), library.redactor);
    } else if (!session_.state().parent.empty()) {
      title = with_own_prompt(known, title_from(first_text(blocks), library.redactor));
    }
    if (!title.empty()) session_.say(v1::session_info(title, rfc3339(record->updated_ms())));
  }

  executor::TurnOutcome outcome;
  if (cancel.cancelled()) {
    outcome.stop = v1::StopReason::cancelled;
    co_return co_await finish(std::move(outcome), true, nullptr);
  }
  const auto running = std::make_shared<RunningTurn>(library.loop, session_, cancel);
  running->trace = waiting->tags.trace;
  running_ = running;
  // What cannot be written down must not go on.
  record->on_failure([running] { running->cancel.cancel(); });
  const std::int64_t most = library.policy.max_session_bytes;
  if (most > 0) {
    const auto bytes = static_cast<std::uint64_t>(session_.state().transcript_bytes);
    const auto bound = static_cast<std::uint64_t>(most);
    const bool may_exceed = is_for_full_session(blocks);
    record->bind(may_exceed ? std::max(bound, bytes) + limits::command_room : bound, [running] {
      running->is_full = !running->cancel.cancelled();
      running->cancel.cancel();
    });
  }
  const auto subscription = cancel.on_cancel([running] { running->woken.set(); });
  const HeededRequests heeded(session_.shared_from_this());
  const std::string& drift = session_.state().drift;
  owes_drift_ = !drift.empty() && !is_prompt;
  if (!drift.empty() && is_prompt) blocks.insert(blocks.begin(), v1::text_block(drift));
  library.loop.spawn(play_turn(running, std::move(blocks)));
  co_await running->woken.wait();
  running->lead = nullptr;
  if (!running->done.is_set()) {
    const bool ended = co_await running->done.wait_for(limits::cancel_grace);
    if (!ended) {
      // The turn ends without the backend.
      running->given_up = true;
      running->outcome.stop = v1::StopReason::cancelled;
      running->woken.reset();
      session_.conversation().give_up(std::shared_ptr<transport::Event>(running, &running->woken));
    }
  }
  running->client.silence();
  co_await record->caught_up();
  // How the turn ended has its place all the same.
  record->unbind();
  if (running->is_full) running->outcome.stop = fail(too_large(most));
  if (record->failure()) running->outcome.stop = fail(*record->failure());
  const bool cancelled = cancel.cancelled() && !record->failure() && !running->is_full;
  running->client.end(cancelled || !running->outcome.stop);
  auto report = co_await finish(std::move(running->outcome), cancelled, running);
  if (report) report->drift = std::move(moved);
  notes_.remember(running->client.plan(),
                  std::string(report ? v1::name_of(report->stop_reason) : "error"), since);
  co_return report;
}

/// The session goes on, and its agent is told how the repository has moved: in front of this
/// prompt, or of the next one that its provider keeps.
void Turns::note_drift(DriftSettled drift) {
  // What was to be told before is older.
  std::string text = session_.state().drift;
  if (text.size() + drift.text.size() > limits::drift_text) text.clear();
  text += drift.text;
  session_.record()->add(record_type::drift,
                         drift_data(name_of(drift.way), drift.before, drift.now, text));
}

Turns::Report Turns::run_command(std::string line, std::vector<v1::ContentBlock> prompt,
                                 transport::CancelSource cancel) {
  executor::TurnOutcome outcome;
  Result<void> noted;
  if (!cancel.cancelled()) noted = co_await session_.record()->note_sent();
  if (!noted) {
    outcome.stop = fail(std::move(noted.error()));
  } else if (!cancel.cancelled()) {
    const std::string said =
        co_await callbacks_.command(session_, std::move(line), std::move(prompt));
    const std::string id = "command-" + std::to_string(session_.history()->turns() + 1);
    session_.say(v1::text_chunk(v1::UpdateKind::agent_message_chunk, said, id));
  }
  if (cancel.cancelled()) outcome.stop = v1::StopReason::cancelled;
  co_return co_await finish(std::move(outcome), cancel.cancelled(), nullptr);
}

void Turns::say_unrecorded(std::string text) {
  v1::Update answer = v1::text_chunk(v1::UpdateKind::agent_message_chunk, std::move(text),
                                     "unrecorded-" + std::to_string(++unrecorded_));
  answer.session = session_.id();
  if (v1::Client* const client = session_.client()) client->update(answer);
}

/// Before anything was said, as an answer alone makes no session that would be listed; and behind
/// the end.
Turns::Report Turns::answer_unrecorded(std::string line, std::vector<v1::ContentBlock> prompt,
                                       transport::CancelSource cancel) {
  if (cancel.cancelled()) co_return never_begun();
  std::string said = co_await callbacks_.command(session_, std::move(line), std::move(prompt));
  say_unrecorded(std::move(said));
  TurnReport report = *never_begun();
  if (!cancel.cancelled()) report.stop_reason = v1::StopReason::end_turn;
  co_return report;
}

/// The session stays as it is.
Turns::Report Turns::go_on_in_fork(std::vector<v1::ContentBlock> blocks, DriftSettled drift) {
  TurnReport report = *never_begun();
  report.stop_reason = v1::StopReason::end_turn;
  if (drift.is_stopped) {
    say_unrecorded("The prompt was not sent. To go on in a fork, write /tine-fork before it.");
    co_return report;
  }
  const std::string_view way = name_of(drift.way);
  auto forked = co_await callbacks_.branch(session_, std::move(blocks), std::move(drift));
  if (!forked) co_return fail(std::move(forked.error()));
  say_unrecorded(std::move(forked->text));
  report.drift = {.way = way, .session = std::move(forked->session)};
  co_return report;
}

/// Records the end of the turn before the client gets its answer. `running` is null when no backend
/// played the turn.
Turns::Report Turns::finish(executor::TurnOutcome outcome, bool cancelled,
                            std::shared_ptr<RunningTurn> running) {
  const std::shared_ptr<Record> record = session_.record();
  co_await record->caught_up();
  record->end_messages();
  if (outcome.usage.context) session_.say(v1::usage_update(*outcome.usage.context));
  if (cancelled) outcome.stop = v1::StopReason::cancelled;
  if (!outcome.stop) {
    const std::uint64_t turn = session_.history()->turns() + 1;
    record->add(record_type::error,
                error_data(turn, outcome.stop.error(), session_.library().redactor));
  }

  TurnReport report;
  report.fork = bill_of(session_, outcome.usage);
  if (report.fork && report.fork->shortfall) session_.say(cache_notice(*report.fork));
  TurnEnd end;
  end.cumulative = session_.state().total;
  end.cumulative.add(outcome.usage.tokens);
  if (running) end.failover = running->failover;
  end.fork = report.fork;
  if (running) end.opening = opening_of(running->told, outcome.usage);
  end.stop = outcome.stop ? v1::name_of(*outcome.stop) : "error";
  if (const auto& conversation = session_.conversation().get())
    end.conversation = conversation->provider_id();
  end.provider_turn = outcome.provider_turn;
  end.told_until = session_.history()->retold_until();
  end.usage = outcome.usage;
  end.git = notes_.end();
  end.owes_drift = owes_drift_;
  report.seq = record->end_turn(std::move(end));
  report.turn = session_.history()->turns();
  auto written = co_await record->write();
  if (!written) co_return fail(std::move(written.error()));
  if (!outcome.stop) co_return fail(std::move(outcome.stop.error()));
  report.stop_reason = *outcome.stop;
  if (running) report.failover = running->failover;
  report.usage = std::move(outcome.usage);
  report.cumulative = session_.state().total;
  co_return report;
}

}  // namespace tine::session
