// What a performance asks of the client: leave, files, terminals, input.

#include "base/json/writer.h"
#include "executor/rehearsal/limits.h"
#include "executor/rehearsal/performance.h"
#include "transport/event.h"

namespace tine::executor::rehearsal {
namespace {

using v1::ToolKind;
using v1::ToolStatus;

}  // namespace

transport::Task<std::optional<std::string>> Performance::ask_client(std::string id,
                                                                    std::string title) {
  v1::PermissionRequest request;
  request.session_id = stage_.session;
  request.tool_call.id = std::move(id);
  request.tool_call.title = std::move(title);
  request.options = {
      {.id = "once",
       .name = "Allow once",
       .kind = v1::PermissionOption::Kind::allow_once,
       .meta = {}},
      {.id = "always",
       .name = "Always allow",
       .kind = v1::PermissionOption::Kind::allow_always,
       .meta = {}},
      {.id = "no", .name = "Reject", .kind = v1::PermissionOption::Kind::reject_once, .meta = {}}};
  const auto options = request.options;
  const auto answer =
      co_await stage_.client.ask<v1::method::RequestPermission>(std::move(request), &stage_.cancel);
  if (!answer) co_return std::nullopt;
  const v1::PermissionOption* option = v1::chosen(options, *answer);
  if (option == nullptr || !option->allows()) co_return std::nullopt;
  co_return option->id;
}

transport::Task<bool> Performance::may_act(std::string id, std::string title) {
  if (stage_.mode == "auto") co_return true;
  if (stage_.mode == "read-only") {
    tool_status(id, ToolStatus::failed, "Not done: the session is in read-only mode.");
    co_return false;
  }
  const auto option = co_await ask_client(id, std::move(title));
  if (option) {
    if (*option == "always") stage_.mode = "auto";
    co_return true;
  }
  tool_status(id, ToolStatus::failed, "Not done: permission was not given.");
  co_return false;
}

Performance::Step Performance::ask(std::string argument) {
  const std::string id = begin_tool(ToolKind::other, argument, {}, {});
  const auto option = co_await ask_client(id, argument);
  if (stage_.cancel.cancelled()) co_return;
  tool_status(id, option ? ToolStatus::completed : ToolStatus::failed, {});
  if (option) {
    co_await say("Allowed: " + *option);
  } else {
    co_await say("Not allowed.");
  }
}

Performance::Step Performance::read(std::string argument) {
  const auto parts = fields(argument, ':', 3);
  v1::ReadTextFileRequest request;
  request.session_id = stage_.session;
  request.path = path(parts[0]);
  if (parts.size() > 1)
    request.line = static_cast<std::uint32_t>(number_or(parts[1], 1, UINT32_MAX));
  if (parts.size() > 2)
    request.limit = static_cast<std::uint32_t>(number_or(parts[2], 1, UINT32_MAX));
  const std::string id =
      begin_tool(ToolKind::read, "Read " + quoted_path(parts[0]), {}, request.path);
  tool_status(id, ToolStatus::in_progress, {});
  const auto answer =
      co_await stage_.client.ask<v1::method::ReadTextFile>(std::move(request), &stage_.cancel);
  if (stage_.cancel.cancelled()) co_return;
  tool_status(id, answer ? ToolStatus::completed : ToolStatus::failed,
              answer ? answer->content : answer.error().message);
  if (answer) {
    co_await say("Read " + std::to_string(answer->content.size()) + " bytes.");
  } else {
    co_await say("Could not read: " + answer.error().message);
  }
}

Performance::Step Performance::write(std::string argument) {
  const auto parts = fields(argument, ':', 2);
  v1::WriteTextFileRequest request;
  request.session_id = stage_.session;
  request.path = path(parts[0]);
  request.content = parts.size() > 1 ? parts[1] : std::string();
  v1::ToolContent diff;
  diff.type = v1::ToolContent::Type::diff;
  diff.path = request.path;
  diff.new_text = request.content;
  const std::string title = "Write " + quoted_path(parts[0]);
  const std::string id = begin_tool(ToolKind::edit, title, {diff}, request.path);
  const bool allowed = co_await may_act(id, title);
  if (!allowed || stage_.cancel.cancelled()) co_return;
  tool_status(id, ToolStatus::in_progress, {});
  const auto answer =
      co_await stage_.client.ask<v1::method::WriteTextFile>(std::move(request), &stage_.cancel);
  if (stage_.cancel.cancelled()) co_return;
  tool_status(id, answer ? ToolStatus::completed : ToolStatus::failed,
              answer ? std::string_view() : std::string_view(answer.error().message));
  if (answer) {
    co_await say("Written.");
  } else {
    co_await say("Could not write: " + answer.error().message);
  }
}

Performance::Step Performance::run(std::string argument) {
  v1::CreateTerminalRequest request;
  request.session_id = stage_.session;
  request.command = "/bin/sh";
  request.args = {"-c", argument};
  request.cwd = stage_.cwd;
  request.output_byte_limit = limits::terminal_output;
  const std::string title = "Run " + quoted_path(argument);
  const std::string id = begin_tool(ToolKind::execute, title, {}, {});
  const bool allowed = co_await may_act(id, title);
  if (!allowed || stage_.cancel.cancelled()) co_return;
  const auto created =
      co_await stage_.client.ask<v1::method::CreateTerminal>(std::move(request), &stage_.cancel);
  if (stage_.cancel.cancelled()) co_return;
  if (!created) {
    tool_status(id, ToolStatus::failed, created.error().message);
    co_await say("Could not run: " + created.error().message);
    co_return;
  }
  v1::ToolCall shown;
  shown.id = id;
  shown.status = ToolStatus::in_progress;
  v1::ToolContent terminal;
  terminal.type = v1::ToolContent::Type::terminal;
  terminal.terminal_id = created->terminal_id;
  shown.content = {std::move(terminal)};
  send(v1::tool_call_update(shown));

  v1::TerminalRequest which;
  which.session_id = stage_.session;
  which.terminal_id = created->terminal_id;
  const auto ended =
      co_await stage_.client.ask<v1::method::WaitForTerminalExit>(which, &stage_.cancel);
  if (stage_.cancel.cancelled()) co_return;  // the session releases what is left open
  const auto output = co_await stage_.client.ask<v1::method::TerminalOutput>(which, &stage_.cancel);
  const auto released =
      co_await stage_.client.ask<v1::method::ReleaseTerminal>(which, &stage_.cancel);
  if (stage_.cancel.cancelled()) co_return;
  const bool good = ended && ended->exit_code == 0U && output && released;
  tool_status(id, good ? ToolStatus::completed : ToolStatus::failed, {});
  std::string exit = "not known";
  if (ended && ended->exit_code) exit = std::to_string(*ended->exit_code);
  if (ended && ended->signal) exit = *ended->signal;
  const std::string shown_output = output ? output->output : output.error().message;
  co_await say("Exit " + exit + ": " + shown_output);
}

Performance::Step Performance::input(std::string argument) {
  v1::ElicitationRequest request;
  request.session_id = stage_.session;
  request.message = argument;
  json::Writer(request.requested_schema)
      .begin_object()
      .member("type", "object")
      .key("properties")
      .begin_object()
      .key("answer")
      .begin_object()
      .member("type", "string")
      .member("title", "Answer")
      .end_object()
      .end_object()
      .key("required")
      .begin_array()
      .string("answer")
      .end_array()
      .end_object();
  const auto answer =
      co_await stage_.client.ask<v1::method::CreateElicitation>(std::move(request), &stage_.cancel);
  if (stage_.cancel.cancelled()) co_return;
  if (!answer) {
    co_await say("Could not ask: " + answer.error().message);
  } else if (answer->action == "accept") {
    const auto text = json::View(answer->content).find("answer").string();
    co_await say("You answered: " + text.value_or("nothing"));
  } else {
    co_await say("You gave no answer.");
  }
}

}  // namespace tine::executor::rehearsal
