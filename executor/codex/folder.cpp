#include "executor/codex/folder.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/json/writer.h"
#include "base/toml/document.h"
#include "base/toml/json.h"
#include "executor/codex/limits.h"
#include "executor/limits.h"

namespace tine::executor::codex {
namespace {

namespace fs = std::filesystem;

/// Settings of config.toml that start nothing and open nothing. All others are named to the user.
constexpr std::array harmless = std::to_array<std::string_view>({
    "analytics",
    "developer_instructions",
    "feedback",
    "file_opener",
    "hide_agent_reasoning",
    "history",
    "model",
    "model_auto_compact_token_limit",
    "model_context_window",
    "model_reasoning_effort",
    "model_reasoning_summary",
    "model_verbosity",
    "notice",
    "personality",
    "project_doc_fallback_filenames",
    "project_doc_max_bytes",
    "review_model",
    "show_raw_agent_reasoning",
    "tui",
    "web_search",
});

fs::path real_path(const fs::path& path) {
  std::error_code error;
  fs::path found = fs::canonical(path, error);
  return error ? path : found;
}

bool is_there(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  return !error && fs::exists(status);
}

/// The directories whose `.codex` Codex reads: up to the root of the project. Where there is none,
/// the directory alone.
std::vector<fs::path> project_folders(const fs::path& cwd) {
  std::vector<fs::path> all = with_parents(cwd);
  const auto root = std::find_if(all.begin(), all.end(),
                                 [](const fs::path& each) { return is_there(each / ".git"); });
  all.erase(root == all.end() ? all.begin() + 1 : root + 1, all.end());
  return all;
}

/// The repository that a linked worktree belongs to; empty when `root` is none. Both sides have to
/// name each other, so that a file in the folder cannot claim it.
fs::path main_of_worktree(const fs::path& root) {
  const auto pointer = read_in_folder(root, ".git", limits::folder_pointer);
  constexpr std::string_view prefix = "gitdir: ";
  if (!pointer || !*pointer || !(*pointer)->starts_with(prefix)) return {};
  const auto line = [](std::string_view text) { return text.substr(0, text.find('\n')); };
  const fs::path git_dir =
      real_path(root / line(std::string_view(**pointer).substr(prefix.size())));
  const auto back = read_in_folder(git_dir, "gitdir", limits::folder_pointer);
  if (!back || !*back || real_path(git_dir / line(**back)) != real_path(root / ".git")) return {};
  const fs::path git = git_dir.parent_path().parent_path();
  return git.filename() == ".git" ? git.parent_path() : fs::path();
}

/// What the user has told Codex of folders.
class CodexTrust {
 public:
  explicit CodexTrust(const std::string& codex_home) {
    auto text = read_in_folder(codex_home, "config.toml", executor::limits::folder_file);
    if (text && !*text) return;
    if (text) {
      auto parsed = toml::parse(**text, "config.toml", ErrorKind::config_invalid);
      is_known_ = parsed.has_value();
      if (parsed) config_ = std::move(*parsed);
    } else {
      is_known_ = false;
    }
  }

  /// Whether the user's configuration could be read.
  bool is_known() const { return is_known_; }

  /// The nearest word counts: of the folder itself, of its project, of the repository that its
  /// worktree belongs to.
  std::string level(const fs::path& folder, const fs::path& root) const {
    const std::array names = {real_path(folder), folder, real_path(root), root,
                              main_of_worktree(root)};
    for (const fs::path& each : names) {
      std::string level = level_of(each);
      if (!level.empty()) return level;
    }
    return {};
  }
  bool covers(const fs::path& folder, const fs::path& root) const {
    return level(folder, root) == "trusted";
  }

 private:
  std::string level_of(const fs::path& folder) const {
    const toml::Node* node = config_.find("projects");
    if (node != nullptr) node = node->find(folder.native());
    if (node != nullptr) node = node->find("trust_level");
    return node == nullptr ? std::string() : node->text;
  }

  toml::Node config_;
  bool is_known_ = true;
};

std::string json_of(const toml::Node& node) {
  std::string out;
  json::Writer writer(out);
  return toml::write_json(node, writer) ? out : "a value that cannot be shown";
}

/// Collects what a `.codex` starts.
class Finding {
 public:
  Finding(FolderFacts& facts, fs::path folder, std::string shown)
      : facts_(facts), folder_(std::move(folder)), shown_(std::move(shown)) {}

  void look() {
    look_at_config();
    if (const auto hooks = read(".codex/hooks.json"))
      say(".codex/hooks.json",
          "runs hooks, once you have agreed to each in Codex: " + compact(*hooks));
    look_at_files("rules", "decides which commands run without a question: ");
    look_at_files("agents", "makes agents: ");
  }

 private:
  void say(const std::string& file, const std::string& what) {
    facts_.starts.push_back(shown_ + file + " " + what);
  }

  /// Nothing when there is no such file, or it cannot be read, which is said then.
  std::optional<std::string> read(const std::string& path) {
    auto text = read_in_folder(folder_, path, executor::limits::folder_file);
    if (text) return std::move(*text);
    unclear(text.error().message);
    return std::nullopt;
  }

