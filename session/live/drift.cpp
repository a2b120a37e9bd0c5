#include "session/live/drift.h"

#include <utility>
#include <vector>

#include "protocol/v1/build_update.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/methods.h"
#include "protocol/v1/permission_offer.h"
#include "protocol/v1/shown.h"
#include "session/fork/soft_context.h"
#include "session/git_log.h"
#include "session/live/session.h"
#include "session/memory/limits.h"
#include "transport/event.h"

namespace tine::session {
namespace {

using Kind = v1::PermissionOption::Kind;

constexpr std::string_view title = "The repository has moved since this session's last turn";
constexpr std::string_view stop = "stop";

/// The files that the session has changed, as its backends have named them.
transport::Task<std::vector<std::string>> changed_by(std::shared_ptr<Session> session) {
  const Library& library = session->library();
  const Span all{.since = 0, .until = session->history()->cursor()};
  const auto digest = co_await digest_of(library.loop, library.store, library.redactor,
                                         session->history(), all, limits::drift_changed);
  std::vector<std::string> out;
  if (!digest) co_return out;
  for (const Digest::File& each : digest->files) out.push_back(each.sum.path);
  co_return out;
}

/// Has git compare the two places, as far as it can.
transport::Task<void> compare(std::shared_ptr<Session> session, std::shared_ptr<Drift> drift,
                              std::shared_ptr<transport::Event> over) {
  const Library& library = session->library();
  const std::string cwd = session->workspace().cwd;
  const std::string before = drift->before.commit;
  const std::string now = drift->now.commit;
  auto commits = co_await git_commits(library.loop, library.env, cwd, before, now);
  if (commits) {
    drift->is_compared = true;
    drift->commits = std::move(*commits);
  }
  Result<std::vector<std::string>> differ;
  if (drift->is_compared && !drift->commits.lost)
    differ = co_await git_changed(library.loop, library.env, cwd, before, now);
  if (differ && !differ->empty()) {
    const auto changed = co_await changed_by(session);
    drift->files = in_both(changed, *differ, cwd, git_top(cwd));
  }
  over->set();
}

/// The same; a cancel does not wait for git.
transport::Task<void> compare_until(std::shared_ptr<Session> session, std::shared_ptr<Drift> drift,
                                    transport::CancelSource cancel) {
  if (drift->before.commit == drift->now.commit) co_return;
  transport::Loop& loop = session->library().loop;
  const auto over = std::make_shared<transport::Event>(loop);
  const auto subscription = cancel.on_cancel([over] { over->set(); });
  loop.spawn(compare(session, drift, over));
  co_await over->wait();
}

v1::ToolContent line_of(std::string text) {
  v1::ToolContent content;
  content.content = v1::text_block(std::move(text));
  return content;
}

v1::PermissionRequest question(const Session& session, const std::vector<std::string>& lines) {
  v1::PermissionRequest request;
  request.session_id = session.id();
  request.tool_call.id = "drift-" + std::to_string(session.history()->turns() + 1);
  request.tool_call.title = std::string(title) + ". How is it to go on?";
  request.tool_call.kind = v1::ToolKind::other;
  request.tool_call.status = v1::ToolStatus::pending;
  std::vector<v1::ToolContent> content;
  content.reserve(lines.size());
  for (const std::string& each : lines) content.push_back(line_of(each));
  request.tool_call.content = std::move(content);
  const auto option = [&](std::string_view id, std::string_view name, Kind kind) {
    request.options.push_back(
        {.id = std::string(id), .name = std::string(name), .kind = kind, .meta = {}});
  };
  option(name_of(DriftWay::fast_forward), "Go on here, and tell the agent what has changed",
         Kind::allow_once);
  option(name_of(DriftWay::fork),
         "Fork: this session stays as it was; a fork learns what has changed, and goes on",
         Kind::allow_once);
  option(name_of(DriftWay::rebuild),
         "Rebuild: a fork goes on with a summary, and what is remembered of this branch",
         Kind::allow_once);
  option(stop, "Stop: the prompt is not sent", Kind::reject_once);
  return request;
}

/// The id of the option that the client has chosen; empty: it was not asked, or has no answer.
transport::Task<std::string> choice_of(std::shared_ptr<Session> session,
                                       std::vector<std::string> lines,
                                       transport::CancelSource cancel) {
  using Method = v1::method::RequestPermission;
  v1::Client* const client = session->client();
  if (client == nullptr) co_return std::string();
  const v1::PermissionRequest request = question(*session, lines);
  const v1::PermissionOffer offer(v1::with_controls_shown(v1::write(request)),
                                  client->capabilities().option_names);
  const auto given = co_await client->call(std::string(Method::name), offer.params(), &cancel);
  if (!given) co_return std::string();
  const auto meant = offer.answer(*given);
  if (!meant) co_return std::string();
  const auto answer =
      v1::read_result<v1::PermissionResponse>(json::View(*meant), ErrorKind::invalid_request);
  const v1::PermissionOption* const option =
      answer ? v1::chosen(request.options, *answer) : nullptr;
  co_return option == nullptr ? std::string() : option->id;
}

DriftWay way_named(std::string_view name) {
  for (const DriftWay way : {DriftWay::fork, DriftWay::rebuild}) {
    if (name_of(way) == name) return way;
  }
  return DriftWay::fast_forward;
}

void tell(const Session& session, const std::vector<std::string>& lines) {
  v1::Client* const client = session.client();
  if (client == nullptr) return;
  std::string text;
  for (const std::string& each : lines) text.append(text.empty() ? "" : "\n").append(each);
  v1::Update notice =
      v1::notice(v1::Severity::info, std::string(title) + ". tine tells its agent", text);
  notice.session = session.id();
  client->update(notice);
}

}  // namespace

transport::Task<DriftSettled> settle_drift(std::shared_ptr<Session> session,
                                           std::optional<GitHead> now, bool may_ask,
                                           transport::CancelSource cancel) {
  DriftSettled settled;
  const Library& library = session->library();
  if (library.policy.drift == DriftRule::off) co_return settled;
  auto found = drift_between(session->state().git, now);
  if (!found) co_return settled;
  const auto drift = std::make_shared<Drift>(std::move(*found));
  co_await compare_until(session, drift, cancel);
  if (cancel.cancelled()) co_return settled;
  std::vector<std::string> lines = drift_lines(*drift);
  for (std::string& each : lines) each = library.redactor.redacted(each);
  settled.text = library.redactor.redacted(drift_text(*drift));
  settled.before = drift->before;
  settled.now = drift->now;
  // Somebody looks around there, or is in the middle of a rebase: no branch to go on with.
  const bool is_detached = settled.now.branch.empty();
  std::string choice;
  if (may_ask && library.policy.drift == DriftRule::ask && !is_detached && !cancel.cancelled())
    choice = co_await choice_of(session, lines, cancel);
  settled.is_stopped = choice == stop;
  settled.way = way_named(choice);
  if (choice.empty() && !cancel.cancelled()) tell(*session, lines);
  co_return settled;
}

}  // namespace tine::session
