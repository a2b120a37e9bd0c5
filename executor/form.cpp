#include "executor/form.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "base/json/document.h"
#include "base/json/view.h"

namespace tine::executor {
namespace {

using Kind = v1::PermissionOption::Kind;
using End = FormAnswers::End;

/// Of the question, and of each choice that has one.
std::string description_of(const FormField& field) {
  std::string out = field.description;
  for (const Choice& each : field.choices) {
    const json::View ours = json::View(each.option.meta).find("tine");
    const std::string more = json::text_in(ours, "description");
    if (!more.empty()) out.append(out.empty() ? "" : "\n").append(each.answer + ": " + more);
  }
  return out;
}

json::Document schema_of(const FormField& field) {
  json::Document value;
  value["type"] = "string";
  if (!field.open && !field.choices.empty()) {
    value["enum"] = json::Document::array();
    for (const Choice& each : field.choices) value["enum"].push_back(each.answer);
  }
  json::Document out;
  out["type"] = field.many ? "array" : "string";
  out["title"] = field.title;
  const std::string description = description_of(field);
  if (!description.empty()) out["description"] = description;
  if (field.many) {
    out["items"] = std::move(value);
  } else {
    out.update(value);
  }
  return out;
}

std::string schema_of(const Form& form) {
  json::Document out;
  out["type"] = "object";
  out["properties"] = json::Document::object();
  out["required"] = json::Document::array();
  for (const FormField& each : form.fields) {
    out["properties"][each.id] = schema_of(each);
    out["required"].push_back(each.id);
  }
  return json::text_of(out);
}

std::string text_of_answer(json::View answer) {
  if (!answer.is_array()) return answer.string().value_or(std::string(answer.raw()));
  std::string out;
  for (const json::View each : answer.elements())
    out.append(out.empty() ? "" : ", ").append(each.string().value_or(std::string()));
  return out;
}

transport::Task<FormAnswers> show(Form form, v1::Client& client, transport::CancelSource cancel) {
  v1::ElicitationRequest request;
  request.session_id = form.session;
  request.tool_call_id = form.tool_call;
  request.message = form.message;
  request.requested_schema = schema_of(form);
  auto response = co_await client.ask<v1::method::CreateElicitation>(std::move(request), &cancel);
  FormAnswers answers;
  if (!response) {
    answers.end = End::unanswered;
    co_return answers;
  }
  if (response->action != "accept") {
    answers.end = End::declined;
    co_return answers;
  }
  const json::View content(response->content);
  for (const FormField& each : form.fields) {
    const json::View answer = content.find(each.id);
    if (answer.exists()) answers.given.emplace_back(each.id, text_of_answer(answer));
  }
  co_return answers;
}

transport::Task<FormAnswers> ask_one_by_one(Form form, v1::Client& client,
                                            transport::CancelSource cancel) {
  FormAnswers answers;
  for (FormField& each : form.fields) {
    if (each.choices.empty()) {
      answers.given.emplace_back(each.id, ask_in_words);
      continue;
    }
    if (form.declinable) each.choices.push_back(choice("Decline to answer", Kind::reject_once, ""));
    v1::ToolCall subject;
    subject.id = form.tool_call;
    subject.title = each.question;
    subject.kind = v1::ToolKind::other;
    Decision made = co_await let_choose(client, cancel, form.session, std::move(subject),
                                        std::move(each.choices));
    if (made.answer.empty()) {
      answers.end = made.cancelled ? End::stopped : End::declined;
      co_return answers;
    }
    answers.given.emplace_back(each.id, std::move(made.answer));
  }
  co_return answers;
}

}  // namespace

std::string_view FormAnswers::to(std::string_view id) const {
  for (const auto& [field, answer] : given)
    if (field == id) return answer;
  return {};
}

transport::Task<FormAnswers> fill_in(Form form, v1::Client& client,
                                     transport::CancelSource cancel) {
  if (form.fields.empty()) co_return FormAnswers();
  if (client.capabilities().elicitation_form)
    co_return co_await show(std::move(form), client, std::move(cancel));
  if (client.capabilities().option_names)
    co_return co_await ask_one_by_one(std::move(form), client, std::move(cancel));
  co_return FormAnswers{.end = End::not_shown, .given = {}};
}

}  // namespace tine::executor
