#include "executor/claude/documents.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "executor/claude/imports.h"
#include "executor/claude/limits.h"
#include "executor/limits.h"

namespace tine::executor::claude {
namespace {

namespace fs = std::filesystem;

/// What an administrator has laid down for all users.
constexpr std::string_view managed = "/etc/claude-code";

fs::path real_path(const fs::path& path) {
  std::error_code fault;
  fs::path found = fs::canonical(path, fault);
  return fault ? path : found;
}

bool is_there(const fs::path& path) {
  std::error_code fault;
  return fs::exists(fs::symlink_status(path, fault));
}

/// A JSON object in a file of the user's; "{}" where there is none.
std::string object_in(const fs::path& file, std::size_t most) {
  auto text = read_in_folder(file.parent_path(), file.filename(), most);
  if (!text || !*text) return "{}";
  json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
  const bool good = scanner.feed(**text) && scanner.finish() && json::View(**text).is_object();
  return good ? std::move(**text) : "{}";
}

/// The top of the repository that the folder lies in; empty: it lies in none.
fs::path repository_top(const fs::path& cwd) {
  for (fs::path at = cwd;; at = at.parent_path()) {
    if (is_there(at / ".git")) return at;
    if (at == at.parent_path()) return {};
  }
}

class Search {
 public:
  Search(const FolderPlaces& places, const std::vector<std::string>& environment,
         const Loading& loading)
      : places_(places),
        loading_(loading),
        cwd_(real_path(places.cwd)),
        top_(repository_top(cwd_)) {
    main_ = top_.empty() ? top_ : fs::path(repository_of(top_.string()));
    if (!main_.empty()) main_ = real_path(main_);
    const std::string record = object_in(places.record, limits::trust_record);
    const json::View projects = json::View(record).find("projects");
    for (const fs::path& each : {cwd_, top_, main_}) {
      const json::View project = projects.find(each.native());
      imports_all_ = imports_all_ ||
                     project.find("hasClaudeMdExternalIncludesApproved").boolean().value_or(false);
    }
    const std::string settings =
        object_in(fs::path(places.settings) / "settings.json", executor::limits::folder_file);
    excludes_ = json::View(settings).find("claudeMdExcludes").exists();
    keeps_notes_ = json::View(settings).find("autoMemoryEnabled").boolean().value_or(true);
    for (const std::string& each : environment) {
      constexpr std::string_view off = "CLAUDE_CODE_DISABLE_AUTO_MEMORY=";
      if (each.starts_with(off) && each.size() > off.size() && !each.ends_with("=0") &&
          !each.ends_with("=false"))
        keeps_notes_ = false;
    }
  }

  Documents all(Reads reads) {
    kind_ = Kind::managed;
    add(fs::path(managed) / "CLAUDE.md");
    add_rules(fs::path(managed) / ".claude/rules");
    kind_ = Kind::user;
    add(fs::path(places_.settings) / "CLAUDE.md");
    add_rules(fs::path(places_.settings) / "rules");
    if (reads == Reads::everything) {
      add_chain();
    } else if (reads == Reads::texts) {
      kind_ = Kind::project;
      add_shared(cwd_);
    }
    kind_ = Kind::user;
    if (keeps_notes_) add_notes();
    if (excludes_) {
      out_.notes.emplace_back(
          "claudeMdExcludes is set in Claude Code's settings; what it leaves out is counted here.");
    }
    if (reader_.is_full())
      out_.notes.emplace_back("There are more documents than tine looks at; they are not counted.");
    return std::move(out_);
  }

 private:
  enum class Kind : std::uint8_t { managed, user, project, local };

  /// From the root of the file system down.
  std::vector<fs::path> chain() const {
    std::vector<fs::path> all;
    for (fs::path at = cwd_;; at = at.parent_path()) {
      all.push_back(at);
      if (at == at.parent_path()) break;
    }
    std::reverse(all.begin(), all.end());
    return all;
  }

  /// Of a worktree that lies in its repository: what lies between the two is there a second time.
  bool is_doubled(const fs::path& folder) const {
    return !main_.empty() && main_ != top_ && lies_in(top_.native(), main_.native()) &&
           lies_in(folder.native(), main_.native()) && !lies_in(folder.native(), top_.native());
  }

