#include "session/fork/passage.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/json/decode.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/methods.h"
#include "protocol/v1/update.h"
#include "session/record/data.h"

namespace tine::session {
namespace {

/// A text as it is, of anything else what and where it is.
std::string told(const v1::ContentBlock& block) {
  std::string_view what;
  switch (block.type) {
    case v1::ContentType::text:
      return block.text;
    case v1::ContentType::image:
      what = "image";
      break;
    case v1::ContentType::audio:
      what = "audio";
      break;
    case v1::ContentType::resource_link:
    case v1::ContentType::resource:
      what = "file";
      break;
  }
  std::string out = "[" + std::string(what);
  for (const std::string* each : {&block.name, &block.uri, &block.mime_type})
    if (!each->empty()) out += " " + *each;
  return out + "]";
}

PromptPassage prompt_of(json::View data) {
  std::vector<v1::ContentBlock> blocks;
  json::decode_valid(data.find("content"), blocks, json::Path("content"));
  PromptPassage prompt;
  prompt.turn = json::count_in(data, "turn").value_or(0);
  for (const v1::ContentBlock& block : blocks) {
    const std::string part = told(block);
    if (part.empty()) continue;
    if (!prompt.text.empty() && prompt.text.back() != '\n') prompt.text += '\n';
    prompt.text += part;
  }
  return prompt;
}

AnswerPassage answer_of(json::View data);

/// What a person put into a turn that ran stands within its answer.
AnswerPassage added_words_of(json::View data) {
  AnswerPassage words = answer_of(data);
  words.text.insert(0, "(The user added: ").append(")");
  return words;
}

AnswerPassage answer_of(json::View data) {
  AnswerPassage answer;
  answer.message = json::text_in(data, "messageId");
  v1::ContentBlock block;
  json::Complaint ignored;
  if (v1::decode(data.find("content"), block, json::Path("content"), ignored))
    answer.text = told(block);
  return answer;
}

// --- files
// ------------------------------------------------------------------------------------

std::uint64_t lines_of(std::string_view text) {
  if (text.empty()) return 0;
  const auto newlines = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
  return newlines + (text.back() == '\n' ? 0 : 1);
}

/// Takes off both texts the lines that they begin with, and those that they end with, as far as
/// they are the same.
void leave_differences(std::string_view& before, std::string_view& after) {
  const auto [gone, come] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  auto same = static_cast<std::size_t>(gone - before.begin());
  if (gone != before.end() || come != after.end()) {
    const std::size_t newline = before.substr(0, same).rfind('\n');
    same = newline == std::string_view::npos ? 0 : newline + 1;
  }
  before.remove_prefix(same);
  after.remove_prefix(same);
  const auto back = std::mismatch(before.rbegin(), before.rend(), after.rbegin(), after.rend());
  same = static_cast<std::size_t>(back.first - before.rbegin());
  const std::size_t newline = before.substr(before.size() - same).find('\n');
  same = newline == std::string_view::npos ? 0 : same - newline - 1;
  before.remove_suffix(same);
  after.remove_suffix(same);
}

FileChange change_of(v1::ToolContent& diff, std::size_t room) {
  FileChange change;
  change.path = std::move(diff.path);
  if (!diff.old_text) change.how = FileChange::How::added;
  if (diff.old_text && !diff.old_text->empty() && diff.new_text.empty())
    change.how = FileChange::How::emptied;
  std::string_view before = diff.old_text ? std::string_view(*diff.old_text) : std::string_view();
  std::string_view after = diff.new_text;
  leave_differences(before, after);
  change.more = lines_of(after);
  change.fewer = lines_of(before);
  // All of it, as half a secret could not be recognised.
  if (diff.new_text.size() <= room) change.text = std::move(diff.new_text);
  return change;
}

// --- calls
// ------------------------------------------------------------------------------------

std::optional<std::int64_t> exit_code_in(json::View object) {
  for (const std::string_view name : {"exitCode", "exit_code"})
    if (const auto code = object.find(name).integer()) return code;
  return std::nullopt;
}

Passage call_of(json::View data, std::size_t room) {
  v1::ToolCall call;
  json::Complaint ignored;
  if (!v1::decode(data, call, json::Path("update"), ignored)) return {};
  CallPassage passage;
  passage.id = std::move(call.id);
  passage.title = std::move(call.title);
  passage.kind = call.kind;
  passage.status = call.status;
  if (!call.raw_output.empty()) passage.exit_code = exit_code_in(json::View(call.raw_output));
  if (call.locations) {
    for (v1::ToolLocation& each : *call.locations) passage.places.push_back(std::move(each.path));
  }
  if (!call.content) return passage;
  for (v1::ToolContent& each : *call.content) {
    switch (each.type) {
      case v1::ToolContent::Type::diff:
        if (!passage.changes) passage.changes.emplace();
        passage.changes->push_back(change_of(each, room));
        break;
      case v1::ToolContent::Type::terminal:
        passage.terminal = std::move(each.terminal_id);
        break;
      case v1::ToolContent::Type::content:
        if (!passage.output) passage.output.emplace();
        passage.output->append(told(each.content));
        break;
    }
  }
  return passage;
}

PlanPassage plan_of(json::View data) {
  PlanPassage plan;
  for (const json::View each : data.find("entries").elements()) {
    plan.steps.push_back(
        {.text = json::text_in(each, "content"), .status = json::text_in(each, "status")});
  }
  return plan;
}

// --- questions
// ------------------------------------------------------------------------------------

QuestionPassage question_of(json::View data) {
  QuestionPassage question;
  question.id = json::count_in(data, "id").value_or(0);
  const json::View method = data.find("method");
  const json::View params = data.find("params");
  if (method.equals(v1::method::RequestPermission::name))
    question.text = json::text_in(params.find("toolCall"), "title");
  if (method.equals(v1::method::CreateElicitation::name))
    question.text = json::text_in(params, "message");
  if (method.equals(v1::method::WaitForTerminalExit::name))
    question.terminal = json::text_in(params, "terminalId");
  return question;
}

ReplyPassage reply_of(json::View data) {
  ReplyPassage reply;
  reply.question = json::count_in(data, "id").value_or(0);
  const json::View result = data.find("result");
  const bool cancelled = result.find("outcome").find("outcome").equals("cancelled") ||
                         result.find("action").equals("cancel");
  reply.settled = result.is_object() && !cancelled;
  reply.exit_code = exit_code_in(result);
  return reply;
}

TurnEndPassage end_of(json::View data) {
  TurnEndPassage end;
  end.kept = !json::text_in(data.find("provider"), "turn").empty();
  end.stop = json::text_in(data, "stop");
  return end;
}

TurnEndPassage aborted_end_of(json::View data) {
  TurnEndPassage end;
  end.stop = "broken off";
  for (const json::View call : data.find("toolCalls").elements())
    end.failed_calls.push_back(json::text_in(call, "toolCallId"));
  return end;
}

Passage update_of(json::View data, std::size_t room) {
  switch (v1::classify(data)) {
    case v1::UpdateKind::agent_message_chunk:
      return answer_of(data);
    case v1::UpdateKind::user_message_chunk:
      return added_words_of(data);
    case v1::UpdateKind::tool_call:
    case v1::UpdateKind::tool_call_update:
      return call_of(data, room);
    case v1::UpdateKind::plan:
      return plan_of(data);
    default:
      return {};
  }
}

}  // namespace

Passage passage_of(const store::Line& line, std::size_t room) {
  if (line.type == record_type::update) return update_of(line.data, room);
  if (line.type == record_type::prompt) return prompt_of(line.data);
  if (line.type == record_type::question) return question_of(line.data);
  if (line.type == record_type::answer) return reply_of(line.data);
  if (line.type == record_type::error)
    return FaultPassage{.kind = json::text_in(line.data, "kind")};
  if (line.type == record_type::turn_end) return end_of(line.data);
  if (line.type == record_type::turn_aborted) return aborted_end_of(line.data);
  return {};
}

}  // namespace tine::session
