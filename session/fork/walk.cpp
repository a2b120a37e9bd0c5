// Makes the conversation of a fork in the ways that were planned, one after the other.

#include <chrono>

#include "session/fork/model_summary.h"
#include "session/limits.h"
#include "session/record/brief.h"
#include "session/record/data.h"
#include "session/record/past.h"
#include "session/service.h"
#include "session/settings.h"

namespace tine::session {
namespace {

/// Whether another way can help: not where a person must act, or the session is wanted no more.
bool may_step_down(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::auth_required:
    case ErrorKind::cancelled:
    case ErrorKind::queue_full:
    case ErrorKind::session_not_found:
    case ErrorKind::storage_failed:
    case ErrorKind::storage_full:
      return false;
    default:
      return true;
  }
}

std::int64_t ms_since(std::chrono::steady_clock::time_point begin) {
  const auto passed = std::chrono::steady_clock::now() - begin;
  return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

}  // namespace

/// Makes the conversation of a session that was placed. What is cancelled is for the caller to let
/// go.
transport::Task<Result<void>> SessionService::converse(std::shared_ptr<Session> session,
                                                       ConversationHolder::Begin begin,
                                                       transport::CancelSource cancel) {
  auto made = co_await session->conversation().make(std::move(begin), std::move(cancel));
  co_return made;
}

/// The provider branches the conversation, asked by us or in a terminal. Gives what there is to say
/// of it.
transport::Task<Result<std::string>> SessionService::branch(std::shared_ptr<Session> session,
                                                            const ForkBasis& basis,
                                                            Strategy strategy) {
  const store::State& parent = basis.parent->state();
  const auto point = provider_point(parent, *basis.history, basis.seq);
  if (!point) co_return std::string("the parent has no turn yet: a new conversation is the same");
  executor::Executor& executor = *basis.to;
  const executor::ProviderPoint origin = origin_of(parent, *basis.history, basis.seq);
  const bool in_terminal = strategy == Strategy::pty;
  ConversationHolder::Begin begin = [&executor, origin, at = *point,
                                     in_terminal](executor::ConversationSpec spec) {
    spec.origin = origin;
    return in_terminal ? executor.fork_in_terminal(std::move(spec), at)
                       : executor.fork(std::move(spec), at);
  };
  const auto patience = in_terminal ? limits::terminal_fork_patience : limits::fork_patience;
  transport::Loop& loop = library_.loop;
  const auto over = std::make_shared<transport::Event>(loop);
  const auto made = std::make_shared<Result<void>>();
  loop.spawn([](ConversationHolder::Begin how, std::shared_ptr<Session> of,
                transport::CancelSource cancel, std::shared_ptr<Result<void>> outcome,
                std::shared_ptr<transport::Event> set) -> transport::Task<void> {
    auto done = co_await converse(of, std::move(how), std::move(cancel));
    *outcome = std::move(done);
    set->set();
  }(std::move(begin), session, basis.cancel, made, over));
  const bool ended = co_await over->wait_for(patience);
  if (!ended) {
    session->conversation().let_go();
    co_return fail(ErrorKind::timeout, "the provider has not branched the conversation within " +
                                           std::to_string(patience.count() / 1000) + " seconds");
  }
  if (basis.cancel.cancelled()) co_return fail(ErrorKind::cancelled, "the fork was cancelled");
  if (!*made) co_return fail(std::move(made->error()));
  const auto& conversation = session->conversation().get();
  // It would write into its parent's conversation.
  if (conversation && conversation->provider_id() == point->conversation) {
    session->conversation().let_go();
    co_return fail(ErrorKind::backend_failed, "the provider gave the parent's own conversation");
  }
  co_return std::string(in_terminal ? branched_in_terminal : branched);
}

/// What the model of the parent's backend writes of all that was until the point.
transport::Task<Result<std::string>> SessionService::summary_by_model(
    std::shared_ptr<Session> session, const ForkBasis& basis) {
  const store::State& parent = basis.parent->state();
  const executor::Capabilities& can = basis.from->capabilities();
  const auto point = provider_point(parent, *basis.history, basis.seq);
  const TurnMark* const turn = basis.history->kept_turn_until(basis.seq);
  const bool is_last = turn == basis.history->last_kept_turn();
  if (!point || !can.native_fork || (!is_last && !can.fork_at_turn)) {
    co_return fail(ErrorKind::unsupported, std::string(basis.from->name()) +
                                               " cannot branch the conversation at that point");
  }
  if (turn != nullptr && turn->last_prompt.value_or(0) > limits::model_summary_past) {
    co_return fail(
        ErrorKind::context_exceeded,
        "the past has more than " + std::to_string(limits::model_summary_past) + " tokens");
  }
  SummaryOrder order;
  order.backend = basis.from;
  order.at = *point;
  order.most_tokens = library_.policy.soft_tokens;
  order.spec = session->spec({});
  order.spec.settings = chosen(basis.from->settings(), parent);
  // What no mode asks for happens in the narrowest.
  if (!order.spec.settings.modes.available.empty())
    order.spec.settings.modes.current = order.spec.settings.modes.available.front().id;
  order.spec.trust = {};
  order.spec.origin = origin_of(parent, *basis.history, basis.seq);
  if (const auto open = find(parent.id)) order.spec.workspace = (*open)->workspace();
  co_return co_await model_summary(library_.loop, library_.redactor, std::move(order));
}

/// Makes no conversation yet: the first prompt carries the past.
transport::Task<Result<std::string>> SessionService::fork_softly(std::shared_ptr<Session> session,
                                                                 const ForkBasis& basis,
                                                                 ForkReport& report, Told& told) {
  session->conversation().let_go();
  if (!basis.documents.empty())
    told.push_back({.type = record_type::documents, .data = told_data(basis.documents)});
  if (!basis.brief.empty()) {
    told.push_back({.type = record_type::brief, .data = told_data(basis.brief)});
    co_return "the first prompt carries what is remembered of the project, and a summary of the "
              "transcript, of at most " +
        std::to_string(library_.policy.soft_tokens) + " tokens";
  }
  if (library_.policy.model_writes_summary) {
    const auto begin = std::chrono::steady_clock::now();
    const auto text = co_await summary_by_model(session, basis);
    const std::string name(basis.from->name());
    if (text) {
      told.push_back({.type = record_type::summary, .data = summary_data(name, *text)});
      co_return "the first prompt carries a summary that the model of " + name + " has written";
    }
    report.attempts.push_back(
        {.strategy = std::string(name_of(Strategy::soft)),
         .worked = false,
         .reason = "the model of " + name + " wrote no summary: " + text.error().message,
         .ms = ms_since(begin)});
  }
  co_return "the first prompt carries a summary of the transcript, of at most " +
      std::to_string(library_.policy.soft_tokens) + " tokens";
}

/// Tries what is planned, one after the other, and notes each attempt.
transport::Task<Result<void>> SessionService::walk(std::shared_ptr<Session> session,
                                                   const ForkBasis& basis, ForkReport& report,
                                                   Told& told) {
  std::optional<Error> first;
  for (const ForkCandidate& each : basis.plan.candidates) {
    ForkReport::Attempt attempt{
        .strategy = std::string(name_of(each.strategy)), .worked = false, .reason = each.obstacle};
    if (each.obstacle.empty()) {
      const auto begin = std::chrono::steady_clock::now();
      Result<std::string> made;
      if (each.strategy == Strategy::soft) {
        made = co_await fork_softly(session, basis, report, told);
      } else {
        made = co_await branch(session, basis, each.strategy);
      }
      attempt.ms = ms_since(begin);
      attempt.worked = made.has_value();
      attempt.reason = made ? std::move(*made) : made.error().message;
      if (made) {
        report.strategy = attempt.strategy;
        report.expected = each.cost;
        report.attempts.push_back(std::move(attempt));
        co_return Result<void>();
      }
      if (!first) first = std::move(made.error());
      if (!may_step_down(first->kind)) break;
    }
    report.attempts.push_back(std::move(attempt));
  }
  co_return fail(std::move(*first));
}

}  // namespace tine::session
