#include "cli/converse/measure/backend_run.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/visible.h"
#include "cli/columns.h"
#include "cli/converse/measure/stock_list.h"
#include "cli/converse/session_choice.h"
#include "cli/converse/turn.h"
#include "cli/print.h"
#include "session/fork/cost.h"
#include "session/meta.h"
#include "session/record/data.h"
#include "transport/event.h"

namespace tine::cli {
namespace {

using session::Strategy;

// The places of the ways in the table.
constexpr std::size_t cold_way = 0;
constexpr std::size_t resume_way = 1;
constexpr std::size_t soft_way = 2;
constexpr std::size_t warm_way = 3;
constexpr std::size_t expired_way = 4;
constexpr std::size_t pty_way = 5;

/// Whether an error will meet whatever is asked of the backend next, too.
bool is_lasting(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::cancelled:
    case ErrorKind::usage_limit:
    case ErrorKind::rate_limited:
    case ErrorKind::auth_required:
    case ErrorKind::backend_not_installed:
    case ErrorKind::backend_too_old:
    case ErrorKind::model_unavailable:
      return true;
    default:
      return false;
  }
}

Failure was_ended() { return fail(ErrorKind::cancelled, "the measurement was ended"); }

/// The model that has read the most; empty: nobody says which.
std::string model_in(json::View usage) {
  std::string model;
  std::uint64_t most = 0;
  for (const json::View each : usage.find("models").elements()) {
    const std::uint64_t read = session::tokens_from(each.find("tokens")).prompt().value_or(0);
    if (!model.empty() && read <= most) continue;
    model = json::text_in(each, "model");
    most = read;
  }
  return model;
}

transport::Task<void> wait_for(transport::Loop& loop, std::chrono::seconds time,
                               transport::CancelSource cancel) {
  const auto over = std::make_shared<transport::Event>(loop);
  const auto subscription = cancel.on_cancel([over] { over->set(); });
  if (cancel.cancelled()) co_return;
  [[maybe_unused]] const bool is_cancelled = co_await over->wait_for(time);
}

}  // namespace

BackendRun::BackendRun(World& world, LocalAgent& agent, const Measure& wish, std::string cwd,
                       transport::CancelSource shutdown)
    : world_(world),
      agent_(agent),
      wish_(wish),
      cwd_(std::move(cwd)),
      shutdown_(std::move(shutdown)),
      marks_(world.env) {}

transport::Task<Figures> BackendRun::measure(const executor::Executor& backend) {
  backend_ = &backend;
  model_.clear();
  obstacles_.clear();
  conversations_ = 0;
  Figures out;
  out.backend = backend.name();
  for (const char* name : {"cold", "resume", "soft", "native warm", "native cold", "pty"})
    out.ways.push_back({.name = name, .samples = {}, .reason = {}});
  out.delegations.name = "five delegations";
  out.replies.name = "one session with replies";
  co_await measure_all(out);
  co_await remove_all();
  out.model = model_;
  out.is_modelled = is_modelled_;
  remove_status();
  co_return out;
}

transport::Task<void> BackendRun::measure_all(Figures& out) {
  const auto times = static_cast<std::uint64_t>(wish_.times);
  for (std::uint64_t i = 0; i < times; ++i) {
    const bool goes_on = co_await measure_round(out, i + 1);
    if (!goes_on) co_return;
  }
  // Before the wait: replies read from the cache what a session has just put there.
  for (std::uint64_t i = 0; i < times; ++i) {
    show("related questions, " + std::to_string(i + 1) + " of " + std::to_string(wish_.times));
    const bool goes_on = co_await ask_questions(out);
    if (!goes_on) co_return;
  }
  co_await measure_expired(out);
}

/// The ways that begin with one list.
transport::Task<bool> BackendRun::measure_round(Figures& out, std::uint64_t number) {
  Parent parent;
  parent.list = new_list();
  show("cold, " + std::to_string(number) + " of " + std::to_string(wish_.times));
  auto begun = co_await cold(parent);
  if (!begun) {
    // Nothing else is there to begin with.
    out.ways[cold_way].reason = begun.error().message;
    out.fault = std::move(begun.error());
    co_return false;
  }
  out.ways[cold_way].samples.push_back(*begun);
  parents_.push_back(parent);
  if (number == 1) {
    const auto known = co_await find_obstacles(parent.id);
    if (!known) {
      out.fault = known.error();
      co_return false;
    }
  }
  const bool goes_on = co_await measure_forks(out, number);
  if (!goes_on) co_return false;
  show("resume, " + std::to_string(number) + " of " + std::to_string(wish_.times));
  auto again = co_await resumed(parent.id);
  co_return take(std::move(again), out.ways[resume_way], out);
}

