#include "session/fork/quote.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/visible.h"

namespace tine::session {
namespace {

/// What providers and their programs put between < and >, in small letters, with _ for -.
constexpr std::array<std::string_view, 87> tags = {
    "additional_context",
    "agent",
    "antml",
    "apps_instructions",
    "assistant",
    "bash_input",
    "bash_stderr",
    "bash_stdout",
    "begin_of_text",
    "bos",
    "collaboration_mode",
    "command_args",
    "command_message",
    "command_name",
    "context",
    "developer",
    "developer_instructions",
    "end_of_text",
    "end_of_turn",
    "environment_context",
    "environment_details",
    "eos",
    "eot_id",
    "function",
    "function_call",
    "function_calls",
    "function_result",
    "function_results",
    "human",
    "ide_context",
    "ide_opened_file",
    "ide_selection",
    "im_end",
    "im_start",
    "instruction",
    "instructions",
    "invoke",
    "local_command_caveat",
    "local_command_stderr",
    "local_command_stdout",
    "model",
    "new_diagnostics",
    "parameter",
    "parameters",
    "permissions",
    "permissions_instructions",
    "persisted_output",
    "reasoning",
    "reminder",
    "s",
    "session_start_hook",
    "skill",
    "skills_instructions",
    "start_of_turn",
    "subagent_notification",
    "sys",
    "system",
    "system_instruction",
    "system_instructions",
    "system_message",
    "system_prompt",
    "system_reminder",
    "task_notification",
    "think",
    "thinking",
    "tool",
    "tool_call",
    "tool_calls",
    "tool_code",
    "tool_output",
    "tool_outputs",
    "tool_response",
    "tool_result",
    "tool_results",
    "tool_use",
    "tool_use_error",
    "tools",
    "turn",
    "turn_aborted",
    "turn_context",
    "user",
    "user_action",
    "user_instructions",
    "user_message",
    "user_prompt_submit_hook",
    "user_query",
    "user_shell_command",
};
/// What stands between [ and ], in small letters.
constexpr std::array<std::string_view, 7> bracketed = {
    "available_tools", "inst", "sys", "system_prompt", "tool_calls", "tool_content", "tool_results",
};
constexpr std::array<std::string_view, 8> frame = {"record of an earlier conversation",
                                                   "end of the record",
                                                   "memory of this project",
                                                   "end of the memory",
                                                   "the repository has moved",
                                                   "end of the note",
                                                   "documents of this project",
                                                   "end of the documents"};

/// How far behind a bracket its name is looked for: a longer one is in no table.
constexpr std::size_t reach = 96;

template <std::size_t count>
bool is_in(const std::array<std::string_view, count>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}
char small(char c) {
  if (c == '-') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t blanks(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && is_blank(text[count])) ++count;
  return count;
}

/// Whether `text`, which stands behind a <, makes a tag with it.
bool begins_tag(std::string_view text) {
  text = text.substr(0, reach);
  text.remove_prefix(blanks(text));
  if (text.starts_with('/')) text.remove_prefix(1);
  text.remove_prefix(blanks(text));
  // <|im_start|> and all others of its kind, also with the bar of full width.
  if (text.starts_with('|') || text.starts_with("\uFF5C")) return true;
  std::string name;
  while (!text.empty()) {
    if (is_name(text.front())) {
      name += small(text.front());
      text.remove_prefix(1);
      continue;
    }
    if (is_in(tags, name)) return true;
    if (text.front() == ':') {
      // What stood there is a namespace.
      name.clear();
      text.remove_prefix(1);
      continue;
    }
    // A name may go on in the next line.
    const std::size_t gap = blanks(text);
    if (text.substr(0, gap).find('\n') == std::string_view::npos) return false;
    text.remove_prefix(gap);
  }
  return is_in(tags, name);
}

/// The same for a [.
bool begins_bracketed(std::string_view text) {
  text = text.substr(0, reach);
  text.remove_prefix(blanks(text));
  if (text.starts_with('/')) text.remove_prefix(1);
  std::string name;
  for (; !text.empty() && (is_name(text.front()) || is_blank(text.front()));
       text.remove_prefix(1)) {
    if (!is_blank(text.front())) {
      name += small(text.front());
    } else if (!name.empty() && name.back() != ' ') {
      name += ' ';
    }
    if (is_in(frame, name)) return true;
  }
  if (name.ends_with(' ')) name.pop_back();
  return text.starts_with(']') && is_in(bracketed, name);
}

}  // namespace

std::string harmless(std::string_view text) {
  const std::string seen = visible(text);
  std::string out;
  out.reserve(seen.size());
  std::string_view rest = seen;
  while (!rest.empty()) {
    const std::size_t bracket = std::min(rest.find_first_of("<["), rest.size());
    out += rest.substr(0, bracket);
    rest.remove_prefix(bracket);
    if (rest.empty()) break;
    const std::string_view behind = rest.substr(1);
    if (rest.front() == '<') {
      out += begins_tag(behind) ? "\u2039" : "<";
    } else {
      out += begins_bracketed(behind) ? "\uFF3B" : "[";
    }
    rest = behind;
  }
  return out;
}

std::string quotation(std::string_view text) {
  const std::string plain = harmless(text);
  std::string out;
  for (std::string_view rest = plain; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    out.append("> ").append(line).push_back('\n');
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return out;
}

}  // namespace tine::session