  void unclear(const std::string& why) {
    facts_.unclear = true;
    facts_.starts.push_back(shown_ + why);
  }

  static std::string compact(const std::string& text) {
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    if (parsed.is_discarded()) return text;
    return parsed.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  void look_at_config() {
    constexpr const char* file = ".codex/config.toml";
    const auto text = read(file);
    if (!text) return;
    const auto config = toml::parse(*text, file, ErrorKind::config_invalid);
    if (!config) return unclear(config.error().message);
    for (const toml::Node& each : config->children) {
      if (std::find(harmless.begin(), harmless.end(), each.key) != harmless.end()) continue;
      if (each.key == "mcp_servers") {
        for (const toml::Node& server : each.children)
          say(file, "starts the MCP server " + server.key + ": " + json_of(server));
      } else if (each.key == "hooks") {
        say(file, "runs hooks, once you have agreed to each in Codex: " + json_of(each));
      } else {
        say(file, "sets " + each.key + ": " + json_of(each));
      }
    }
  }

  void look_at_files(const std::string& folder, const std::string& what) {
    const std::string path = ".codex/" + folder;
    const auto names = names_in_folder(folder_, path);
    if (!names) return unclear(names.error().message);
    std::size_t left = executor::limits::folder_file;
    for (const std::string& name : *names) {
      std::string file = path;
      file.append("/").append(name);
      const auto text = read_in_folder(folder_, file, left);
      if (!text) return unclear(text.error().message);
      if (!*text) continue;
      left -= (*text)->size();
      say(file, what + **text);
    }
  }

  FolderFacts& facts_;
  fs::path folder_;
  std::string shown_;
};

void write_level(json::Writer& out, const fs::path& folder, std::string_view level) {
  const fs::path real = real_path(folder);
  out.key(real.native()).begin_object().member("trust_level", level).end_object();
  if (real == folder) return;
  out.key(folder.native()).begin_object().member("trust_level", level).end_object();
}

FolderFacts look_with(const CodexTrust& codex, const FolderPlaces& places) {
  FolderFacts facts;
  const std::vector<fs::path> folders = project_folders(places.cwd);
  const fs::path home = real_path(places.codex_home);
  facts.trusted_by_cli = true;
  for (const fs::path& each : folders) {
    const bool is_cwd = each == folders.front();
    const bool is_own = is_there(each / ".codex") && real_path(each / ".codex") != home;
    if (is_own || is_cwd)
      facts.trusted_by_cli = facts.trusted_by_cli && codex.covers(each, folders.back());
    if (is_own) Finding(facts, each, is_cwd ? std::string() : each.native() + "/").look();
  }
  return facts;
}

}  // namespace

std::vector<fs::path> with_parents(const fs::path& cwd) {
  std::vector<fs::path> out;
  fs::path each = cwd.lexically_normal();
  if (!each.has_filename() && each.has_relative_path()) each = each.parent_path();
  for (; each.has_relative_path(); each = each.parent_path()) out.push_back(each);
  out.push_back(each);
  return out;
}

FolderPlaces places_of(const std::vector<std::string>& environment, std::string cwd) {
  FolderPlaces places;
  places.cwd = std::move(cwd);
  std::string home;
  for (const std::string& entry : environment) {
    if (entry.starts_with("CODEX_HOME=")) places.codex_home = entry.substr(entry.find('=') + 1);
    if (entry.starts_with("HOME=")) home = entry.substr(entry.find('=') + 1);
  }
  if (places.codex_home.empty()) places.codex_home = home + "/.codex";
  return places;
}

FolderFacts look(const FolderPlaces& places) {
  return look_with(CodexTrust(places.codex_home), places);
}

std::string projects_config(const FolderPlaces& places, const FolderTrust& trust) {
  const CodexTrust codex(places.codex_home);
  const FolderFacts found = look_with(codex, places);
  const bool is_given = trust.covers(found);
  if (is_given == found.trusted_by_cli && codex.is_known()) return {};
  std::string text;
  json::Writer out(text);
  out.begin_object();
  // The user's own settings may put the root of the project higher up than it was looked for.
  const auto folders = is_given ? project_folders(places.cwd) : with_parents(places.cwd);
  for (const fs::path& each : folders) write_level(out, each, is_given ? "trusted" : "untrusted");
  out.end_object();
  return text;
}

Standing standing_of(const FolderPlaces& places, const FolderTrust& trust) {
  const CodexTrust codex(places.codex_home);
  if (trust.covers(look_with(codex, places))) return Standing::trusted;
  // It is then told not to trust the folder.
  if (!codex.is_known()) return Standing::untrusted;
  const std::vector<fs::path> folders = project_folders(places.cwd);
  const bool told_not_to = codex.level(folders.front(), folders.back()) == "untrusted";
  return told_not_to ? Standing::untrusted : Standing::undecided;
}

}  // namespace tine::executor::codex
