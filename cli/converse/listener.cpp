#include "cli/converse/listener.h"

#include <unistd.h>

#include "base/json/writer.h"
#include "session/meta.h"

namespace tine::cli {
Listener::Listener(transport::Loop& loop, ListenerPlan plan, transport::CancelSource shutdown)
    : plan_(std::move(plan)),
      shutdown_(std::move(shutdown)),
      progress_(loop),
      permissions_(loop, plan_.rules),
      terminal_(::isatty(STDOUT_FILENO) == 1 && !plan_.raw),
      visible_(VisibleText::Lines::kept) {}

void Listener::begin() {
  output_.clear();
  message_.clear();
  progress_.begin();
}

void Listener::finish() {
  progress_.end();
  if (plan_.form != Form::text) return;
  std::string rest;
  if (terminal_) {
    std::string left;
    visible_.finish(left);
    if (colours()) {
      colours_.append(left, rest);
      colours_.finish(rest);
    } else {
      rest = left;
    }
  }
  print_styled(rest);
  const bool is_cut = !output_.empty() && !output_.ends_with('\n');
  if (terminal_ ? is_within_line() : is_cut) print_styled("\n");
}

void Listener::on_update(std::string_view session_id, const v1::ToldUpdate& told) {
  const json::View update = told.json;
  if (plan_.form == Form::stream_json) {
    std::string line;
    json::Writer(line)
        .begin_object()
        .member("sessionId", session_id)
        .key("update")
        .raw(update.raw())
        .end_object();
    if (!print(line.append("\n"))) shutdown_.cancel();
  }
  const json::View trust = session::ours(update.find("_meta").raw()).find("trust");
  if (trust.exists()) warn_of_trust(trust);
  switch (told.kind) {
    case v1::UpdateKind::agent_message_chunk:
      take_text(update);
      break;
    case v1::UpdateKind::tool_call:
    case v1::UpdateKind::tool_call_update:
      break_line();
      progress_.take_tool_call(update);
      break;
    case v1::UpdateKind::plan:
      break_line();
      progress_.take_plan(update);
      break;
    case v1::UpdateKind::usage_update:
      progress_.take_usage(update);
      break;
    case v1::UpdateKind::notice:
      break_line();
      progress_.take_notice(update);
      break;
    default:
      break;
  }
}

/// When nobody reads any more there is nothing to go on for.
void Listener::show(std::string_view text) {
  if (!print_styled(text)) shutdown_.cancel();
}

/// One message stands apart from the next, like paragraphs.
void Listener::take_text(json::View update) {
  const auto text = update.find("content").find("text").string();
  if (!text) return;
  std::string id = update.find("messageId").string().value_or("");
  std::string said;
  if (!output_.empty() && !id.empty() && id != message_)
    said = output_.ends_with("\n\n") ? "" : output_.ends_with('\n') ? "\n" : "\n\n";
  message_ = std::move(id);
  said += *text;
  output_ += said;
  if (plan_.form != Form::text) return;
  // On a terminal something else may have ended the line already.
  const bool stands_apart = terminal_ && said.starts_with('\n') && !is_within_line();
  show_text(stands_apart ? "\n" + *text : said);
}

/// What is shown next on the terminal is no part of the text.
void Listener::break_line() {
  if (!terminal_ || plan_.form != Form::text || !is_within_line()) return;
  std::string rest;
  if (colours()) colours_.break_line(rest);
  print_styled(rest + "\n");
}

void Listener::show_text(std::string_view text) {
  if (!terminal_) return show(text);
  std::string harmless;
  visible_.append(text, harmless);
  std::string styled;
  if (colours()) {
    colours_.append(harmless, styled);
  } else {
    styled = std::move(harmless);
  }
  show(styled);
}

void Listener::warn_of_trust(json::View trust) {
  std::string line = "tine: this folder is not trusted, so nothing of it was started (";
  bool any = false;
  for (const json::View each : trust.find("starts").elements()) {
    line.append(any ? "; " : "").append(each.string().value_or(std::string()));
    any = true;
  }
  print_to_stderr(line + "); --trust lets it start.\n");
}

v1::ClientHandler::Answer<v1::PermissionResponse> Listener::request_permission(
    v1::PermissionRequest request, v1::RequestContext& context) {
  break_line();
  v1::PermissionResponse answer = co_await permissions_.answer(std::move(request), context.cancel);
  co_return answer;
}

}  // namespace tine::cli
