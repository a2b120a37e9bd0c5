#include "session/live/failover.h"

#include <algorithm>
#include <utility>

#include "base/ulid.h"
#include "protocol/v1/build_update.h"
#include "session/fork/rights.h"
#include "session/limits.h"
#include "session/live/session.h"
#include "session/record/past.h"
#include "session/settings.h"

namespace tine::session {
namespace {

using Kind = v1::PermissionOption::Kind;

constexpr const char* yes = "go-on";
constexpr const char* no = "stay";

/// "2026-11-29 15:04 UTC"
std::string time_text(std::string_view rfc3339) {
  constexpr std::size_t to_minute = 16;
  std::string text(rfc3339.substr(0, to_minute));
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text + " UTC";
}

/// Whether a backend cannot be used at all, whatever it is asked.
bool is_unusable(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::auth_required:
    case ErrorKind::backend_not_installed:
    case ErrorKind::backend_too_old:
    case ErrorKind::model_unavailable:
    case ErrorKind::unsupported:
      return true;
    default:
      return false;
  }
}

/// Whether another account or provider helps. A backend that gives up on too many requests has
/// waited by itself already.
bool is_limit(ErrorKind kind) {
  return kind == ErrorKind::usage_limit || kind == ErrorKind::rate_limited;
}

v1::ToolContent line(std::string text) {
  v1::ToolContent content;
  content.content = v1::text_block(std::move(text));
  return content;
}

v1::PermissionRequest question(std::string id, std::string title, std::vector<std::string> lines,
                               std::string agree, std::string decline) {
  v1::PermissionRequest request;
  request.tool_call.id = std::move(id);
  request.tool_call.title = std::move(title);
  request.tool_call.kind = v1::ToolKind::other;
  request.tool_call.status = v1::ToolStatus::pending;
  std::vector<v1::ToolContent> content;
  content.reserve(lines.size());
  for (std::string& each : lines) content.push_back(line(std::move(each)));
  request.tool_call.content = std::move(content);
  request.options = {{.id = yes, .name = std::move(agree), .kind = Kind::allow_once, .meta = {}},
                     {.id = no, .name = std::move(decline), .kind = Kind::reject_once, .meta = {}}};
  return request;
}

transport::Task<bool> agreed(TurnClient& client, v1::PermissionRequest request,
                             transport::CancelSource cancel) {
  const std::vector<v1::PermissionOption> options = request.options;
  const auto answer =
      co_await client.ask<v1::method::RequestPermission>(std::move(request), nullptr);
  const v1::PermissionOption* const option = answer ? chosen(options, *answer) : nullptr;
  co_return option != nullptr && option->id == yes && !cancel.cancelled();
}

void go_to(Session& session, executor::Executor& backend, const executor::Settings& settings,
           std::string_view reason, std::uint64_t told_until, std::optional<store::Away> away) {
  store::State kept;
  keep_chosen(settings, kept);
  BackendChange change;
  change.reason = reason;
  change.mode = std::move(kept.mode);
  change.options = std::move(kept.options);
  change.told_until = told_until;
  change.away = std::move(away);
  session.change_backend(backend, std::move(change));
}

/// Up to where a conversation that begins now is told of what happened.
std::uint64_t told_now(const Session& session) {
  return std::max(session.history()->cursor(), session.history()->retold_until());
}

std::string mode_line(const executor::Settings& settings) {
  return "It begins in the mode " + settings.modes.current +
         ", which does no more without asking than the session does now.";
}

}  // namespace

Failover::Failover(Session& session, TurnClient& client, transport::CancelSource cancel)
    : session_(session),
      client_(client),
      cancel_(std::move(cancel)),
      own_(&session.executor()),
      own_settings_(session.settings()),
      own_told_until_(session.state().told_until),
      own_away_(session.state().away) {
  const Backends& backends = session_.elsewhere().backends;
  for (const std::string& name :
       session_.library().policy.failover.from(std::string(own_->name()))) {
    const bool is_new = std::find(left_.begin(), left_.end(), name) == left_.end();
    if (is_new && name != own_->name()) left_.push_back(name);
  }
  // Another account of the same kind is the smaller change.
  std::stable_partition(left_.begin(), left_.end(), [&](const std::string& name) {
    const executor::Executor* const backend = backends.named(name);
    return backend != nullptr && backend->kind() == own_->kind();
  });
}