/// Of the session that was begun last, before anything follows its first turn: in a terminal
/// nothing earlier than the last turn is forked.
transport::Task<bool> BackendRun::measure_forks(Figures& out, std::uint64_t number) {
  constexpr std::array ways = {std::pair(Strategy::native, warm_way),
                               std::pair(Strategy::pty, pty_way),
                               std::pair(Strategy::soft, soft_way)};
  for (const auto& [strategy, place] : ways) {
    MeasuredWay& way = out.ways[place];
    if (!way.reason.empty()) continue;
    if (const auto obstacle = obstacles_.find(strategy); obstacle != obstacles_.end()) {
      way.reason = obstacle->second;
      continue;
    }
    show(way.name + ", " + std::to_string(number) + " of " + std::to_string(wish_.times));
    const std::string parent = parents_.back().id;
    auto sample = co_await forked(parent, strategy);
    if (!take(std::move(sample), way, out)) co_return false;
  }
  co_return true;
}

/// Of each of the sessions, once what the provider has cached of them is gone.
transport::Task<void> BackendRun::measure_expired(Figures& out) {
  MeasuredWay& way = out.ways[expired_way];
  if (const auto obstacle = obstacles_.find(Strategy::native); obstacle != obstacles_.end()) {
    way.reason = obstacle->second;
    co_return;
  }
  if (wish_.wait == 0) {
    way.reason = "the provider's cache must have forgotten the past; --wait 600 waits for that";
    co_return;
  }
  print_to_stderr("tine: waits " + std::to_string(wish_.wait) +
                  " seconds, so that the provider's cache forgets\n");
  show("waiting for " + std::to_string(wish_.wait) + " seconds");
  co_await wait_for(world_.loop, std::chrono::seconds(wish_.wait), shutdown_);
  const std::vector<Parent> all = parents_;
  for (const Parent& each : all) {
    show(way.name);
    auto sample = co_await forked(each.id, Strategy::native);
    if (!take(std::move(sample), way, out)) co_return;
  }
  const auto typical = median(way.samples).tokens.cache_hit_ratio();
  if (way.reason.empty() && typical && *typical > 0.5)
    way.reason = "the provider's cache had not forgotten most of it; wait longer";
}

transport::Task<bool> BackendRun::ask_questions(Figures& out) {
  auto apart = co_await delegations();
  if (!take(std::move(apart), out.delegations, out)) co_return false;
  auto together = co_await replies();
  co_return take(std::move(together), out.replies, out);
}

/// What the planner has against each way to fork.
transport::Task<Result<void>> BackendRun::find_obstacles(std::string parent) {
  std::string meta = fork_meta({.point = {}, .choice = {}, .dry_run = true});
  KnownSession known;
  known.id = std::move(parent);
  known.cwd = cwd_;
  auto planned = co_await fork_session(agent_, std::move(known), own_directory, std::move(meta));
  if (!planned) co_return fail(std::move(planned.error()));
  const json::View fork(planned->fork);
  for (const json::View each : fork.find("plan").elements()) {
    const auto strategy = session::strategy_named(json::text_in(each, "strategy"));
    if (strategy && !each.find("usable").boolean().value_or(false))
      obstacles_[*strategy] = json::text_in(each, "reason");
  }
  co_return Result<void>();
}

// --- the ways

/// Makes a new session and puts the list and the question into its first prompt.
BackendRun::Measured BackendRun::cold(Parent& parent) {
  const auto begun = Clock::now();
  auto session = co_await begin();
  if (!session) co_return fail(std::move(session.error()));
  parent.id = *session;
  std::string words = prompt(parent.list, stock_questions[0]);
  co_return co_await play(std::move(*session), std::move(words), begun);
}

/// The session is taken up again as by another process.
BackendRun::Measured BackendRun::resumed(std::string id) {
  v1::CloseSessionRequest close;
  close.session_id = id;
  const auto closed = co_await agent_.ask<v1::method::CloseSession>(std::move(close));
  if (!closed) co_return fail(closed.error());
  const auto begun = Clock::now();
  KnownSession known;
  known.id = id;
  known.cwd = cwd_;
  auto opened = co_await resume_session(agent_, std::move(known), std::string());
  if (!opened) co_return fail(std::move(opened.error()));
  std::string words = prompt({}, stock_questions[1]);
  co_return co_await play(std::move(id), std::move(words), begun);
}

BackendRun::Measured BackendRun::forked(std::string parent, Strategy strategy) {
  if (shutdown_.cancelled()) co_return was_ended();
  const auto begun = Clock::now();
  ForkWords words;
  words.choice.strategy = session::name_of(strategy);
  words.strict = true;
  std::string meta = fork_meta(words);
  KnownSession known;
  known.id = std::move(parent);
  known.cwd = cwd_;
  ++conversations_;
  auto fork = co_await fork_session(agent_, std::move(known), own_directory, std::move(meta));
  if (!fork) co_return fail(std::move(fork.error()));
  const std::string id = fork->id;
  open_.push_back(id);
  std::string question = prompt({}, stock_questions[1]);
  auto sample = co_await play(id, std::move(question), begun);
  co_await remove(id);
  co_return sample;
}

