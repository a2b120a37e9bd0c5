#include "executor/claude/questions.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/json/writer.h"
#include "executor/choices.h"
#include "executor/claude/options.h"
#include "executor/claude/tools.h"
#include "executor/tool_parts.h"

namespace tine::executor::claude {
namespace {

using Kind = v1::PermissionOption::Kind;
using Answer = transport::Task<std::string>;

constexpr std::string_view tool_question = "can_use_tool";

// --- answers
// ------------------------------------------------------------------------------------

/// `input` as it was asked for, or changed; `permissions` is a JSON array, or empty.
std::string allow(std::string_view input, std::string_view permissions = {}) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("behavior", "allow").key("updatedInput").raw(input);
  if (!permissions.empty()) out.key("updatedPermissions").raw(permissions);
  out.end_object();
  return text;
}

std::string deny(std::string_view why) {
  std::string text;
  json::Writer(text).begin_object().member("behavior", "deny").member("message", why).end_object();
  return text;
}

std::string no() { return deny("The user does not want this to be done."); }

/// Nobody answered: the turn is being cancelled, or the client cannot be asked.
std::string nobody() { return deny("The question was not answered. Do not go on with this."); }

/// The client has ended the whole turn over it.
std::string interrupted() {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("behavior", "deny").member("message", "The user stopped here.");
  out.member("interrupt", true).end_object();
  return text;
}

/// The answer that was chosen, with the input as the client wants it where it says so.
std::string decided(const Decision& decision) {
  if (decision.cancelled) return interrupted();
  if (decision.answer.empty()) return nobody();
  const json::View answer(decision.answer);
  const json::View input = json::View(decision.meta).find("tine").find("updatedInput");
  if (!input.is_object() || !answer.find("behavior").equals("allow")) return decision.answer;
  return allow(input.raw(), answer.find("updatedPermissions").raw());
}

// --- leave to use a tool
// ------------------------------------------------------------------------------------

/// A rule that the CLI suggests, for this session: nothing is written to the project's settings.
std::string for_session(json::View suggestion) {
  std::string text;
  json::Writer out(text);
  out.begin_array().begin_object();
  for (const auto& [name, value] : suggestion.members()) {
    if (!name.equals("destination"))
      out.key(name.string().value_or(std::string())).raw(value.raw());
  }
  out.member("destination", "session").end_object().end_array();
  return text;
}

std::string listed(json::View strings) {
  std::string out;
  for (const json::View each : strings.elements())
    out.append(out.empty() ? "" : ", ").append(each.string().value_or(std::string()));
  return out;
}

/// What the suggestion would allow, in words; none for one that is not understood or allows
/// nothing.
std::optional<std::string> words_of(json::View suggestion) {
  if (suggestion.find("type").equals("addRules") && suggestion.find("behavior").equals("allow")) {
    std::string rules;
    for (const json::View each : suggestion.find("rules").elements()) {
      const std::string content = text_in(each, "ruleContent");
      rules.append(rules.empty() ? "" : ", ").append(text_in(each, "toolName"));
      if (!content.empty()) rules.append("(" + content + ")");
    }
    return "Allow " + rules + " for this session";
  }
  if (suggestion.find("type").equals("addDirectories"))
    return "Allow " + listed(suggestion.find("directories")) + " for this session";
  if (suggestion.find("type").equals("setMode")) {
    if (suggestion.find("mode").equals(accept_edits_mode))
      return "Allow all edits in the project for this session";
    return "Go on in the mode " + text_in(suggestion, "mode");
  }
  return std::nullopt;
}

v1::ToolCall subject_of(const Question& question, json::View request) {
  std::string tool_use;
  json::Writer out(tool_use);
  out.begin_object().member("id", std::string_view(text_in(request, "tool_use_id")));
  out.member("name", std::string_view(text_in(request, "tool_name")));
  out.key("input").raw(request.find("input").raw()).end_object();
  v1::ToolCall call = tool_call_of(json::View(tool_use), question.cwd);
  call.status = v1::ToolStatus::pending;
  std::vector<v1::ToolContent> content;
  if (const auto reason = request.find("decision_reason").string())
    content.push_back(text_content(*reason));
  if (const auto path = request.find("blocked_path").string())
    content.push_back(text_content("Outside of what is allowed: " + *path));
  if (call.content) content.insert(content.end(), call.content->begin(), call.content->end());
  if (!content.empty()) call.content = std::move(content);
  return call;
}

Answer ask_leave(Question question, v1::Client& client, transport::CancelSource cancel) {
  const json::View request(question.request);
  const std::string_view input = request.find("input").raw();
  std::vector<Choice> choices;
  choices.push_back(choice("allow", "Allow once", Kind::allow_once, allow(input)));
  std::size_t count = 0;
  for (const json::View each : request.find("permission_suggestions").elements()) {
    const auto words = words_of(each);
    if (!words) continue;
    choices.push_back(choice("suggestion-" + std::to_string(++count), *words, Kind::allow_always,
                             allow(input, for_session(each))));
  }
  choices.push_back(choice("deny", "Decline, and go on", Kind::reject_once, no()));
  const Decision decision = co_await let_choose(client, cancel, question.session,
                                                subject_of(question, request), std::move(choices));
  co_return decided(decision);
}

// --- the end of planning
// ------------------------------------------------------------------------------------

Answer ask_to_begin(Question question, v1::Client& client, transport::CancelSource cancel) {
  const json::View request(question.request);
  const std::string_view input = request.find("input").raw();
  const std::string edits = R"([{"type":"setMode","mode":")" + std::string(accept_edits_mode) +
                            R"(","destination":"session"}])";
  std::vector<Choice> choices;
  choices.push_back(choice("edits", "Yes, and allow all edits in the project", Kind::allow_always,
                           allow(input, edits)));
  choices.push_back(
      choice("begin", "Yes, and ask before each edit", Kind::allow_once, allow(input)));
  choices.push_back(choice("plan", "No, go on planning", Kind::reject_once,
                           deny("The user wants to go on planning.")));
  v1::ToolCall subject = subject_of(question, request);
  subject.kind = v1::ToolKind::switch_mode;
  if (const auto plan = request.find("input").find("plan").string())
    subject.content = {text_content(*plan)};
  const Decision decision =
      co_await let_choose(client, cancel, question.session, std::move(subject), std::move(choices));
  co_return decided(decision);
}

