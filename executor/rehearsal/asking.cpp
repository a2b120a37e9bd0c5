// What a performance asks of the client: leave, files, terminals, input.

#include "base/json/writer.h"
#include "executor/choices.h"
#include "executor/form.h"
#include "executor/rehearsal/limits.h"
#include "executor/rehearsal/performance.h"
#include "transport/event.h"

namespace tine::executor::rehearsal {
namespace {

using v1::ToolKind;
using v1::ToolStatus;

/// What a person may grant beyond once.
constexpr const char* for_turn = "turn";
constexpr const char* for_session = "session";

}  // namespace

transport::Task<std::string> Performance::ask_client(v1::ToolCall about) {
  using Kind = v1::PermissionOption::Kind;
  std::vector<Choice> choices = {
      choice("Allow once", Kind::allow_once, "once"),
      choice("Allow for the rest of this turn", Kind::allow_always, for_turn),
      choice("Allow everything in this session", Kind::allow_always, for_session,
             "The session goes over to the mode auto."),
      choice("Reject", Kind::reject_once, {})};
  const Decision made = co_await let_choose(stage_.client, stage_.cancel, stage_.session,
                                            std::move(about), std::move(choices));
  if (made.answer == for_turn || made.answer == for_session) stage_.mode = "auto";
  if (made.answer == for_session) {
    stage_.settings.modes.current = stage_.mode;
    send(v1::current_mode(stage_.mode));
  }
  co_return made.answer;
}

transport::Task<bool> Performance::may_act(v1::ToolCall call) {
  if (stage_.mode == "auto") co_return true;
  const std::string id = call.id;
  if (stage_.mode == "read-only") {
    tool_status(id, ToolStatus::failed, "Not done: the session is in read-only mode.");
    co_return false;
  }
  const std::string granted = co_await ask_client(std::move(call));
  if (granted.empty()) {
    tool_status(id, ToolStatus::failed, "Not done: permission was not given.");
    co_return false;
  }
  co_return true;
}

Performance::Step Performance::ask(std::string argument) {
  const v1::ToolCall call = begin_tool(ToolKind::other, argument, {}, {});
  const std::string granted = co_await ask_client(call);
  if (stage_.cancel.cancelled()) co_return;
  tool_status(call.id, granted.empty() ? ToolStatus::failed : ToolStatus::completed, {});
  std::string answer = "Not allowed.";
  if (!granted.empty()) answer = "Allowed: " + granted;
  co_await say(std::move(answer));
}

Performance::Step Performance::choose(std::string argument) {
  const auto parts = fields(argument, ':', 2);
  FormField field;
  field.id = "answer";
  field.title = parts[0];
  field.question = parts[0];
  if (parts.size() > 1) {
    for (const std::string& each : fields(parts[1], '|', limits::max_directives))
      field.choices.push_back(choice(each, v1::PermissionOption::Kind::allow_once, each));
  }
  Form form;
  form.session = stage_.session;
  form.message = parts[0];
  form.tool_call = begin_tool(ToolKind::other, parts[0], {}, {}).id;
  form.fields = {std::move(field)};
  const std::string id = form.tool_call;
  const FormAnswers answers = co_await fill_in(std::move(form), stage_.client, stage_.cancel);
  if (stage_.cancel.cancelled()) co_return;
  const bool answered = answers.end == FormAnswers::End::answered;
  tool_status(id, answered ? ToolStatus::completed : ToolStatus::failed, {});
  if (answered) {
    co_await say("You chose: " + std::string(answers.to("answer")));
  } else if (answers.end == FormAnswers::End::not_shown) {
    co_await say("Please answer in your own words: " + argument);
  } else {
    co_await say("You gave no answer.");
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
      begin_tool(ToolKind::read, "Read " + quoted_path(parts[0]), {}, request.path).id;
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
  const v1::ToolCall call =
      begin_tool(ToolKind::edit, "Write " + quoted_path(parts[0]), {diff}, request.path);
  const std::string id = call.id;
  // Nobody is asked about what the client cannot do.
  if (stage_.client.capabilities().write_text_file) {
    const bool allowed = co_await may_act(call);
    if (!allowed || stage_.cancel.cancelled()) co_return;
  }
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
  const v1::ToolCall call = begin_tool(ToolKind::execute, "Run " + quoted_path(argument), {}, {});
  const std::string id = call.id;
  if (stage_.client.capabilities().terminal) {
    const bool allowed = co_await may_act(call);
    if (!allowed || stage_.cancel.cancelled()) co_return;
  }
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
