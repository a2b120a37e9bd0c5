#include "executor/claude/folder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "executor/claude/limits.h"
#include "executor/limits.h"

namespace tine::executor::claude {
namespace {

namespace fs = std::filesystem;

/// Settings that start nothing and allow nothing.
constexpr std::array<std::string_view, 5> harmless = {"$schema", "model", "language", "attribution",
                                                      "includeCoAuthoredBy"};

/// Folders in .claude whose files can run commands once they are used.
constexpr std::array<std::string_view, 6> used_later = {"agents",  "commands",      "skills",
                                                        "plugins", "output-styles", "workflows"};

std::string variable(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& each : environment) {
    if (each.starts_with(name) && each.substr(name.size()).starts_with('='))
      return each.substr(name.size() + 1);
  }
  return {};
}

std::string text_of(json::View value) { return value.string().value_or(std::string(value.raw())); }

bool has_only(json::View object, std::initializer_list<std::string_view> names) {
  for (const auto& [name, value] : object.members()) {
    const bool known =
        std::any_of(names.begin(), names.end(),
                    [&key = name](std::string_view each) { return key.equals(each); });
    if (!known) return false;
  }
  return true;
}

/// A command and its arguments in one line; the whole JSON where there is more to it.
std::string command_in(json::View starter) {
  const json::View command = starter.find("command");
  if (!command.is_string() || !has_only(starter, {"type", "command", "args"}))
    return std::string(starter.raw());
  std::string line = text_of(command);
  for (const json::View each : starter.find("args").elements()) line += " " + text_of(each);
  return line;
}

/// The folders of which Claude Code reads something: the session's own and those above it.
struct Ancestor {
  fs::path folder;
  bool in_project = false;  ///< not above the root of the git repository
};

std::vector<Ancestor> ancestors_of(const fs::path& cwd) {
  std::vector<Ancestor> all;
  bool in_project = true;
  for (fs::path at = cwd;; at = at.parent_path()) {
    all.push_back({at, in_project});
    std::error_code fault;
    if (fs::exists(fs::symlink_status(at / ".git", fault))) in_project = false;
    if (at == at.parent_path()) break;
  }
  // Outside of a repository there is no root to stop at.
  return all;
}

class Look {
 public:
  explicit Look(const FolderPlaces& places) : places_(places) {}

  FolderFacts all() {
    std::error_code fault;
    fs::path cwd = fs::canonical(places_.cwd, fault);
    if (fault) cwd = places_.cwd;
    for (const Ancestor& each : ancestors_of(cwd)) {
      // What is shown for the session's own folder needs no path.
      where_ = each.folder == cwd ? std::string() : (each.folder / "").string();
      folder_ = each.folder.string();
      servers();
      if (!each.in_project || is_users_own(each.folder)) continue;
      settings(".claude/settings.json");
      settings(".claude/settings.local.json");
      files();
      if (const std::string main = repository_of(each.folder.string()); !main.empty()) {
        where_ = main + "/";
        folder_ = main;
        settings(".claude/settings.local.json");
      }
    }
    for (const std::string& each : places_.additional) {
      where_ = each + "/";
      folder_ = each;
      files();
    }
    facts_.trusted_by_cli = is_trusted(cwd);
    return std::move(facts_);
  }

 private:
  bool is_users_own(const fs::path& folder) const {
    std::error_code fault;
    return fs::equivalent(folder / ".claude", places_.settings, fault);
  }

  void add(std::string line) {
    bytes_ += line.size();
    if (bytes_ > limits::folder_lines) {
      facts_.unclear = true;
      return;
    }
    facts_.starts.push_back(std::move(line));
  }

  void add_unclear(std::string line) {
    facts_.unclear = true;
    add(std::move(line));
  }

  /// A JSON object of the folder; none when there is no such file, or it cannot be looked into.
  std::optional<std::string> object_in(const std::string& path) {
    auto text = read_in_folder(folder_, path, executor::limits::folder_file);
    if (!text) {
      add_unclear(where_ + text.error().message);
      return std::nullopt;
    }
    if (!*text) return std::nullopt;
    std::string_view body = **text;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
    json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
    if (scanner.feed(body) && scanner.finish() && json::View(body).is_object())
      return std::string(body);
    add_unclear(where_ + path + " cannot be understood");
    return std::nullopt;
  }

  void servers() {
    const auto text = object_in(".mcp.json");
    if (!text) return;
    for (const auto& [name, server] : json::View(*text).find("mcpServers").members())
      add("MCP server " + text_of(name) + " in " + where_ + ".mcp.json: " + command_in(server));
  }

