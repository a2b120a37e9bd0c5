#include "executor/claude/session_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "executor/child_environment.h"
#include "executor/claude/caller.h"
#include "executor/claude/limits.h"
#include "executor/claude/lines_from_end.h"
#include "executor/own_files.h"

namespace tine::executor::claude {
namespace {

using transport::Fd;

// --- lines
// ------------------------------------------------------------------------------------

/// An object of the file; valid as long as its line.
class Entry {
 public:
  explicit Entry(std::string_view line) {
    json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
    const bool good = scanner.feed(line) && scanner.finish() && scanner.is_object();
    if (good) object_ = json::View(line);
  }

  json::View find(std::string_view name) const { return object_.find(name); }
  std::string text(std::string_view name) const {
    return find(name).string().value_or(std::string());
  }
  bool is(std::string_view name) const { return find(name).boolean().value_or(false); }
  bool has_type(std::string_view type) const { return find("type").equals(type); }

 private:
  json::View object_;
};

/// Whether it is a link of the chain that makes up the conversation.
bool is_link(const Entry& entry) {
  if (entry.is("isSidechain") || !entry.find("uuid").is_string()) return false;
  return entry.has_type("user") || entry.has_type("assistant") || entry.has_type("attachment") ||
         entry.has_type("system");
}

/// What a link says of the turn that it belongs to.
enum class Role : std::uint8_t {
  begins,  ///< what was asked
  runs,
  ends,
  trails,  ///< nothing: it may follow the end
};

Role role_of_answer(const Entry& entry) {
  const json::View message = entry.find("message");
  // What the CLI says in the model's place, as when the API has failed.
  if (message.find("model").equals("<synthetic>")) return Role::ends;
  for (const json::View block : message.find("content").elements())
    if (!block.find("type").equals("text")) return Role::runs;
  const json::View stop = message.find("stop_reason");
  return stop.equals("tool_use") || stop.equals("pause_turn") ? Role::runs : Role::ends;
}

Role role_of_words(std::string_view words) {
  const bool ends = words.starts_with("[Request interrupted by user") ||
                    words.starts_with("<local-command-stdout>") ||
                    words.starts_with("<local-command-stderr>");
  return ends ? Role::ends : Role::begins;
}

Role role_of_user(const Entry& entry) {
  if (entry.is("isCompactSummary")) return Role::ends;
  if (entry.is("isMeta")) return Role::runs;
  const json::View content = entry.find("message").find("content");
  for (const json::View block : content.elements()) {
    if (block.find("type").equals("tool_result")) return Role::runs;
    if (const auto text = block.find("text").string()) return role_of_words(*text);
  }
  return role_of_words(content.string().value_or(std::string()));
}

Role role_of(const Entry& entry) {
  if (entry.has_type("assistant")) return role_of_answer(entry);
  if (entry.has_type("user")) return role_of_user(entry);
  return Role::trails;
}

/// Follows the chain from its last link to the end of a turn.
class LastTurn {
 public:
  /// False once the point is known.
  bool take(std::string_view line) {
    if (line.find(wanted_.empty() ? std::string_view("\"parentUuid\"") : wanted_) ==
        std::string_view::npos) {
      return true;
    }
    const Entry entry(line);
    if (!is_link(entry) || (!wanted_.empty() && entry.text("uuid") != wanted_)) return true;
    if (point_.cwd.empty()) point_.cwd = entry.text("cwd");
    if (ends_with(entry)) return false;
    wanted_ = entry.text("parentUuid");
    return !wanted_.empty();
  }

  Point point() && { return std::move(point_); }

 private:
  /// Whether the turn that is looked for ends here, or with what follows.
  bool ends_with(const Entry& entry) {
    const Role role = role_of(entry);
    // Whatever came before a prompt is over. Only what is said in the conversation can be named as
    // a point of it.
    const bool before_prompt = asked_ && !entry.has_type("system") && !entry.is("isMeta");
    const bool over = role == Role::ends && (!running_ || entry.is("isCompactSummary"));
    if (role == Role::begins) asked_ = true;
    if (role != Role::trails && !over) {
      running_ = true;
      trail_.clear();
    } else if (trail_.empty() && !entry.has_type("system")) {
      trail_ = entry.text("uuid");
    }
    if (before_prompt) {
      point_.uuid = entry.text("uuid");
    } else if (over) {
      point_.uuid = trail_;
    }
    return before_prompt || over;
  }

