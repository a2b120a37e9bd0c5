#include "executor/codex/tools.h"

#include <array>
#include <utility>

#include "base/json/writer.h"
#include "executor/tool_parts.h"

namespace tine::executor::codex {
namespace {

v1::ToolStatus status_of(json::View item) {
  const json::View status = item.find("status");
  if (status.equals("inProgress")) return v1::ToolStatus::in_progress;
  if (status.equals("failed") || status.equals("declined")) return v1::ToolStatus::failed;
  return v1::ToolStatus::completed;
}

v1::ToolKind kind_of_command(json::View actions) {
  v1::ToolKind kind = v1::ToolKind::execute;
  std::size_t count = 0;
  for (const json::View action : actions.elements()) {
    v1::ToolKind here = v1::ToolKind::execute;
    if (action.find("type").equals("read")) here = v1::ToolKind::read;
    if (action.find("type").equals("search") || action.find("type").equals("listFiles"))
      here = v1::ToolKind::search;
    if (count++ > 0 && here != kind) return v1::ToolKind::execute;
    kind = here;
  }
  return kind;
}

v1::ToolCall command_call(json::View item) {
  v1::ToolCall call;
  call.title = short_title(bare_command(text_in(item, "command")));
  call.kind = kind_of_command(item.find("commandActions"));
  std::string input;
  json::Writer(input)
      .begin_object()
      .member("command", std::string_view(text_in(item, "command")))
      .member("cwd", std::string_view(text_in(item, "cwd")))
      .end_object();
  call.raw_input = std::move(input);
  if (auto output = item.find("aggregatedOutput").string())
    call.content = {text_content(std::move(*output))};
  if (item.find("exitCode").integer()) {
    std::string result;
    json::Writer(result)
        .begin_object()
        .key("exitCode")
        .raw(item.find("exitCode").raw())
        .raw_member("durationMs", item.find("durationMs").raw())
        .end_object();
    call.raw_output = std::move(result);
  }
  return call;
}

v1::ToolCall file_change(json::View item) {
  v1::ToolCall call;
  call.kind = v1::ToolKind::edit;
  std::string names;
  call.locations.emplace();
  for (const json::View change : item.find("changes").elements()) {
    std::string path = text_in(change, "path");
    names.append(names.empty() ? "" : ", ").append(file_name(path));
    call.locations->push_back({.path = std::move(path), .line = {}});
  }
  call.title = short_title("Edit " + names);
  call.content = diffs_of(item.find("changes"));
  return call;
}

std::vector<v1::ToolContent> texts_of(json::View content) {
  std::vector<v1::ToolContent> out;
  for (const json::View part : content.elements())
    if (auto text = part.find("text").string()) out.push_back(text_content(std::move(*text)));
  return out;
}

v1::ToolCall mcp_call(json::View item) {
  v1::ToolCall call;
  call.kind = v1::ToolKind::other;
  call.name = text_in(item, "tool");
  call.title = short_title(text_in(item, "server") + ": " + text_in(item, "tool"));
  call.raw_input = item.find("arguments").raw();
  if (const json::View result = item.find("result"); result.is_object()) {
    call.raw_output = result.raw();
    call.content = texts_of(result.find("content"));
  } else if (const json::View error = item.find("error"); error.is_object()) {
    call.content = {text_content(text_in(error, "message"))};
  }
  return call;
}

v1::ToolCall dynamic_call(json::View item) {
  v1::ToolCall call;
  call.kind = v1::ToolKind::other;
  call.name = text_in(item, "tool");
  call.title = short_title(text_in(item, "tool"));
  call.raw_input = item.find("arguments").raw();
  call.content = texts_of(item.find("contentItems"));
  return call;
}

v1::ToolCall web_search(json::View item) {
  v1::ToolCall call;
  const json::View action = item.find("action");
  const bool opens = action.find("type").equals("openPage");
  call.kind = opens ? v1::ToolKind::fetch : v1::ToolKind::search;
  call.title = short_title(opens ? "Open " + text_in(action, "url")
                                 : "Search the web: " + text_in(item, "query"));
  if (action.is_object()) call.raw_input = action.raw();
  return call;
}

v1::ToolCall image_view(json::View item) {
  v1::ToolCall call;
  call.kind = v1::ToolKind::read;
  const std::string path = text_in(item, "path");
  call.title = short_title("View " + file_name(path));
  call.locations = {{.path = path, .line = {}}};
  return call;
}

v1::ToolCall image_generation(json::View item) {
  v1::ToolCall call;
  call.kind = v1::ToolKind::other;
  call.title = "Make an image";
  if (const auto path = item.find("savedPath").string()) {
    call.locations = {{.path = *path, .line = {}}};
    v1::ToolContent link;
    link.content = v1::link_block("file://" + *path, file_name(*path));
    call.content = {std::move(link)};
  }
  return call;
}

v1::ToolCall agent_call(json::View item) {
  v1::ToolCall call;
  call.kind = v1::ToolKind::other;
  call.name = text_in(item, "tool");
  call.title = short_title("Agent: " + text_in(item, "tool"));
  if (auto prompt = item.find("prompt").string()) call.content = {text_content(std::move(*prompt))};
  return call;
}

v1::ToolCall sleep_call(json::View) {
  v1::ToolCall call;
  call.kind = v1::ToolKind::other;
  call.title = "Wait";
  return call;
}

struct Item {
  std::string_view type;
  v1::ToolCall (*make)(json::View item);
};
constexpr std::array items = {
    Item{"commandExecution", command_call},
    Item{"fileChange", file_change},
    Item{"mcpToolCall", mcp_call},
    Item{"dynamicToolCall", dynamic_call},
    Item{"webSearch", web_search},
    Item{"imageView", image_view},
    Item{"imageGeneration", image_generation},
    Item{"collabAgentToolCall", agent_call},
    Item{"sleep", sleep_call},
};

/// One hunk of a unified diff, taken apart.
struct Hunk {
  std::string before;
  std::string after;
  bool any = false;
};

/// Each hunk is a diff of its own: the text between them is not known here.
void add_hunks(const std::string& path, std::string_view text, std::vector<v1::ToolContent>& out) {
  Hunk hunk;
  const auto flush = [&] {
    if (hunk.any) out.push_back(diff_content(path, std::move(hunk.before), std::move(hunk.after)));
    hunk = Hunk();
  };
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with("@@")) {
      flush();
      continue;
    }
    if (line.empty() || line.starts_with("\\")) continue;
    const std::string_view content = line.substr(1);
    if (line[0] != '+') hunk.before.append(content).push_back('\n');
    if (line[0] != '-') hunk.after.append(content).push_back('\n');
    hunk.any = true;
  }
  flush();
}

}  // namespace