  void settings(const std::string& path) {
    const auto text = object_in(path);
    if (!text) return;
    const std::string in = " in " + where_ + path;
    for (const auto& [name, value] : json::View(*text).members()) {
      const std::string key = text_of(name);
      if (std::find(harmless.begin(), harmless.end(), key) != harmless.end()) continue;
      if (key == "hooks" && value.is_object()) {
        hooks(value, in);
      } else if (key == "permissions" && has_only(value, {"deny", "ask"})) {
        continue;
      } else {
        add(key + in + ": " + (value.is_object() ? command_in(value) : text_of(value)));
      }
    }
  }

  void hooks(json::View events, const std::string& in) {
    for (const auto& [event, groups] : events.members()) {
      for (const json::View group : groups.elements()) {
        const std::string matcher = text_of(group.find("matcher"));
        std::string what = "hook " + text_of(event);
        if (!matcher.empty()) what.append(" (").append(matcher).append(")");
        what.append(in).append(": ");
        if (!has_only(group, {"matcher", "hooks"})) {
          add(what + std::string(group.raw()));
          continue;
        }
        for (const json::View hook : group.find("hooks").elements()) add(what + command_in(hook));
      }
    }
  }

  void files() {
    for (const std::string_view each : used_later) {
      const std::string path = ".claude/" + std::string(each);
      const auto names = names_in_folder(folder_, path);
      if (!names) {
        add_unclear(where_ + names.error().message);
        continue;
      }
      if (names->empty()) continue;
      std::string line = std::string(each) + " in " + where_ + path + ", which can run commands:";
      for (const std::string& name : *names) line += " " + name;
      add(std::move(line));
    }
  }

  /// Claude Code keeps the answer under the root of the repository; that of the home folder holds
  /// for one session only.
  bool is_trusted(const fs::path& cwd) const {
    const fs::path record(places_.record);
    const auto text = read_in_folder(record.parent_path().string(), record.filename().string(),
                                     limits::trust_record);
    if (!text || !*text) return false;
    json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
    if (!scanner.feed(**text) || !scanner.finish()) return false;
    const json::View projects = json::View(**text).find("projects");
    for (const Ancestor& each : ancestors_of(cwd)) {
      if (!each.in_project || each.folder == places_.home) break;
      std::error_code fault;
      const bool is_root = fs::exists(fs::symlink_status(each.folder / ".git", fault));
      if (each.folder != cwd && !is_root) continue;
      const json::View project = projects.find(each.folder.string());
      if (project.find("hasTrustDialogAccepted").boolean().value_or(false)) return true;
    }
    return false;
  }

  const FolderPlaces& places_;
  FolderFacts facts_;
  std::string folder_;
  std::string where_;
  std::size_t bytes_ = 0;
};

}  // namespace

FolderPlaces places_of(const std::vector<std::string>& environment, std::string cwd,
                       std::vector<std::string> additional) {
  FolderPlaces places;
  places.cwd = std::move(cwd);
  places.additional = std::move(additional);
  places.home = variable(environment, "HOME");
  places.settings = variable(environment, "CLAUDE_CONFIG_DIR");
  places.record = (places.settings.empty() ? places.home : places.settings) + "/.claude.json";
  if (places.settings.empty()) places.settings = places.home + "/.claude";
  return places;
}

std::string repository_of(const std::string& folder) {
  constexpr std::size_t longest = 4096;
  const auto text = read_in_folder(folder, ".git", longest);
  if (!text || !*text || !(*text)->starts_with("gitdir: ")) return {};
  constexpr std::string_view within = "/.git/worktrees/";
  const std::size_t end = (*text)->rfind(within);
  const std::size_t begin = std::string_view("gitdir: ").size();
  return end == std::string::npos ? std::string() : (*text)->substr(begin, end - begin);
}

FolderFacts look_at(const FolderPlaces& places) { return Look(places).all(); }

namespace {

/// Whether it is a file of the folder, or nothing, or a folder of such. `left`: how many are looked
/// at.
bool are_own(const std::string& folder, const std::string& path, std::size_t depth,
             std::size_t& left) {
  if (left == 0 || depth > limits::rule_folders) return false;
  --left;
  std::error_code fault;
  // A link to a folder is none of the files that can be read here.
  if (!fs::is_directory(fs::symlink_status(fs::path(folder) / path, fault)))
    return read_in_folder(folder, path, executor::limits::folder_file).has_value();
  const auto names = names_in_folder(folder, path);
  if (!names) return false;
  return std::all_of(names->begin(), names->end(), [&](const std::string& name) {
    return are_own(folder, std::string(path).append("/").append(name), depth + 1, left);
  });
}

}  // namespace

bool has_own_texts(const std::string& folder) {
  std::size_t left = executor::limits::folder_names;
  for (const char* const each : {"CLAUDE.md", ".claude/CLAUDE.md", ".claude/rules"})
    if (!are_own(folder, each, 0, left)) return false;
  return true;
}

}  // namespace tine::executor::claude