  void add_chain() {
    const std::vector<fs::path> folders = chain();
    // AGENTS.md counts where there is nothing of Claude Code's own.
    DocumentReader looks;
    const auto has_own = [&](const fs::path& folder) {
      for (const char* const name : {"CLAUDE.md", ".claude/CLAUDE.md", "CLAUDE.local.md"}) {
        // The user's own document is none of a project's.
        if (is_users(folder / name) || is_left_out(folder / name)) continue;
        const LookedAt found = looks.look(folder / name, executor::limits::document);
        if (!document_text(found.text).text.empty()) return true;
      }
      return false;
    };
    const bool own = std::any_of(folders.begin(), folders.end(), has_own);
    for (const fs::path& each : folders) {
      kind_ = Kind::project;
      if (!is_doubled(each)) {
        add_shared(each);
        const fs::path agents = each / "AGENTS.md";
        if (!own) {
          add(agents);
        } else if (is_there(agents)) {
          pass_over(agents, "Claude Code reads it where there is no CLAUDE.md");
        }
      }
      kind_ = Kind::local;
      add(each / "CLAUDE.local.md");
    }
  }

  bool is_users(const fs::path& path) const {
    return path == fs::path(places_.settings) / "CLAUDE.md";
  }

  /// What is meant for everybody who works in a folder.
  void add_shared(const fs::path& folder) {
    add(folder / "CLAUDE.md");
    add(folder / ".claude/CLAUDE.md");
    add_rules(folder / ".claude/rules");
  }

  /// By the session's own wish.
  bool is_left_out(const fs::path& path) const {
    if (kind_ == Kind::managed) return false;
    const bool of_project = kind_ == Kind::project || kind_ == Kind::local;
    return (of_project && loading_.leaves_out_project()) || loading_.leaves_out(path.native());
  }

  /// Whose settings bring what is looked at.
  bool is_sourced() const {
    switch (kind_) {
      case Kind::managed:
        return true;
      case Kind::user:
        return loading_.has_source("user");
      case Kind::project:
        return loading_.has_source("project");
      case Kind::local:
        return loading_.has_source("local");
    }
    return true;
  }

  void pass_over(const fs::path& path, std::string why) {
    const auto same = [&path](const PassedOver& each) { return each.path == path.native(); };
    if (std::none_of(out_.passed_over.begin(), out_.passed_over.end(), same))
      out_.passed_over.push_back({.path = path, .why = std::move(why)});
  }

  /// What lies elsewhere is read of the user's own documents, and where the user has agreed to it.
  bool may_reach(const std::string& real) const {
    const bool of_project = kind_ == Kind::project || kind_ == Kind::local;
    return !of_project || imports_all_ || lies_in(real, cwd_.native());
  }

  void add(const fs::path& path) { add_with_imports(path, {}, 0, false); }

  void add_with_imports(const fs::path& path, const std::string& imported_by, std::size_t depth,
                        bool is_rule) {
    LookedAt found = reader_.look(path, executor::limits::document);
    if (found.kind == LookedAt::Kind::unreadable) pass_over(path, found.fault);
    if (found.kind != LookedAt::Kind::file) return;
    if (is_left_out(path)) return pass_over(path, "this session leaves it out");
    if (!is_sourced()) return pass_over(path, "this session does not load such settings");
    const bool must_be_inside = !imported_by.empty() || (is_rule && found.real != path.native());
    if (must_be_inside && !may_reach(found.real)) {
      pass_over(path, "it lies outside of the folder that the session works in");
      return;
    }
    if (!seen_.insert(found.real).second) return;
    DocumentText said = document_text(found.text);
    if (is_rule && said.has_paths) {
      pass_over(path, "it is read once a file is worked on that its paths mean");
      return;
    }
    if (said.text.empty()) return pass_over(path, "there is nothing in it");
    Document document{.path = path,
                      .imported_by = imported_by,
                      .of_user = kind_ == Kind::user,
                      .bytes = found.bytes,
                      .given = found.bytes,
                      .text = std::move(said.text)};
    if (found.real != path.lexically_normal().native()) document.leads_to = found.real;
    const std::vector<std::string> imports = imports_in(document.text);
    out_.given.push_back(std::move(document));
    if (depth == limits::import_depth) return;
    for (const std::string& each : imports) {
      fs::path to(each);
      if (each.starts_with("~/")) to = fs::path(places_.home) / each.substr(2);
      to = (path.parent_path() / to).lexically_normal();
      if (may_be_imported(to.filename().native())) add_with_imports(to, path, depth + 1, false);
    }
  }