BackendRun::Measured BackendRun::delegations() {
  const std::string list = new_list();
  Sample sum;
  for (const char* question : stock_questions) {
    const auto begun = Clock::now();
    auto session = co_await begin();
    if (!session) co_return fail(std::move(session.error()));
    const std::string id = *session;
    std::string words = prompt(list, question);
    auto sample = co_await play(id, std::move(words), begun);
    co_await remove(id);
    if (!sample) co_return fail(std::move(sample.error()));
    sum.add(*sample);
  }
  co_return sum;
}

BackendRun::Measured BackendRun::replies() {
  const std::string list = new_list();
  auto begun = Clock::now();
  auto session = co_await begin();
  if (!session) co_return fail(std::move(session.error()));
  const std::string id = *session;
  Sample sum;
  for (const char* question : stock_questions) {
    const bool is_first = question == stock_questions.front();
    std::string words = prompt(is_first ? list : std::string(), question);
    auto sample = co_await play(id, std::move(words), begun);
    if (!sample) co_return fail(std::move(sample.error()));
    sum.add(*sample);
    begun = Clock::now();
  }
  co_await remove(id);
  co_return sum;
}

// --- sessions and turns

transport::Task<Result<std::string>> BackendRun::begin() {
  if (shutdown_.cancelled()) co_return was_ended();
  SessionWish wish;
  wish.backend = backend_->name();
  std::string meta = new_meta(wish);
  ++conversations_;
  auto opened = co_await begin_session(agent_, cwd_, std::move(meta));
  if (!opened) co_return fail(std::move(opened.error()));
  open_.push_back(opened->id);
  // Nothing is to be done but to answer. A backend may have no such mode.
  const auto narrowed = co_await set_up(world_, agent_, *opened, "read-only", std::string());
  if (!narrowed && narrowed.error().kind != ErrorKind::invalid_params)
    co_return fail(narrowed.error());
  const auto chosen = co_await set_up(world_, agent_, *opened, std::string(), wish_.model);
  if (!chosen) co_return fail(chosen.error());
  co_return opened->id;
}

BackendRun::Measured BackendRun::play(std::string session, std::string words,
                                      Clock::time_point begun) {
  if (shutdown_.cancelled()) co_return was_ended();
  std::vector<v1::ContentBlock> blocks{v1::text_block(std::move(words))};
  const TurnEnd end = co_await play_turn(world_, agent_, nullptr, std::move(session),
                                         std::move(blocks), 0, shutdown_);
  if (!end.response) co_return fail(end.response.error());
  if (end.response->stop_reason == v1::StopReason::cancelled) co_return was_ended();
  co_return sample_of(end.response->meta, begun);
}

Sample BackendRun::sample_of(std::string_view meta, Clock::time_point begun) {
  Sample sample;
  sample.time = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  const json::View usage = session::ours(meta).find("usage");
  sample.tokens = session::tokens_from(usage.find("tokens"));
  is_modelled_ = usage.find("estimated").boolean().value_or(false);
  const std::string model = model_in(usage);
  if (!model.empty()) model_ = model;
  const auto lifetime = backend_->capabilities().cache_lifetime;
  // Each model has its own price.
  bool is_known = usage.find("models").is_array();
  double sum = 0;
  for (const json::View each : usage.find("models").elements()) {
    const auto part =
        session::dollars_of_turn(session::tokens_from(each.find("tokens")),
                                 json::text_in(each, "model"), lifetime, world_.prices);
    is_known = is_known && part.has_value();
    sum += part.value_or(0);
  }
  if (is_known && !model.empty()) sample.dollars = sum;
  return sample;
}

transport::Task<void> BackendRun::remove(std::string session) {
  v1::DeleteSessionRequest request;
  request.session_id = session;
  const auto removed = co_await agent_.ask<v1::method::DeleteSession>(std::move(request));
  if (!removed) world_.log.warning("a measured session is left: " + removed.error().message);
  std::erase(open_, session);
}

transport::Task<void> BackendRun::remove_all() {
  const std::vector<std::string> all = open_;
  for (const std::string& each : all) co_await remove(each);
  parents_.clear();
}

// --- words

std::string BackendRun::new_list() {
  return stock_list(marks_.next(), static_cast<std::uint64_t>(wish_.past));
}

std::string BackendRun::prompt(const std::string& list, std::string_view question) const {
  // The rehearsal agent repeats its prompt, unless a directive in the prompt says otherwise.
  const bool is_rehearsal = backend_->kind() == "rehearsal";
  return stock_prompt(list, question) + (is_rehearsal ? " [[say:Oak.]]" : "");
}

void BackendRun::show(const std::string& what) const {
  constexpr std::size_t default_columns = 80;
  const std::string line = visible_line(backend_->name()) + ": " + what;
  show_status(fitted(line, columns_of(STDERR_FILENO).value_or(default_columns) - 1));
}

bool BackendRun::take(Result<Sample> sample, MeasuredWay& way, Figures& out) {
  if (sample) {
    way.samples.push_back(*sample);
    return true;
  }
  way.reason = sample.error().message;
  if (!is_lasting(sample.error().kind)) return true;
  out.fault = std::move(sample.error());
  return false;
}

}  // namespace tine::cli