bool Failover::is_needed(const executor::TurnOutcome& outcome) const {
  if (outcome.stop || cancel_.cancelled()) return false;
  const ErrorKind kind = outcome.stop.error().kind;
  return is_limit(kind) || (has_moved_ && is_unusable(kind));
}

/// The backend of that name, and what the session would begin with there.
Result<Failover::Target> Failover::target(const Session& session, const std::string& name) {
  const store::State& state = session.state();
  const executor::Executor& now = session.executor();
  Target target{.backend = session.elsewhere().backends.named(name), .settings = {}};
  if (target.backend == nullptr) return fail(ErrorKind::unsupported, "it is not installed");
  if (auto refused = refusal_of(session.workspace(), *target.backend))
    return fail(std::move(*refused));
  if (auto refused = refusal_of_loads(state.loads, *target.backend, session.elsewhere().backends))
    return fail(std::move(*refused));
  const bool has_past = session.history()->last_kept_turn() != nullptr;
  if (has_past && !session.library().policy.keep_text) {
    return fail(ErrorKind::unsupported,
                "the transcript holds no text that could be carried there, as history = \"none\" "
                "is configured");
  }
  const bool is_told = session.history()->retold_until() > 0;
  if (!has_past && !state.adopted.empty() && !is_told)
    return fail(ErrorKind::unsupported, "only the provider knows what the session has adopted");
  if (target.backend->kind() == now.kind()) {
    target.settings = chosen(target.backend->settings(), state);
  } else {
    const auto choices = session.elsewhere().choose(session.workspace().cwd, name);
    if (!choices) return fail(choices.error());
    target.settings = settings_of(*choices);
  }
  auto settings =
      narrowed(*target.backend, std::move(target.settings), now.width_of(session.settings()));
  if (!settings) return fail(std::move(settings.error()));
  target.settings = std::move(*settings);
  return target;
}

// --- the way there
// -----------------------------------------------------------------------------

std::string Failover::limit_text() const {
  if (limit_.kind == ErrorKind::rate_limited) {
    return report_->from + " has given up, as its provider got too many requests";
  }
  std::string text = "The limit of " + report_->from + " is used up";
  if (!report_->limited_until.empty()) text += " until " + time_text(report_->limited_until);
  return text;
}

transport::Task<bool> Failover::agrees(Target target) {
  const std::string name(target.backend->name());
  std::vector<std::string> lines;
  if (session_.history()->last_kept_turn() != nullptr) {
    lines.push_back(
        "A new conversation begins there. It gets a summary of the transcript, of at "
        "most " +
        std::to_string(session_.library().policy.soft_tokens) +
        " tokens; what the summary leaves out is not known there.");
  }
  if (!session_.state().adopted.empty() &&
      session_.state().fork_strategy != name_of(Strategy::soft))
    lines.emplace_back("What was said before the session began is not known there.");
  lines.push_back(mode_line(target.settings));
  lines.emplace_back("Your prompt is sent again there.");
  const std::string id = "failover-" + std::to_string(session_.history()->turns() + 1) + "-" + name;
  auto request = question(id, limit_text() + ". Go on with " + name + "?", std::move(lines),
                          "Go on with " + name, "Stop");
  co_return co_await agreed(client_, std::move(request), cancel_);
}

void Failover::begin_report(const Error& error) {
  limit_ = error;
  report_.emplace();
  report_->from = report_->backend = own_->name();
  report_->strategy = name_of(Strategy::soft);
  if (error.retry_after) {
    report_->limited_until = rfc3339(session_.library().env.wall_ms() +
                                     std::max<std::int64_t>(0, error.retry_after->count()));
  }
}

/// Where the session is to be asked to go back to, once it is on the backend of that name.
std::optional<store::Away> Failover::away_after(const std::string& name) const {
  if (own_away_) return own_away_->from == name ? std::nullopt : own_away_;
  const std::int64_t now = session_.library().env.wall_ms();
  const bool is_rate = limit_.kind == ErrorKind::rate_limited;
  const auto supposed = is_rate ? limits::least_rate_limit : limits::supposed_limit;
  std::int64_t ms = limit_.retry_after.value_or(supposed).count();
  if (is_rate) ms = std::max<std::int64_t>(ms, supposed.count());
  return store::Away{.from = report_->from, .until = rfc3339(now + std::max<std::int64_t>(0, ms))};
}