  /// In the order in which the file system has them, as Claude Code does.
  void add_rules(const fs::path& folder, std::size_t depth = 0) {
    if (depth > limits::rule_folders || !seen_.insert(real_path(folder).native()).second) return;
    if (!may_reach(real_path(folder)) && is_linked(folder)) return;
    std::error_code fault;
    std::size_t left = executor::limits::folder_names;
    fs::directory_iterator at(folder, fault);
    for (; !fault && at != fs::directory_iterator() && left > 0; at.increment(fault), --left) {
      std::error_code kind_fault;
      const fs::path& path = at->path();
      if (at->is_directory(kind_fault)) {
        add_rules(path, depth + 1);
      } else if (path.extension() == ".md" || path.filename() == ".md") {
        add_with_imports(path, {}, 0, true);
      }
    }
  }

  static bool is_linked(const fs::path& folder) {
    return real_path(folder) != folder.lexically_normal();
  }

  /// What Claude Code has noted about the project.
  void add_notes() {
    const fs::path root = top_.empty() ? cwd_ : main_.empty() ? top_ : main_;
    std::string name = root.native();
    for (char& c : name)
      if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '-';
    const fs::path path = fs::path(places_.settings) / "projects" / name / "memory/MEMORY.md";
    const LookedAt found = reader_.look(path, executor::limits::document);
    if (found.kind != LookedAt::Kind::file) return;
    std::string_view text = trimmed(found.text);
    std::size_t end = 0;
    for (std::size_t lines = 0; lines < limits::note_lines && end < text.size(); ++lines) {
      const std::size_t line = text.find('\n', end);
      end = line == std::string_view::npos ? text.size() : line + 1;
    }
    text = text.substr(0, end);
    if (text.size() > limits::note_bytes)
      text = text.substr(0, text.rfind('\n', limits::note_bytes) + 1);
    if (text.empty()) return;
    const bool is_whole = text.size() >= trimmed(found.text).size();
    out_.given.push_back({.path = path,
                          .of_user = true,
                          .bytes = found.bytes,
                          .given = is_whole ? found.bytes : text.size(),
                          .text = std::string(text)});
  }

  const FolderPlaces& places_;
  const Loading& loading_;
  fs::path cwd_;
  fs::path top_;
  fs::path main_;  ///< of a worktree: its repository
  bool imports_all_ = false;
  bool excludes_ = false;
  bool keeps_notes_ = true;
  Kind kind_ = Kind::managed;
  std::set<std::string> seen_;
  DocumentReader reader_;
  Documents out_;
};

}  // namespace

Reads reads_with(const FolderPlaces& places, const FolderTrust& trust) {
  if (trust.given && trust.covers(look_at(places))) return Reads::everything;
  return has_own_texts(places.cwd) ? Reads::texts : Reads::nothing;
}

Documents documents(const FolderPlaces& places, const std::vector<std::string>& environment,
                    const FolderTrust& trust, const Loading& loading) {
  const Reads granted = reads_with(places, trust);
  const Reads reads = narrowed(granted, loading);
  Documents out = Search(places, environment, loading).all(reads);
  if (reads == Reads::everything) return out;
  if (granted == Reads::nothing) {
    out.notes.emplace_back(
        "Without trust Claude Code reads nothing of this folder: its CLAUDE.md or one of its rules "
        "is no plain file of the folder.");
  }
  // What trust would add.
  Documents with_trust = Search(places, environment, loading).all(Reads::everything);
  for (Document& each : with_trust.given) {
    const auto same = [&each](const Document& other) { return other.path == each.path; };
    if (std::none_of(out.given.begin(), out.given.end(), same))
      out.passed_over.push_back({.path = std::move(each.path), .why = "the folder is not trusted"});
  }
  if (reads == granted) return out;
  for (PassedOver& each : with_trust.passed_over) {
    const auto same = [&each](const PassedOver& other) { return other.path == each.path; };
    if (std::none_of(out.passed_over.begin(), out.passed_over.end(), same))
      out.passed_over.push_back(std::move(each));
  }
  return out;
}

}  // namespace tine::executor::claude
