#include "executor/claude/tools.h"

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json/writer.h"
#include "executor/claude/limits.h"
#include "executor/tool_parts.h"

namespace tine::executor::claude {
namespace {

std::optional<std::uint32_t> line_in(json::View object, std::string_view name) {
  const auto line = object.find(name).integer();
  if (!line || *line < 1 || *line > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(*line);
}

/// What a tool is asked to do, and where.
struct Asked {
  json::View input;
  std::string_view cwd;

  std::string text(std::string_view name) const { return text_in(input, name); }

  /// ACP wants whole paths.
  std::string path(std::string_view name) const {
    std::string path = text(name);
    if (path.empty() || path.front() == '/' || cwd.empty()) return path;
    return std::string(cwd).append("/").append(path);
  }

  /// As a person in that folder would call it.
  std::string shown(std::string_view name) const {
    std::string path = text(name);
    if (!cwd.empty() && path.size() > cwd.size() + 1 && path.starts_with(cwd) &&
        path[cwd.size()] == '/') {
      path.erase(0, cwd.size() + 1);
    }
    return path;
  }
};

/// "Read" and "a.txt" to "Read a.txt"; none while that is not known.
std::optional<std::string> phrase(std::string_view verb, std::string_view object) {
  if (object.empty()) return std::nullopt;
  return std::string(verb).append(" ").append(object);
}

void locate(v1::ToolCall& call, const Asked& asked, std::string_view name,
            std::optional<std::uint32_t> line = {}) {
  if (std::string path = asked.path(name); !path.empty())
    call.locations = {{.path = std::move(path), .line = line}};
}

void bash(v1::ToolCall& call, const Asked& asked) {
  std::string command = asked.text("command");
  command.erase(0, command.find_first_not_of(" \t\r\n"));
  if (!command.empty()) call.title = std::move(command);
}

void read_file(v1::ToolCall& call, const Asked& asked) {
  const auto first = line_in(asked.input, "offset");
  const auto count = line_in(asked.input, "limit");
  call.title = phrase("Read", asked.shown("file_path"));
  if (call.title && count) {
    const std::uint64_t from = first.value_or(1);
    *call.title += " (" + std::to_string(from) + " - " + std::to_string(from + *count - 1) + ")";
  } else if (call.title && first) {
    *call.title += " (from line " + std::to_string(*first) + ")";
  }
  locate(call, asked, "file_path", first);
}

/// Part of an Edit, and of each of the edits of a MultiEdit.
v1::ToolContent replacement(std::string path, json::View edit) {
  std::optional<std::string> before = edit.find("old_string").string();
  if (before && before->empty()) before.reset();
  return diff_content(std::move(path), std::move(before), text_in(edit, "new_string"));
}

void edit_file(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Edit", asked.shown("file_path"));
  locate(call, asked, "file_path");
  const std::string path = asked.path("file_path");
  std::vector<v1::ToolContent> diffs;
  if (asked.input.find("new_string").is_string()) diffs.push_back(replacement(path, asked.input));
  for (const json::View each : asked.input.find("edits").elements())
    diffs.push_back(replacement(path, each));
  if (!path.empty() && !diffs.empty()) call.content = std::move(diffs);
}

void write_file(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Write", asked.shown("file_path"));
  locate(call, asked, "file_path");
  std::string path = asked.path("file_path");
  auto text = asked.input.find("content").string();
  if (!path.empty() && text)
    call.content = {diff_content(std::move(path), std::nullopt, std::move(*text))};
}

void notebook_edit(v1::ToolCall& call, const Asked& asked) {
  const bool deletes = asked.input.find("edit_mode").equals("delete");
  call.title =
      phrase(deletes ? "Delete a cell of" : "Edit a cell of", asked.shown("notebook_path"));
  locate(call, asked, "notebook_path");
  std::string path = asked.path("notebook_path");
  auto text = asked.input.find("new_source").string();
  if (!path.empty() && text && !deletes)
    call.content = {diff_content(std::move(path), std::nullopt, std::move(*text))};
}

void search_files(v1::ToolCall& call, const Asked& asked, std::string_view verb) {
  call.title = phrase(verb, asked.text("pattern"));
  if (const std::string where = asked.shown("path"); call.title && !where.empty())
    *call.title += " in " + where;
  locate(call, asked, "path");
}

void glob(v1::ToolCall& call, const Asked& asked) { search_files(call, asked, "Find"); }
void grep(v1::ToolCall& call, const Asked& asked) { search_files(call, asked, "Search for"); }

void list_folder(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("List", asked.shown("path"));
  locate(call, asked, "path");
}

void web_fetch(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Fetch", asked.text("url"));
}

void web_search(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Search the web:", asked.text("query"));
}

void tool_search(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Look for tools:", asked.text("query"));
}

void agent(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Agent:", asked.text("description"));
  if (auto prompt = asked.input.find("prompt").string())
    call.content = {text_content(std::move(*prompt))};
}

void todos(v1::ToolCall& call, const Asked&) { call.title = "Update the plan"; }

void new_task(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Plan:", asked.text("subject"));
}

void task(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Task", asked.text("taskId"));
  if (const std::string status = asked.text("status"); call.title && !status.empty())
    *call.title += ": " + status;
}

void leave_plan(v1::ToolCall& call, const Asked& asked) {
  call.title = "Leave plan mode";
  if (auto plan = asked.input.find("plan").string())
    call.content = {text_content(std::move(*plan))};
}

void enter_plan(v1::ToolCall& call, const Asked&) { call.title = "Enter plan mode"; }

void question(v1::ToolCall& call, const Asked& asked) {
  const json::View questions = asked.input.find("questions");
  for (const json::View first : questions.elements()) {
    call.title = phrase("Ask:", text_in(first, "question"));
    return;
  }
}

void skill(v1::ToolCall& call, const Asked& asked) {
  std::string name = asked.text("skill");
  if (name.empty()) name = asked.text("command");
  call.title = phrase("Skill", name);
}

void background_output(v1::ToolCall& call, const Asked& asked) {
  std::string id = asked.text("bash_id");
  if (id.empty()) id = asked.text("task_id");
  call.title = phrase("Output of", id);
}

void stop(v1::ToolCall& call, const Asked& asked) {
  std::string id = asked.text("shell_id");
  if (id.empty()) id = asked.text("task_id");
  call.title = phrase("Stop", id);
}

void described(v1::ToolCall& call, const Asked& asked) {
  if (std::string text = asked.text("description"); !text.empty()) call.title = std::move(text);
}

void mcp_resource(v1::ToolCall& call, const Asked& asked) {
  call.title = phrase("Read", asked.text("uri"));
}

struct Tool {
  std::string_view name;
  v1::ToolKind kind;
  void (*describe)(v1::ToolCall& call, const Asked& asked);
};
using enum v1::ToolKind;
constexpr std::array tools = {
    Tool{"Bash", execute, bash},
    Tool{"PowerShell", execute, bash},
    Tool{"Monitor", execute, described},
    Tool{"Workflow", execute, described},
    Tool{"BashOutput", execute, background_output},
    Tool{"TaskOutput", execute, background_output},
    Tool{"KillShell", execute, stop},
    Tool{"KillBash", execute, stop},
    Tool{"TaskStop", execute, stop},
    Tool{"Read", read, read_file},
    Tool{"ReadMcpResourceTool", read, mcp_resource},
    Tool{"ReadMcpResourceDirTool", read, mcp_resource},
    Tool{"Edit", edit, edit_file},
    Tool{"MultiEdit", edit, edit_file},
    Tool{"Write", edit, write_file},
    Tool{"NotebookEdit", edit, notebook_edit},
    Tool{"Glob", search, glob},
    Tool{"Grep", search, grep},
    Tool{"LS", search, list_folder},
    Tool{"ToolSearch", search, tool_search},
    Tool{"WebFetch", fetch, web_fetch},
    Tool{"WebSearch", search, web_search},
    Tool{"Task", think, agent},
    Tool{"Agent", think, agent},
    Tool{"TodoWrite", think, todos},
    Tool{"TaskCreate", think, new_task},
    Tool{"TaskUpdate", think, task},
    Tool{"TaskGet", think, task},
    Tool{"ExitPlanMode", switch_mode, leave_plan},
    Tool{"EnterPlanMode", switch_mode, enter_plan},
    Tool{"AskUserQuestion", other, question},
    Tool{"Skill", other, skill},
    Tool{"SlashCommand", other, skill},
};

/// "mcp__SERVER__TOOL" to "SERVER: TOOL"; other names as they are.
std::string title_of_name(const std::string& name) {
  constexpr std::string_view mcp = "mcp__";
  if (!name.starts_with(mcp)) return name;
  const std::size_t between = name.find("__", mcp.size());
  if (between == std::string::npos) return name;
  return name.substr(mcp.size(), between - mcp.size()) + ": " + name.substr(between + 2);
}

// --- results
// ------------------------------------------------------------------------------------

/// Without what the CLI has put around it or added to it for the model alone.
std::string plain(std::string text) {
  constexpr std::string_view open = "<tool_use_error>";
  constexpr std::string_view close = "</tool_use_error>";
  if (text.starts_with(open) && text.ends_with(close)) {
    text.resize(text.size() - close.size());
    text.erase(0, open.size());
  }
  while (text.ends_with("</system-reminder>")) {
    const std::size_t begin = text.rfind("<system-reminder>");
    if (begin == std::string::npos) break;
    text.resize(begin);
    while (text.ends_with('\n')) text.pop_back();
  }
  return text;
}

std::optional<v1::ToolContent> image_content(json::View block) {
  const json::View source = block.find("source");
  if (!source.find("type").equals("base64") || !source.find("data").is_string())
    return std::nullopt;
  v1::ToolContent content;
  content.content.type = v1::ContentType::image;
  content.content.mime_type = text_in(source, "media_type");
  json::Writer(content.content.raw)
      .begin_object()
      .member("type", "image")
      .member("mimeType", std::string_view(content.content.mime_type))
      .raw_member("data", source.find("data").raw())
      .end_object();
  return content;
}

void add_block(json::View block, std::vector<v1::ToolContent>& out) {
  if (block.is_string()) {
    if (std::string text = plain(*block.string()); !text.empty())
      out.push_back(text_content(std::move(text)));
  } else if (block.is_array()) {
    for (const json::View each : block.elements()) add_block(each, out);
  } else if (block.find("type").equals("image")) {
    if (auto image = image_content(block)) out.push_back(std::move(*image));
  } else if (block.find("type").equals("tool_reference")) {
    out.push_back(text_content(text_in(block, "tool_name")));
  } else if (block.find("text").is_string()) {
    add_block(block.find("text"), out);
  } else if (const json::View inner = block.find("content"); inner.exists()) {
    add_block(inner, out);
  }
}

/// A hunk tells lines, each with its sign.
v1::ToolContent hunk_of(std::string path, json::View hunk) {
  std::string before;
  std::string after;
  for (const json::View each : hunk.find("lines").elements()) {
    const std::string line = each.string().value_or(std::string());
    if (line.empty() || line.front() == '\\') continue;
    if (line.front() != '+') before.append(line, 1).push_back('\n');
    if (line.front() != '-') after.append(line, 1).push_back('\n');
  }
  return diff_content(std::move(path), std::move(before), std::move(after));
}

bool is_edit(json::View given) {
  return given.find("structuredPatch").is_array() || given.find("edit_mode").is_string();
}

void take_edit(v1::ToolCall& call, json::View given) {
  const std::string path = text_in(given, "filePath");
  std::vector<v1::ToolContent> diffs;
  std::vector<v1::ToolLocation> places;
  for (const json::View hunk : given.find("structuredPatch").elements()) {
    diffs.push_back(hunk_of(path, hunk));
    places.push_back({.path = path, .line = line_in(hunk, "newStart")});
  }
  if (path.empty() || diffs.empty()) return;
  call.content = std::move(diffs);
  call.locations = std::move(places);
}

/// Whether it is a sub-agent that goes on by itself: what is said of that is for the model alone.
bool is_left_to_itself(json::View given) { return given.find("status").equals("async_launched"); }

}  // namespace

v1::ToolCall tool_call_of(json::View tool_use, std::string_view cwd) {
  const std::string name = text_in(tool_use, "name");
  const Asked asked{.input = tool_use.find("input"), .cwd = cwd};
  v1::ToolCall call;
  call.id = text_in(tool_use, "id");
  call.name = name;
  call.kind = other;
  call.status = v1::ToolStatus::in_progress;
  for (const Tool& tool : tools) {
    if (tool.name != name) continue;
    call.kind = tool.kind;
    tool.describe(call, asked);
  }
  call.title = short_title(call.title ? std::move(*call.title) : title_of_name(name));
  if (asked.input.members().begin() != nullptr) call.raw_input = asked.input.raw();
  return call;
}

v1::ToolCall tool_result_of(json::View tool_result, json::View tool_use_result) {
  const bool failed = tool_result.find("is_error").boolean().value_or(false);
  v1::ToolCall call;
  call.id = text_in(tool_result, "tool_use_id");
  call.status = failed ? v1::ToolStatus::failed : v1::ToolStatus::completed;
  if (!failed && is_edit(tool_use_result)) {
    take_edit(call, tool_use_result);
    return call;
  }
  if (!is_left_to_itself(tool_use_result)) {
    std::vector<v1::ToolContent> content;
    // The model is told a sub-agent's report with remarks about it.
    const bool reports = tool_use_result.find("agentId").is_string();
    add_block((reports ? tool_use_result : tool_result).find("content"), content);
    call.content = std::move(content);
  }
  // The file that was read is the content already.
  const bool tells_more = tool_use_result.is_array() ||
                          (tool_use_result.is_object() && !tool_use_result.find("file").exists());
  if (tells_more && tool_use_result.raw().size() <= limits::raw_output)
    call.raw_output = tool_use_result.raw();
  return call;
}

}  // namespace tine::executor::claude