// --- the model's own questions
// ------------------------------------------------------------------------------------

/// The input with the answers, each by the text of its question.
std::string answered(json::View input, std::string_view answers) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto& [name, value] : input.members())
    out.key(name.string().value_or(std::string())).raw(value.raw());
  out.key("answers").raw(answers).end_object();
  return allow(text);
}

void write_labels(json::Writer& out, json::View options) {
  out.key("enum").begin_array();
  for (const json::View each : options.elements()) out.string(text_in(each, "label"));
  out.end_array();
}

/// A field for each question, called by its number: a question's text is no name for a field.
std::string form_of(json::View questions) {
  std::string text;
  json::Writer out(text);
  out.begin_object().member("type", "object").key("properties").begin_object();
  std::size_t count = 0;
  for (const json::View each : questions.elements()) {
    const bool many = each.find("multiSelect").boolean().value_or(false);
    out.key("q" + std::to_string(++count)).begin_object();
    out.member("type", many ? "array" : "string");
    out.member("title", std::string_view(text_in(each, "question")));
    if (const std::string header = text_in(each, "header"); !header.empty())
      out.member("description", std::string_view(header));
    if (many) {
      out.key("items").begin_object().member("type", "string");
      write_labels(out, each.find("options"));
      out.end_object();
    } else {
      write_labels(out, each.find("options"));
    }
    out.end_object();
  }
  out.end_object().key("required").begin_array();
  for (std::size_t i = 1; i <= count; ++i) out.string("q" + std::to_string(i));
  out.end_array().end_object();
  return text;
}

Answer show_form(Question question, v1::Client& client, transport::CancelSource cancel) {
  const json::View request(question.request);
  const json::View input = request.find("input");
  v1::ElicitationRequest form;
  form.session_id = question.session;
  form.tool_call_id = text_in(request, "tool_use_id");
  form.message = "Claude asks";
  form.requested_schema = form_of(input.find("questions"));
  auto response = co_await client.create_elicitation(std::move(form), &cancel);
  if (!response) co_return nobody();
  if (response->action != "accept") co_return deny("The user declined to answer the question.");
  const json::View given(response->content);
  std::string answers;
  json::Writer out(answers);
  out.begin_object();
  std::size_t count = 0;
  for (const json::View each : input.find("questions").elements()) {
    const json::View answer = given.find("q" + std::to_string(++count));
    const std::string said =
        answer.is_array() ? listed(answer) : answer.string().value_or(std::string());
    if (!said.empty()) out.member(text_in(each, "question"), std::string_view(said));
  }
  out.end_object();
  co_return answered(input, answers);
}

/// Without forms one question at a time can be put.
Answer ask_in_turn(Question question, v1::Client& client, transport::CancelSource cancel) {
  const json::View request(question.request);
  const json::View input = request.find("input");
  std::string answers;
  json::Writer out(answers);
  out.begin_object();
  for (const json::View each : input.find("questions").elements()) {
    v1::ToolCall subject;
    subject.id = text_in(request, "tool_use_id");
    subject.title = text_in(each, "question");
    subject.kind = v1::ToolKind::other;
    std::vector<Choice> choices;
    for (const json::View one : each.find("options").elements()) {
      const std::string label = text_in(one, "label");
      const std::string id = "option-" + std::to_string(choices.size() + 1);
      choices.push_back(choice(id, label, Kind::allow_once, label));
    }
    if (choices.empty()) continue;
    choices.push_back(choice("decline", "Decline to answer", Kind::reject_once, ""));
    const Decision decision = co_await let_choose(client, cancel, question.session,
                                                  std::move(subject), std::move(choices));
    if (decision.cancelled) co_return interrupted();
    if (decision.answer.empty()) co_return deny("The user declined to answer the question.");
    out.member(text_in(each, "question"), std::string_view(decision.answer));
  }
  out.end_object();
  co_return answered(input, answers);
}

}  // namespace

bool is_known_question(json::View request) { return request.find("subtype").equals(tool_question); }

transport::Task<std::string> put(Question question, v1::Client& client,
                                 transport::CancelSource cancel) {
  const json::View tool = json::View(question.request).find("tool_name");
  if (tool.equals("ExitPlanMode"))
    co_return co_await ask_to_begin(std::move(question), client, std::move(cancel));
  if (!tool.equals("AskUserQuestion"))
    co_return co_await ask_leave(std::move(question), client, std::move(cancel));
  if (client.capabilities().elicitation_form)
    co_return co_await show_form(std::move(question), client, std::move(cancel));
  co_return co_await ask_in_turn(std::move(question), client, std::move(cancel));
}

}  // namespace tine::executor::claude