std::string bare_command(std::string_view command) {
  for (const std::string_view shell : {"/bin/bash -lc '", "/bin/sh -lc '", "/bin/zsh -lc '",
                                       "bash -lc '", "/bin/bash -c '", "/bin/sh -c '"}) {
    if (!command.starts_with(shell) || !command.ends_with('\'')) continue;
    const std::string_view inside = command.substr(shell.size(), command.size() - shell.size() - 1);
    if (inside.find('\'') == std::string_view::npos) return std::string(inside);
  }
  return std::string(command);
}

std::vector<v1::ToolContent> diffs_of(json::View changes) {
  std::vector<v1::ToolContent> out;
  for (const json::View change : changes.elements()) {
    std::string path = text_in(change, "path");
    std::string text = text_in(change, "diff");
    const json::View kind = change.find("kind").find("type");
    if (kind.equals("add")) {
      out.push_back(diff_content(std::move(path), std::nullopt, std::move(text)));
    } else if (kind.equals("delete")) {
      out.push_back(diff_content(std::move(path), std::move(text), std::string()));
    } else {
      add_hunks(path, text, out);
    }
  }
  return out;
}

std::optional<v1::ToolCall> tool_call_of(json::View item) {
  for (const Item& each : items) {
    if (!item.find("type").equals(each.type)) continue;
    v1::ToolCall call = each.make(item);
    call.id = text_in(item, "id");
    call.status = status_of(item);
    return call;
  }
  return std::nullopt;
}

std::vector<v1::PlanEntry> plan_of(json::View plan) {
  std::vector<v1::PlanEntry> entries;
  for (const json::View step : plan.elements()) {
    v1::PlanEntry entry;
    entry.content = text_in(step, "step");
    if (step.find("status").equals("inProgress")) entry.status = v1::PlanEntry::Status::in_progress;
    if (step.find("status").equals("completed")) entry.status = v1::PlanEntry::Status::completed;
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace tine::executor::codex