transport::Task<bool> Failover::go_on(Error error) {
  const bool asks = session_.library().policy.failover.ask;
  if (report_) {
    set_aside(std::string(session_.executor().name()), error.message);
  } else {
    begin_report(error);
  }
  // What was open at the backend that could not go on is over.
  client_.cut_off();
  while (!left_.empty() && !cancel_.cancelled()) {
    const std::string name = left_.front();
    left_.erase(left_.begin());
    auto found = target(session_, name);
    if (!found) {
      set_aside(name, found.error().message);
      continue;
    }
    bool goes = true;
    if (asks) {
      Target offered = *found;
      goes = co_await agrees(std::move(offered));
    }
    if (!goes || cancel_.cancelled()) {
      set_aside(name, "the client did not agree");
      co_return false;
    }
    go_to(session_, *found->backend, found->settings, facts(error.kind).name, told_now(session_),
          away_after(name));
    report_->backend = name;
    has_moved_ = true;
    client_.update(v1::notice(asks ? v1::Severity::info : v1::Severity::warning,
                              "This session goes on with " + name,
                              limit_text() + ". " + mode_line(found->settings)));
    co_return true;
  }
  co_return false;
}

void Failover::set_aside(const std::string& name, const std::string& reason) {
  report_->attempts.push_back({.backend = name, .worked = false, .reason = reason});
}

void Failover::end(executor::TurnOutcome& outcome) {
  if (!report_) return;
  const std::string now(session_.executor().name());
  if (has_moved_ && is_needed(outcome)) {
    set_aside(now, outcome.stop.error().message);
    go_to(session_, *own_, own_settings_, facts(outcome.stop.error().kind).name, own_told_until_,
          own_away_);
    report_->backend = own_->name();
    has_moved_ = false;
  } else if (has_moved_) {
    report_->attempts.push_back({.backend = now,
                                 .worked = outcome.stop.has_value(),
                                 .reason = outcome.stop ? "a new conversation has taken the prompt"
                                                        : outcome.stop.error().message});
  }
  if (has_moved_ || cancel_.cancelled()) return;
  Error error = limit_;
  error.hint = std::string(error.hint.empty() ? facts(error.kind).hint : error.hint);
  for (const FailoverReport::Attempt& each : report_->attempts)
    error.hint += " Not with " + each.backend + ": " + each.reason + ".";
  outcome.stop = fail(std::move(error));
}

// --- the way back
// ------------------------------------------------------------------------------

transport::Task<std::optional<FailoverReport>> offer_way_back(Session& session, TurnClient& client,
                                                              transport::CancelSource cancel) {
  const std::optional<store::Away> away = session.state().away;
  if (!away || cancel.cancelled()) co_return std::nullopt;
  const auto until = wall_ms_of(away->until);
  if (until && session.library().env.wall_ms() < *until) co_return std::nullopt;
  auto back = Failover::target(session, away->from);
  if (!back) co_return std::nullopt;
  const std::string from(session.executor().name());
  std::vector<std::string> lines = {
      "Its conversation is taken up again, and gets a summary of what has happened since.",
      mode_line(back->settings)};
  const std::string id = "way-back-" + std::to_string(session.history()->turns() + 1);
  auto request = question(id, "The limit of " + away->from + " should be over. Go back to it?",
                          std::move(lines), "Go back to " + away->from, "Stay with " + from);
  const bool goes_back = co_await agreed(client, std::move(request), cancel);
  if (cancel.cancelled()) co_return std::nullopt;
  if (!goes_back) {
    // It is asked once.
    const executor::Settings same = session.settings();
    go_to(session, session.executor(), same, "stays", session.state().told_until, std::nullopt);
    co_return std::nullopt;
  }
  go_to(session, *back->backend, back->settings, "back", told_now(session), std::nullopt);
  const bool resumes = left_at(session.state(), *session.history()).has_value();
  FailoverReport report;
  report.from = from;
  report.backend = back->backend->name();
  report.strategy = name_of(resumes ? Strategy::native : Strategy::soft);
  report.attempts.push_back({.backend = report.backend,
                             .worked = true,
                             .reason = "its limit is over, and the client agreed to go back"});
  co_return report;
}

}  // namespace tine::session
