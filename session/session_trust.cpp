#include "session/session_trust.h"

#include <nlohmann/json.hpp>

#include "base/json/utf8.h"
#include "base/visible.h"
#include "protocol/v1/build_update.h"
#include "session/limits.h"

namespace tine::session {
namespace {

using Kind = v1::PermissionOption::Kind;

constexpr const char* yes = "trust";
constexpr const char* not_now = "not-now";
constexpr const char* never = "never";

/// A line for a person's eyes: nothing in it is invisible, and it is never cut silently.
std::string shown(std::string_view line) {
  std::string out = visible_line(line);
  if (out.size() <= limits::trust_line) return out;
  const std::size_t end = json::character_start(out, limits::trust_line);
  const std::size_t more = out.size() - end;
  out.resize(end);
  return out + " … and " + std::to_string(more) + " more bytes";
}

std::vector<std::string> shown(const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  for (const std::string& line : lines) {
    if (out.size() == limits::trust_lines) {
      out.push_back("… and " + std::to_string(lines.size() - out.size()) + " more");
      break;
    }
    out.push_back(shown(line));
  }
  return out;
}

std::string meta_of(const std::string& folder, const std::vector<std::string>& lines) {
  const nlohmann::json meta = {{"tine", {{"trust", {{"folder", folder}, {"starts", lines}}}}}};
  return meta.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

v1::PermissionRequest question(const std::string& folder, const std::vector<std::string>& starts) {
  const std::vector<std::string> lines = shown(starts);
  v1::PermissionRequest request;
  request.tool_call.id = "trust-folder";
  request.tool_call.title = "This folder's own configuration starts programs. Trust it?";
  request.tool_call.kind = v1::ToolKind::other;
  request.tool_call.status = v1::ToolStatus::pending;
  std::vector<v1::ToolContent> content;
  for (const std::string& line : lines) {
    v1::ToolContent one;
    one.content = v1::text_block(line);
    content.push_back(std::move(one));
  }
  request.tool_call.content = std::move(content);
  request.meta = meta_of(folder, lines);
  // Some clients answer by themselves with the last option: that answer must not be kept.
  request.options = {
      {.id = yes, .name = "Trust this folder", .kind = Kind::allow_always, .meta = {}},
      {.id = never, .name = "Never, and do not ask again", .kind = Kind::reject_always, .meta = {}},
      {.id = not_now,
       .name = "Not now: start nothing of it",
       .kind = Kind::reject_once,
       .meta = {}}};
  return request;
}

}  // namespace

transport::Task<void> SessionTrust::look(v1::Workspace workspace) {
  auto verdict = co_await trust_->judge(*backend_, std::move(workspace));
  verdict_ = std::move(verdict);
}

transport::Task<void> SessionTrust::settle(v1::Client& client, v1::Workspace workspace,
                                           transport::CancelSource cancel) {
  co_await look(workspace);
  while (is_open()) {
    const Trust::QuestionOver over = trust_->asking(*backend_, verdict_);
    if (!over) break;
    // Whoever else waits for it looks once more for nothing.
    const auto subscription = cancel.on_cancel([over] {
      over->set();
      over->reset();
    });
    if (cancel.cancelled()) co_return;
    co_await over->wait();
    co_await look(workspace);
  }
  settled_ = true;
  const bool was_open = is_open();
  if (was_open) co_await ask(client);
  // A person who has just said no needs no notice.
  if (!verdict_.trust.given && verdict_.open == was_open) tell(client);
}

transport::Task<void> SessionTrust::ask(v1::Client& client) {
  const Trust::Question asking = trust_->begin_question(*backend_, verdict_);
  asked_ = verdict_.facts.starts;
  auto request = question(verdict_.folder, verdict_.facts.starts);
  const std::vector<v1::PermissionOption> options = request.options;
  const auto answer =
      co_await client.ask<v1::method::RequestPermission>(std::move(request), nullptr);
  const v1::PermissionOption* const option = answer ? chosen(options, *answer) : nullptr;
  if (option == nullptr) {
    // A turn that was cancelled meanwhile is no answer.
    if (!answer && answer.error().kind == ErrorKind::cancelled) asked_.clear();
    co_return;
  }
  verdict_.open = false;
  const Trust::Answer what = option->id == yes     ? Trust::Answer::yes
                             : option->id == never ? Trust::Answer::never
                                                   : Trust::Answer::not_now;
  if (what == Trust::Answer::yes) verdict_.trust = {.given = true, .starts = verdict_.facts.starts};
  Trust::Verdict found = verdict_;
  co_await trust_->keep(*backend_, std::move(found), what);
}

void SessionTrust::tell(v1::Client& client) {
  const std::vector<std::string>& starts = verdict_.facts.starts;
  if (starts.empty() || told_ == starts) return;
  told_ = starts;
  const std::vector<std::string> lines = shown(starts);
  std::string description = "Not started:";
  for (const std::string& line : lines) description += "\n- " + line;
  description += "\n`tine trust add` trusts a folder.";
  client.update(v1::notice(v1::Severity::warning,
                           "This folder is not trusted: its own configuration starts nothing",
                           description, meta_of(verdict_.folder, lines)));
}

}  // namespace tine::session
