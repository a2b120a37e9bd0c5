#include "executor/claude/questions.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/json/document.h"
#include "base/json/writer.h"
#include "base/visible.h"
#include "executor/choices.h"
#include "executor/claude/options.h"
#include "executor/claude/tools.h"
#include "executor/form.h"
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
  json::Document out;
  out["behavior"] = "deny";
  out["message"] = why;
  return json::text_of(out);
}

std::string no() { return deny("The user does not want this to be done."); }

/// Nobody answered: the turn is being cancelled, or the client cannot be asked.
std::string nobody() { return deny("The question was not answered. Do not go on with this."); }

/// The client has ended the whole turn over it.
std::string interrupted() {
  json::Document out;
  out["behavior"] = "deny";
  out["message"] = "The user stopped here.";
  out["interrupt"] = true;
  return json::text_of(out);
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
  json::Document rule = json::parsed(suggestion.raw());
  rule.erase("destination");
  rule["destination"] = "session";
  return json::text_of(json::Document::array({std::move(rule)}));
}

std::string listed(json::View strings) {
  std::string out;
  for (const json::View each : strings.elements())
    out.append(out.empty() ? "" : ", ").append(each.string().value_or(std::string()));
  return out;
}

/// A rule that Claude Code suggests: what it would allow, in words, and how much that is.
struct Suggestion {
  /// From the narrowest to the widest.
  enum class Width : std::uint8_t { one_input, inputs, folders, tool, edits, mode };
  Width width;
  Choice choice;
};

using Width = Suggestion::Width;

/// The widest of its rules decides. A `*` may stand for anything.
Width width_of(json::View rules) {
  Width widest = Width::one_input;
  for (const json::View each : rules.elements()) {
    const std::string content = text_in(each, "ruleContent");
    Width width = Width::one_input;
    if (content.find('*') != std::string::npos) width = Width::inputs;
    if (content.empty()) width = Width::tool;
    widest = std::max(widest, width);
  }
  return widest;
}

/// Gives nothing for a suggestion of an unknown type, and for one that allows nothing.
std::optional<Suggestion> suggestion_in(json::View suggestion, std::string_view input) {
  const auto made = [suggestion, input](Width width, std::string_view words,
                                        std::string_view description) {
    return Suggestion{width, choice(words, Kind::allow_always,
                                    allow(input, for_session(suggestion)), description)};
  };
  if (suggestion.find("type").equals("addRules") && suggestion.find("behavior").equals("allow")) {
    std::string rules;
    for (const json::View each : suggestion.find("rules").elements()) {
      const std::string content = text_in(each, "ruleContent");
      rules.append(rules.empty() ? "" : ", ").append(text_in(each, "toolName"));
      if (!content.empty()) rules.append("(" + content + ")");
    }
    return made(width_of(suggestion.find("rules")), "Allow " + rules + " for this session", {});
  }
  if (suggestion.find("type").equals("addDirectories"))
    return made(Width::folders,
                "Allow " + listed(suggestion.find("directories")) + " for this session",
                "The folder then counts as part of the project.");
  if (suggestion.find("type").equals("setMode")) {
    if (suggestion.find("mode").equals(accept_edits_mode))
      return made(Width::edits, "Allow all edits in the project for this session", {});
    return made(Width::mode, "Go on in the mode " + text_in(suggestion, "mode"), {});
  }
  return std::nullopt;
}

/// Once, and what Claude Code suggests, the narrowest first.
std::vector<Choice> choices_of(json::View request) {
  const std::string_view input = request.find("input").raw();
  std::vector<Suggestion> suggested;
  for (const json::View each : request.find("permission_suggestions").elements()) {
    if (auto suggestion = suggestion_in(each, input)) suggested.push_back(std::move(*suggestion));
  }
  std::ranges::stable_sort(suggested, {}, &Suggestion::width);
  std::vector<Choice> choices;
  choices.push_back(choice("Allow once", Kind::allow_once, allow(input)));
  for (Suggestion& each : suggested) choices.push_back(std::move(each.choice));
  choices.push_back(choice("Decline, and go on", Kind::reject_once, no()));
  return choices;
}

