#include "executor/codex/documents.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/toml/document.h"
#include "base/toml/json.h"
#include "executor/codex/launch.h"
#include "executor/limits.h"

namespace tine::executor::codex {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view override_name = "AGENTS.override.md";
constexpr std::string_view usual_name = "AGENTS.md";

/// What Codex's configuration says of documents, with Codex's defaults.
struct Rules {
  std::uint64_t most = std::uint64_t{32} * 1024;  ///< bytes of the project's documents
  std::vector<std::string> fallbacks;
  std::vector<std::string> root_markers = {".git"};
};

std::optional<std::vector<std::string>> strings(json::View list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<std::string> out;
  for (const json::View each : list.elements())
    if (auto text = each.string()) out.push_back(std::move(*text));
  return out;
}

/// What goes before what is known so far.
void apply(json::View config, Rules& rules) {
  if (const auto most = config.find("project_doc_max_bytes").integer(); most && *most >= 0)
    rules.most = static_cast<std::uint64_t>(*most);
  if (auto names = strings(config.find("project_doc_fallback_filenames")))
    rules.fallbacks = std::move(*names);
  if (auto names = strings(config.find("project_root_markers")))
    rules.root_markers = std::move(*names);
}

void apply_file(const std::string& folder, const std::string& name, Rules& rules) {
  const auto text = read_in_folder(folder, name, executor::limits::folder_file);
  if (!text || !*text) return;
  const auto config = toml::parse(**text, name, ErrorKind::config_invalid);
  if (!config) return;
  for (const toml::Node& each : config->children) {
    std::string value;
    json::Writer out(value);
    out.begin_object().key(each.key);
    if (!toml::write_json(each, out)) continue;
    out.end_object();
    apply(json::View(value), rules);
  }
}

class Search {
 public:
  Search(const FolderPlaces& places, const std::string& config, Standing standing,
         const Loading& loading)
      : places_(places), standing_(standing), leaves_out_(leaves_out_documents(loading)) {
    apply_file(places.codex_home, "config.toml", rules_);
    if (!config.empty()) apply(json::View(config), rules_);
    folders_ = project_folders();
    if (standing == Standing::trusted) {
      for (const fs::path& each : folders_) apply_file(each, ".codex/config.toml", rules_);
      if (!config.empty()) apply(json::View(config), rules_);
    }
    if (leaves_out_) rules_.most = 0;
  }

  Documents all() {
    add_users();
    add_projects();
    if (reader_.is_full())
      out_.notes.emplace_back("There are more documents than tine looks at; they are not counted.");
    return std::move(out_);
  }

 private:
  /// From the root of the project down.
  std::vector<fs::path> project_folders() const {
    std::vector<fs::path> all = with_parents(places_.cwd);
    const auto root = std::find_if(all.begin(), all.end(), [this](const fs::path& each) {
      return std::any_of(rules_.root_markers.begin(), rules_.root_markers.end(),
                         [&each](const std::string& marker) {
                           std::error_code fault;
                           return fs::exists(each / marker, fault);
                         });
    });
    all.erase(root == all.end() ? all.begin() + 1 : root + 1, all.end());
    std::reverse(all.begin(), all.end());
    return all;
  }

  void pass_over(const std::string& path, std::string why) {
    out_.passed_over.push_back({.path = path, .why = std::move(why)});
  }

  /// `most`: what there is room for.
  void give(const std::string& path, LookedAt found, std::uint64_t most, bool of_user) {
    Document document{.path = path, .of_user = of_user, .bytes = found.bytes};
    document.given = std::min(found.bytes, most);
    document.text = of_user ? std::string(trimmed(found.text)) : std::move(found.text);
    if (found.real != fs::path(path).lexically_normal()) document.leads_to = found.real;
    out_.given.push_back(std::move(document));
  }

  /// The first one that has something in it, whole.
  void add_users() {
    bool is_given = false;
    for (const std::string_view name : {override_name, usual_name}) {
      const std::string path = fs::path(places_.codex_home) / name;
      LookedAt found = reader_.look(path, executor::limits::document);
      if (found.kind != LookedAt::Kind::file) continue;
      if (is_given) {
        pass_over(path, std::string(override_name) + " goes before it");
      } else if (trimmed(found.text).empty()) {
        pass_over(path, "there is nothing in it");
      } else {
        give(path, std::move(found), ~std::uint64_t{0}, true);
        is_given = true;
      }
    }
  }

  /// In each directory the first one that is a file, even if there is nothing in it.
  void add_projects() {
    std::vector<std::string_view> names = {override_name, usual_name};
    // Codex takes no paths here.
    for (const std::string& each : rules_.fallbacks) {
      if (each.find('/') == std::string::npos && !each.empty() &&
          std::find(names.begin(), names.end(), each) == names.end())
        names.push_back(each);
    }
    const std::size_t of_user = out_.given.size();
    std::uint64_t left = rules_.most;
    for (const fs::path& folder : folders_) {
      std::string_view first;
      for (const std::string_view name : names) {
        const std::string path = folder / name;
        LookedAt found = reader_.look(path, left);
        if (found.kind == LookedAt::Kind::unreadable && first.empty() &&
            standing_ != Standing::untrusted && rules_.most > 0) {
          lose_all(of_user, path, found.fault);
          return;
        }
        if (found.kind != LookedAt::Kind::file) continue;
        if (standing_ == Standing::untrusted) {
          pass_over(path, "Codex is told not to trust the folder");
        } else if (!first.empty()) {
          pass_over(path, std::string(first) + " goes before it");
        } else if (leaves_out_) {
          pass_over(path, "this session leaves it out");
        } else if (rules_.most == 0) {
          pass_over(path, "project_doc_max_bytes is 0");
        } else if (left == 0) {
          pass_over(path, "the documents before it have used up project_doc_max_bytes");
        } else if (trimmed(found.text).empty()) {
          pass_over(path, "there is nothing in it");
        } else {
          const std::uint64_t used = std::min(found.bytes, left);
          give(path, std::move(found), left, false);
          left -= used;
        }
        if (first.empty()) first = name;
      }
    }
  }

  /// Codex gives up on the project's documents when one cannot be looked at.
  void lose_all(std::size_t of_user, const std::string& path, const std::string& fault) {
    for (std::size_t i = of_user; i < out_.given.size(); ++i)
      pass_over(out_.given[i].path, "one of the project's documents cannot be read");
    out_.given.resize(of_user);
    pass_over(path, "it cannot be read (" + fault + "), so Codex reads none of the project's");
  }

  const FolderPlaces& places_;
  Standing standing_;
  bool leaves_out_;
  Rules rules_;
  std::vector<fs::path> folders_;
  DocumentReader reader_;
  Documents out_;
};

}  // namespace

Documents documents(const FolderPlaces& places, const std::string& config, const FolderTrust& trust,
                    const Loading& loading) {
  const FolderTrust granted = loading.has_source("project") ? trust : FolderTrust();
  return Search(places, config, standing_of(places, granted), loading).all();
}

}  // namespace tine::executor::codex
