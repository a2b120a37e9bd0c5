#include "executor/codex/questions.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/json/document.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/visible.h"
#include "executor/choices.h"
#include "executor/codex/tools.h"
#include "executor/form.h"
#include "executor/tool_parts.h"

namespace tine::executor::codex {
namespace {

using Kind = v1::PermissionOption::Kind;

constexpr std::string_view command_approval = "item/commandExecution/requestApproval";
constexpr std::string_view file_approval = "item/fileChange/requestApproval";
constexpr std::string_view permissions_approval = "item/permissions/requestApproval";
constexpr std::string_view user_input = "item/tool/requestUserInput";
constexpr std::string_view elicitation = "mcpServer/elicitation/request";

/// The smallest answer that says no, for each of the questions that there are.
struct Refusal {
  std::string_view method;
  std::string_view answer;
};
constexpr std::array refusals = {
    Refusal{command_approval, R"({"decision":"decline"})"},
    Refusal{file_approval, R"({"decision":"decline"})"},
    Refusal{permissions_approval, R"({"permissions":{}})"},
    Refusal{user_input, R"({"answers":{}})"},
    Refusal{elicitation, R"({"action":"decline"})"},
    Refusal{
        "item/tool/call",
        R"({"success":false,"contentItems":[{"type":"inputText","text":"there is no such tool"}]})"},
};

std::string decision(json::Document made) {
  json::Document out;
  out["decision"] = std::move(made);
  return json::text_of(out);
}

constexpr std::string_view for_session = "Codex does not ask about the same again in this session.";

/// A word that would look like several is quoted.
std::string words_of(json::View strings) {
  std::string out;
  for (const json::View each : strings.elements()) {
    const std::string word = each.string().value_or(std::string());
    const bool plain = !word.empty() && word.find_first_of(" \t\n\"'") == std::string::npos;
    out.append(out.empty() ? "" : " ").append(plain ? word : json::quoted(word));
  }
  return out;
}

/// What Codex would take as a yes, of what it lists, the narrowest first, and the two ways to say
/// no, which it always takes.
std::vector<Choice> choices_of(json::View params) {
  const json::View listed = params.find("availableDecisions");
  const auto takes = [listed](std::string_view word) {
    bool found = !listed.is_array();
    for (const json::View each : listed.elements()) found = found || each.equals(word);
    return found;
  };
  std::vector<Choice> all;
  if (takes("accept")) all.push_back(choice("Allow once", Kind::allow_once, decision("accept")));
  if (takes("acceptForSession")) {
    all.push_back(choice("Allow for this session", Kind::allow_always, decision("acceptForSession"),
                         for_session));
  }
  for (const json::View each : listed.elements()) {
    const json::View rule = each.find("acceptWithExecpolicyAmendment");
    if (!rule.exists()) continue;
    all.push_back(choice("Always allow " + words_of(rule.find("execpolicy_amendment")),
                         Kind::allow_always, decision(json::parsed(each.raw())),
                         "Codex keeps a rule: commands that begin with these words run without a "
                         "question and without the sandbox, in other sessions too."));
  }
  all.push_back(choice("Decline, and go on", Kind::reject_once, decision("decline")));
  all.push_back(choice("Cancel the turn", Kind::reject_once, decision("cancel")));
  return all;
}

v1::ToolCall subject_of(const Question& question, json::View params) {
  v1::ToolCall call;
  call.id = text_in(params, "itemId");
  call.status = v1::ToolStatus::pending;
  const auto reason = params.find("reason").string();
  std::vector<v1::ToolContent> content;
  if (question.method == command_approval) {
    call.kind = v1::ToolKind::execute;
    const std::string command = bare_command(text_in(params, "command"));
    call.title = command;
    json::Document input;
    input["command"] = command;
    call.raw_input = json::text_of(input);
    content.push_back(text_content("$ " + visible(command)));
  } else if (question.method == file_approval) {
    call.kind = v1::ToolKind::edit;
    call.title = "Change files";
    content.insert(content.end(), question.content.begin(), question.content.end());
  } else {
    call.kind = v1::ToolKind::other;
    call.title = "Give more permissions";
    content.push_back(text_content(std::string(params.find("permissions").raw())));
  }
  // A diff comes first: some clients show it only there.
  if (reason) content.push_back(text_content(*reason));
  call.content = std::move(content);
  return call;
}

/// The permissions that are wanted, for as long as `scope` says.
std::string permissions(json::View wanted, const char* scope) {
  json::Document out;
  out["permissions"] = json::parsed(wanted.raw());
  out["scope"] = scope;
  return json::text_of(out);
}

std::string no_permissions() {
  json::Document out;
  out["permissions"] = json::Document::object();
  return json::text_of(out);
}

transport::Task<std::string> ask_approval(Question question, v1::Client& client,
                                          transport::CancelSource cancel) {
  const json::View params(question.params);
  std::vector<Choice> choices;
  std::string otherwise = decision("cancel");
  if (question.method == permissions_approval) {
    const json::View wanted = params.find("permissions");
    choices.push_back(choice("Allow for this turn", Kind::allow_once, permissions(wanted, "turn")));
    choices.push_back(
        choice("Allow for this session", Kind::allow_always, permissions(wanted, "session")));
    otherwise = no_permissions();
    choices.push_back(choice("Decline", Kind::reject_once, otherwise));
  } else {
    choices = choices_of(params);
  }
  const Decision made = co_await let_choose(client, cancel, question.session,
                                            subject_of(question, params), std::move(choices));
  co_return made.answer.empty() ? otherwise : made.answer;
}

/// The questions of a tool: a text each, or a choice.
Form form_of(const Question& question) {
  const json::View params(question.params);
  Form form;
  form.session = question.session;
  form.tool_call = text_in(params, "itemId");
  form.message = "Codex asks";
  for (const json::View each : params.find("questions").elements()) {
    FormField field;
    field.id = text_in(each, "id");
    field.title = text_in(each, "header");
    field.question = text_in(each, "question");
    field.description = field.question;
    field.open = each.find("isOther").boolean().value_or(false);
    for (const json::View one : each.find("options").elements()) {
      const std::string label = text_in(one, "label");
      field.choices.push_back(choice(label, Kind::allow_once, label, text_in(one, "description")));
    }
    form.fields.push_back(std::move(field));
  }
  return form;
}

transport::Task<std::string> ask_user(Question question, v1::Client& client,
                                      transport::CancelSource cancel) {
  const Form form = form_of(question);
  FormAnswers answers = co_await fill_in(form, client, std::move(cancel));
  // Words that the model reads have no other place here than that of an answer.
  if (answers.end == FormAnswers::End::not_shown) {
    for (const FormField& each : form.fields) answers.given.emplace_back(each.id, ask_in_words);
  }
  json::Document out;
  out["answers"] = json::Document::object();
  for (const auto& [id, text] : answers.given)
    out["answers"][id]["answers"] = json::Document::array({text});
  co_return json::text_of(out);
}

std::string action(const char* word) {
  json::Document out;
  out["action"] = word;
  return json::text_of(out);
}

std::string accept(json::Document content) {
  json::Document out;
  out["action"] = "accept";
  out["content"] = std::move(content);
  return json::text_of(out);
}

/// What may be chosen in place of a form that asks for nothing, or for one of a few words, where
/// the names of choices are shown.
std::vector<Choice> choices_of_form(json::View schema, bool by_name) {
  std::vector<Choice> all;
  const json::View properties = schema.find("properties");
  std::size_t count = 0;
  json::View only;
  std::string name;
  for (const auto& [key, value] : properties.members()) {
    ++count;
    only = value;
    name = key.string().value_or(std::string());
  }
  const auto accept_with = [&name](json::Document value) {
    json::Document content;
    content[name] = std::move(value);
    return accept(std::move(content));
  };
  if (count == 0) {
    all.push_back(choice("Accept", Kind::allow_once, accept(json::Document::object())));
  } else if (by_name && count == 1 && only.find("enum").is_array()) {
    for (const json::View each : only.find("enum").elements()) {
      const std::string label = each.string().value_or(std::string());
      all.push_back(choice(label, Kind::allow_once, accept_with(json::parsed(each.raw()))));
    }
  } else if (by_name && count == 1 && only.find("type").equals("boolean")) {
    all.push_back(choice("Yes", Kind::allow_once, accept_with(true)));
    all.push_back(choice("No", Kind::reject_once, accept_with(false)));
  }
  if (!all.empty()) all.push_back(choice("Decline", Kind::reject_once, action("decline")));
  return all;
}

/// Codex asks for leave to call a server's tool in the guise of a form of the server's.
bool is_tool_approval(json::View params) {
  return params.find("_meta").find("codex_approval_kind").equals("mcp_tool_call");
}

/// The answer that Codex is to remember as far as `persist` says.
std::string accept_and_persist(const char* persist) {
  json::Document out;
  out["action"] = "accept";
  out["content"] = json::Document::object();
  out["_meta"]["persist"] = persist;
  return json::text_of(out);
}

std::vector<Choice> choices_of_tool(json::View params) {
  bool session = false;
  bool always = false;
  for (const json::View each : params.find("_meta").find("persist").elements()) {
    session = session || each.equals("session");
    always = always || each.equals("always");
  }
  std::vector<Choice> all;
  all.push_back(choice("Allow once", Kind::allow_once, accept(json::Document::object())));
  if (session) {
    all.push_back(choice("Allow for this session", Kind::allow_always,
                         accept_and_persist("session"), for_session));
  }
  if (always) {
    all.push_back(choice("Always allow", Kind::allow_always, accept_and_persist("always"),
                         "Codex does not ask about this tool again, in other sessions either."));
  }
  all.push_back(choice("Decline, and go on", Kind::reject_once, action("decline")));
  all.push_back(choice("Cancel the turn", Kind::reject_once, action("cancel")));
  return all;
}

v1::ToolCall subject_of_form(const Question& question, json::View params) {
  v1::ToolCall subject;
  subject.id = question.tool_call;
  subject.title = text_in(params, "message");
  subject.kind = v1::ToolKind::other;
  subject.status = v1::ToolStatus::pending;
  subject.raw_input = params.find("_meta").find("tool_params").raw();
  if (!subject.raw_input.empty()) subject.content = {text_content(visible(subject.raw_input))};
  return subject;
}

transport::Task<std::string> show_form(Question question, v1::Client& client,
                                       transport::CancelSource cancel) {
  const json::View params(question.params);
  const json::View form = params.find("requestedSchema");
  v1::ElicitationRequest request;
  request.session_id = question.session;
  request.message = text_in(params, "message");
  if (form.is_object()) {
    request.requested_schema = form.raw();
  } else {
    request.mode = v1::ElicitationRequest::Mode::url;
    request.url = text_in(params, "url");
    request.elicitation_id = text_in(params, "elicitationId");
  }
  auto response = co_await client.ask<v1::method::CreateElicitation>(std::move(request), &cancel);
  if (response && response->action == "cancel") co_return action("cancel");
  if (!response || response->action != "accept") co_return action("decline");
  if (response->content.empty()) co_return action("accept");
  co_return accept(json::parsed(response->content));
}

transport::Task<std::string> ask_elicitation(Question question, v1::Client& client,
                                             transport::CancelSource cancel) {
  const json::View params(question.params);
  const json::View form = params.find("requestedSchema");
  const bool approval = is_tool_approval(params);
  if (!approval && (!form.is_object() || client.capabilities().elicitation_form)) {
    co_return co_await show_form(std::move(question), client, cancel);
  }
  std::vector<Choice> choices = approval
                                    ? choices_of_tool(params)
                                    : choices_of_form(form, client.capabilities().option_names);
  const std::string otherwise = approval ? action("cancel") : action("decline");
  if (choices.empty()) co_return otherwise;
  v1::ToolCall subject = subject_of_form(question, params);
  const Decision made =
      co_await let_choose(client, cancel, question.session, std::move(subject), std::move(choices));
  co_return made.answer.empty() ? otherwise : made.answer;
}

}  // namespace

bool is_known_question(std::string_view method) {
  return method == command_approval || method == file_approval || method == permissions_approval ||
         method == user_input || method == elicitation;
}

void refuse(std::string_view method, transport::Replier replier) {
  for (const Refusal& each : refusals) {
    if (each.method != method) continue;
    replier.result(each.answer);
    return;
  }
  replier.error(Error(ErrorKind::unknown_method, "tine does not answer " + std::string(method)));
}

transport::Task<std::string> put(Question question, v1::Client& client,
                                 transport::CancelSource cancel) {
  if (question.method == elicitation)
    co_return co_await ask_elicitation(std::move(question), client, std::move(cancel));
  if (question.method == user_input)
    co_return co_await ask_user(std::move(question), client, std::move(cancel));
  co_return co_await ask_approval(std::move(question), client, std::move(cancel));
}

}  // namespace tine::executor::codex