v1::ToolCall subject_of(const Question& question, json::View request) {
  std::string tool_use;
  json::Writer out(tool_use);
  out.begin_object().member("id", std::string_view(text_in(request, "tool_use_id")));
  out.member("name", std::string_view(text_in(request, "tool_name")));
  out.key("input").raw(request.find("input").raw()).end_object();
  v1::ToolCall call = tool_call_of(json::View(tool_use), question.cwd);
  call.status = v1::ToolStatus::pending;
  // A diff comes first: some clients show it only there.
  std::vector<v1::ToolContent> content = call.content.value_or(std::vector<v1::ToolContent>());
  // A title may be cut. What is to be allowed is shown whole.
  if (content.empty()) {
    const auto command = request.find("input").find("command").string();
    content.push_back(text_content(command ? "$ " + visible(*command) : visible(call.raw_input)));
  }
  if (const auto reason = request.find("decision_reason").string())
    content.push_back(text_content(*reason));
  if (const auto path = request.find("blocked_path").string())
    content.push_back(text_content("Outside of what is allowed: " + *path));
  call.content = std::move(content);
  return call;
}

Answer ask_leave(Question question, v1::Client& client, transport::CancelSource cancel) {
  const json::View request(question.request);
  const Decision decision = co_await let_choose(client, cancel, question.session,
                                                subject_of(question, request), choices_of(request));
  co_return decided(decision);
}

// --- the end of planning
// ------------------------------------------------------------------------------------

Answer ask_to_begin(Question question, v1::Client& client, transport::CancelSource cancel) {
  const json::View request(question.request);
  const std::string_view input = request.find("input").raw();
  json::Document edits;
  edits["type"] = "setMode";
  edits["mode"] = accept_edits_mode;
  edits["destination"] = "session";
  std::vector<Choice> choices;
  choices.push_back(choice("Yes, and ask before each edit", Kind::allow_once, allow(input)));
  choices.push_back(choice("Yes, and allow all edits in the project", Kind::allow_always,
                           allow(input, json::text_of(json::Document::array({edits})))));
  choices.push_back(
      choice("No, go on planning", Kind::reject_once, deny("The user wants to go on planning.")));
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

/// A field for each question, called by its number: a question's text is no name for a field.
Form form_of(const Question& question) {
  const json::View request(question.request);
  Form form;
  form.session = question.session;
  form.tool_call = text_in(request, "tool_use_id");
  form.message = "Claude asks";
  form.declinable = true;
  for (const json::View each : request.find("input").find("questions").elements()) {
    FormField field;
    field.id = "q" + std::to_string(form.fields.size() + 1);
    field.question = text_in(each, "question");
    field.title = field.question;
    field.description = text_in(each, "header");
    field.many = each.find("multiSelect").boolean().value_or(false);
    for (const json::View one : each.find("options").elements()) {
      const std::string label = text_in(one, "label");
      field.choices.push_back(choice(label, Kind::allow_once, label, text_in(one, "description")));
    }
    form.fields.push_back(std::move(field));
  }
  return form;
}

/// The input with the answers, each by the text of its question.
std::string answered(json::View input, const Form& form, const FormAnswers& answers) {
  json::Document by_question = json::Document::object();
  for (const FormField& each : form.fields) {
    const std::string_view said = answers.to(each.id);
    if (!said.empty()) by_question[each.question] = said;
  }
  json::Document out = json::Document::object();
  if (input.is_object()) out = json::parsed(input.raw());
  out.erase("answers");
  out["answers"] = std::move(by_question);
  return allow(json::text_of(out));
}

Answer ask_user(Question question, v1::Client& client, transport::CancelSource cancel) {
  const Form form = form_of(question);
  const FormAnswers answers = co_await fill_in(form, client, std::move(cancel));
  using End = FormAnswers::End;
  if (answers.end == End::stopped) co_return interrupted();
  if (answers.end == End::unanswered) co_return nobody();
  if (answers.end == End::not_shown) co_return deny(ask_in_words);
  if (answers.end == End::declined) co_return deny("The user declined to answer the question.");
  co_return answered(json::View(question.request).find("input"), form, answers);
}

}  // namespace

bool is_known_question(json::View request) { return request.find("subtype").equals(tool_question); }

transport::Task<std::string> put(Question question, v1::Client& client,
                                 transport::CancelSource cancel) {
  const json::View tool = json::View(question.request).find("tool_name");
  if (tool.equals("ExitPlanMode"))
    co_return co_await ask_to_begin(std::move(question), client, std::move(cancel));
  if (tool.equals("AskUserQuestion"))
    co_return co_await ask_user(std::move(question), client, std::move(cancel));
  co_return co_await ask_leave(std::move(question), client, std::move(cancel));
}

}  // namespace tine::executor::claude
