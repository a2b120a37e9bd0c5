#include "session/live/earlier_answer.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "base/json/writer.h"
#include "session/live/session.h"
#include "session/record/data.h"

namespace tine::session {
namespace {

constexpr const char* id_path = "params._meta.tine.promptId";

/// What the records of a turn say of its end.
struct Found {
  std::string end;      ///< data of the turn_end; empty: it was cut off
  std::string kind;     ///< of its error
  std::string message;  ///< …
  std::string began;    ///< when
};

v1::StopReason stop_in(json::View end) {
  using enum v1::StopReason;
  constexpr std::array all = {end_turn, max_tokens, max_turn_requests, refusal, cancelled};
  const std::string name = json::text_in(end, "stop");
  const auto* const found = std::find_if(
      all.begin(), all.end(), [&name](v1::StopReason each) { return v1::name_of(each) == name; });
  return found == all.end() ? end_turn : *found;
}

executor::UsageSource source_in(json::View usage) {
  using enum executor::UsageSource;
  constexpr std::array all = {provider, preset, detected, assumed, estimate};
  const std::string name = json::text_in(usage, "source");
  const auto* const found = std::find_if(
      all.begin(), all.end(), [&name](auto each) { return executor::name_of(each) == name; });
  return found == all.end() ? assumed : *found;
}

executor::TurnUsage usage_in(json::View usage) {
  executor::TurnUsage out;
  out.tokens = tokens_from(usage.find("tokens"));
  out.source = source_in(usage);
  for (const json::View each : usage.find("models").elements()) {
    out.models.push_back(
        {.model = json::text_in(each, "model"), .tokens = tokens_from(each.find("tokens"))});
  }
  out.raw = usage.find("raw").raw();
  return out;
}

std::optional<ForkBill> bill_in(json::View fork) {
  if (!fork.is_object()) return std::nullopt;
  return ForkBill{.expected = cost_in(fork.find("expected")),
                  .actual = cost_in(fork.find("actual")),
                  .shortfall = fork.find("shortfall").boolean().value_or(false)};
}

std::optional<FailoverReport> failover_in(json::View failover) {
  if (!failover.is_object()) return std::nullopt;
  FailoverReport out;
  out.from = json::text_in(failover, "from");
  out.backend = json::text_in(failover, "backend");
  out.strategy = json::text_in(failover, "strategy");
  out.limited_until = json::text_in(failover, "limitedUntil");
  for (const json::View each : failover.find("attempts").elements()) {
    out.attempts.push_back({.backend = json::text_in(each, "backend"),
                            .worked = each.find("worked").boolean().value_or(false),
                            .reason = json::text_in(each, "reason")});
  }
  return out;
}

TurnReport report_of(const TurnMark& mark, json::View end) {
  TurnReport report;
  report.stop_reason = stop_in(end);
  report.usage = usage_in(end.find("usage"));
  report.cumulative = tokens_from(end.find("usage").find("cumulative"));
  report.fork = bill_in(end.find("fork"));
  report.failover = failover_in(end.find("failover"));
  report.seq = mark.seq;
  report.turn = mark.turn;
  report.replayed = true;
  return report;
}

/// The member of an error that tells how the prompt stands; `turn` is its turn.
std::string prompt_member(const std::string& id, std::uint64_t turn, std::string_view state) {
  std::string object;
  json::Writer(object)
      .begin_object()
      .member("id", std::string_view(id))
      .member("turn", turn)
      .member("state", state)
      .end_object();
  return "\"prompt\":" + object;
}

Error interrupted(const TurnMark& mark, const Found& found) {
  const std::string turn = std::to_string(mark.turn);
  return Error(ErrorKind::turn_interrupted,
               "the prompt was given to the backend as turn " + turn + ", at " + found.began +
                   ", and the process that ran the turn did not live to end it")
      .with_hint(
          "Look at what the turn has done: its updates came again, and `tine session logs` "
          "shows them. Then go on with a new prompt, under another id.")
      .with_data(prompt_member(mark.asked->id, mark.turn, "interrupted"));
}

Error failed(const TurnMark& mark, const Found& found) {
  Error error(error_kind_named(found.kind).value_or(ErrorKind::backend_failed), found.message);
  // It can succeed later, but not under this id.
  error.retryable = false;
  error.hint = std::string(facts(error.kind).hint) +
               " This was the answer to the prompt before: to try again, send it under another id.";
  error.data = prompt_member(mark.asked->id, mark.turn, "failed");
  return error;
}

OneTurn turn_of(const Session& session, const TurnMark& mark) {
  const std::vector<TurnMark>& own = session.history()->own();
  const auto place = std::find_if(own.begin(), own.end(),
                                  [&mark](const TurnMark& each) { return each.seq == mark.seq; });
  OneTurn turn;
  turn.before = place == own.begin() ? session.history()->fork_seq() : std::prev(place)->seq;
  turn.until = mark.seq;
  turn.prompt_id = mark.asked->id;
  turn.is_last = mark.seq == session.history()->cursor();
  return turn;
}

}  // namespace

transport::Task<Result<std::optional<TurnReport>>> earlier_answer(Session& session,
                                                                  AskedPrompt asked,
                                                                  transport::CancelSource cancel) {
  const auto self = session.shared_from_this();
  const TurnMark* const known = session.history()->turn_asked(asked.id);
  if (known == nullptr || !known->asked->sent) co_return std::nullopt;
  const TurnMark mark = *known;
  if (mark.asked->checksum != asked.checksum) {
    co_return fail(
        Error(ErrorKind::invalid_params, "the session knows that id from another prompt, of turn " +
                                             std::to_string(mark.turn) + ", at " + id_path)
            .at(id_path)
            .with_hint("Send a new prompt under an id of its own."));
  }
  const auto found = std::make_shared<Found>();
  OneTurn turn = turn_of(session, mark);
  turn.see = [found](const store::Line& line) {
    if (line.type == record_type::prompt) found->began = line.time;
    if (line.type == record_type::turn_end) found->end = line.data.raw();
    if (line.type == record_type::error) {
      found->kind = json::text_in(line.data, "kind");
      found->message = json::text_in(line.data, "message");
    }
  };
  auto replayed = co_await session.replay_turn(std::move(turn), cancel);
  if (!replayed) co_return fail(std::move(replayed.error()));
  if (found->end.empty()) co_return fail(interrupted(mark, *found));
  const json::View end(found->end);
  if (end.find("stop").equals("error")) co_return fail(failed(mark, *found));
  co_return report_of(mark, end);
}

Error told_of_prompt(Error locked, const Record& record, const AskedPrompt& asked) {
  const auto& open = record.asked();
  if (!open || open->id != asked.id) return locked;
  locked.hint =
      "It runs this very prompt. Send it again under the same id when that has ended (`tine wait` "
      "tells): it is answered then, and not played again.";
  locked.data += (locked.data.empty() ? "" : ",") +
                 prompt_member(open->id, record.history()->turns() + 1, "running");
  return locked;
}

}  // namespace tine::session