  Point point_;
  std::string wanted_;    // the next link; empty: the last one of all
  std::string trail_;     // the last of the links that follow the end, if that is what comes next
  bool running_ = false;  // links of a turn that runs have been seen
  bool asked_ = false;    // … and its prompt
};

Result<LinesFromEnd> lines_of(const SessionFile& file) {
  struct stat facts {};
  if (::fstat(file.fd.get(), &facts) != 0)
    return fail(ErrorKind::storage_failed, "cannot read a conversation of Claude Code");
  return LinesFromEnd(file.fd.get(), facts.st_size, limits::session_line, limits::session_piece);
}

Failure no_point(std::string_view uuid) {
  return fail(ErrorKind::conversation_lost,
              "the conversation of Claude Code has no point " + std::string(uuid));
}

}  // namespace

std::optional<std::string> root_for(const std::vector<std::string>& environment) {
  if (std::string root = variable_in(environment, "CLAUDE_CONFIG_DIR"); !root.empty()) return root;
  if (const std::string home = variable_in(environment, "HOME"); !home.empty())
    return home + "/.claude";
  return std::nullopt;
}

Result<SessionFile> find_session(const std::string& root, const std::string& id) {
  if (!is_uuid(id))
    return fail(ErrorKind::invalid_params, "a conversation of Claude Code is named by a UUID");
  const std::string name = id + ".jsonl";
  // Links above the root are the user's own.
  const Fd projects = open_folder(open_root(root), "projects");
  std::optional<SessionFile> found;
  std::optional<OwnFile> latest;
  for (const std::string& project : names_in(projects)) {
    const Fd folder = open_folder(projects, project);
    if (!folder) continue;
    auto file = open_file(folder, name);
    if (!file || (latest && !file->is_later_than(*latest))) continue;
    std::string path = root;
    path.append("/projects/").append(project).append("/").append(name);
    found = SessionFile{.path = std::move(path), .project_folder = project, .fd = {}};
    latest = std::move(*file);
  }
  if (!found)
    return fail(ErrorKind::session_not_found,
                "Claude Code has no conversation " + id + " of yours");
  found->fd = std::move(latest->fd);
  return std::move(*found);
}

Result<std::string> newest_conversation(const std::string& root, const std::string& cwd) {
  // Claude Code names a project's folder by its path, and so may another project's.
  std::string project = cwd;
  for (char& each : project) {
    const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                          (each >= '0' && each <= '9');
    if (!is_plain) each = '-';
  }
  const Fd folder = open_folder(open_folder(open_root(root), "projects"), project);
  std::optional<OwnFile> newest;
  std::string id;
  for (const std::string& name : names_in(folder)) {
    const std::string_view stem = std::string_view(name).substr(0, name.rfind('.'));
    if (!name.ends_with(".jsonl") || !is_uuid(stem)) continue;
    auto file = open_file(folder, name);
    if (!file || (newest && !file->is_later_than(*newest))) continue;
    LinesFromEnd lines(file->fd.get(), file->facts.st_size, limits::session_line,
                       limits::session_piece);
    std::string where;
    for (auto line = lines.next(); where.empty() && line && *line; line = lines.next())
      where = Entry(**line).text("cwd");
    if (where != cwd) continue;
    newest = std::move(*file);
    id = stem;
  }
  if (id.empty())
    return fail(ErrorKind::session_not_found, "Claude Code has no session of yours for " + cwd);
  return id;
}

Result<Point> last_point(const SessionFile& file) {
  auto lines = lines_of(file);
  if (!lines) return fail(std::move(lines.error()));
  LastTurn turn;
  while (true) {
    auto line = lines->next();
    if (!line) return fail(std::move(line.error()));
    if (!*line || !turn.take(**line)) return std::move(turn).point();
  }
}

Result<bool> ends_at(const SessionFile& file, std::string_view uuid) {
  auto lines = lines_of(file);
  if (!lines) return fail(std::move(lines.error()));
  while (true) {
    auto line = lines->next();
    if (!line) return fail(std::move(line.error()));
    if (!*line) return no_point(uuid);
    const Entry entry(**line);
    if (entry.find("uuid").equals(uuid)) return true;
    // What the CLI notes for the model is said with the next prompt.
    const bool is_said = is_link(entry) && role_of(entry) != Role::trails && !entry.is("isMeta");
    if (is_said) return false;
  }
}

Result<bool> compacted_after(const SessionFile& file, std::string_view uuid) {
  auto lines = lines_of(file);
  if (!lines) return fail(std::move(lines.error()));
  bool compacted = false;
  while (true) {
    auto line = lines->next();
    if (!line) return fail(std::move(line.error()));
    if (!*line) return no_point(uuid);
    const bool names_it = (*line)->find(uuid) != std::string_view::npos;
    if (!names_it && (*line)->find("\"compact_boundary\"") == std::string_view::npos) continue;
    const Entry entry(**line);
    if (entry.find("uuid").equals(uuid)) return compacted;
    if (entry.find("subtype").equals("compact_boundary")) compacted = true;
  }
}

}  // namespace tine::executor::claude
