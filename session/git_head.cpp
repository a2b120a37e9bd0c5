#include "session/git_head.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/json/utf8.h"
#include "session/limits.h"

namespace tine::session {
namespace {

namespace fs = std::filesystem;

/// The text of a regular file of a reasonable size; else none.
std::string text_of(const fs::path& path) {
  std::error_code fault;
  if (!fs::is_regular_file(path, fault)) return {};
  const std::uintmax_t size = fs::file_size(path, fault);
  if (fault || size > limits::git_refs) return {};
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  return text;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

struct Repository {
  fs::path top;  ///< the work tree; empty: there is no repository
  fs::path own;  ///< its folder; of a further work tree that one's
};

Repository repository_of(const std::string& cwd) {
  std::error_code fault;
  for (fs::path folder = fs::weakly_canonical(cwd, fault); !folder.empty();
       folder = folder.parent_path()) {
    const fs::path found = folder / ".git";
    if (fs::is_directory(found, fault)) return {.top = folder, .own = found};
    if (fs::is_regular_file(found, fault)) {
      constexpr std::string_view key = "gitdir: ";
      const std::string text = text_of(found);
      const std::string_view line = first_line(text);
      if (!line.starts_with(key)) return {};
      return {.top = folder, .own = folder / line.substr(key.size())};
    }
    if (!folder.has_relative_path()) break;
  }
  return {};
}

/// The folder that the work trees of a repository share, which is `own` for the main one.
fs::path shared_by_work_trees(const fs::path& own) {
  const std::string common = text_of(own / "commondir");
  return common.empty() ? own : own / first_line(common);
}

/// What a reference stands for, from the file in which many of them lie.
std::string packed(const fs::path& folder, std::string_view name) {
  const std::string text = text_of(folder / "packed-refs");
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = first_line(rest);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t space = line.find(' ');
    if (space != std::string_view::npos && line.substr(space + 1) == name)
      return std::string(line.substr(0, space));
  }
  return {};
}

/// What a reference of the repository stands for; empty: nothing yet, or its files do not tell.
std::string commit_of(const fs::path& own, const std::string& name) {
  const fs::path shared = shared_by_work_trees(own);
  std::string commit(first_line(text_of(shared / name)));
  if (commit.empty()) commit = packed(shared, name);
  return is_git_commit(commit) ? commit : std::string();
}

}  // namespace

bool is_git_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_presentable(std::string_view branch) {
  if (branch.size() > limits::git_branch) return false;
  const char* p = branch.data();
  const char* end = p + branch.size();
  while (p != end) {
    const auto byte = static_cast<unsigned char>(*p);
    if (byte < 0x20 || byte == 0x7F) return false;
    const char* next = byte < 0x80 ? p + 1 : json::skip_utf8(p, end);
    if (next == p) return false;
    p = next;
  }
  return true;
}

std::string git_top(const std::string& cwd) { return repository_of(cwd).top.string(); }

std::optional<GitHead> git_head(const std::string& cwd) {
  const fs::path own = repository_of(cwd).own;
  if (own.empty()) return std::nullopt;
  const std::string text = text_of(own / "HEAD");
  const std::string_view line = first_line(text);
  constexpr std::string_view reference = "ref: ";
  constexpr std::string_view branches = "refs/heads/";
  // Of a repository of another format there is no such branch.
  constexpr std::string_view nowhere = "refs/heads/.invalid";
  GitHead head;
  if (!line.starts_with(reference)) {
    if (is_git_commit(line)) head.commit = line;
    return head;
  }
  const std::string name(line.substr(reference.size()));
  // It must stay within the repository.
  if (!name.starts_with("refs/") || name.find("..") != std::string::npos || name == nowhere)
    return head;
  head.commit = commit_of(own, name);
  if (!name.starts_with(branches)) return head;
  const std::string_view branch = std::string_view(name).substr(branches.size());
  if (is_presentable(branch)) head.branch = branch;
  return head;
}

std::string git_commit(const std::string& cwd) {
  auto head = git_head(cwd);
  return head ? std::move(head->commit) : std::string();
}

std::string git_project(const std::string& cwd) {
  std::error_code fault;
  const Repository found = repository_of(cwd);
  if (found.top.empty()) return fs::weakly_canonical(cwd, fault).string();
  const fs::path own = fs::weakly_canonical(found.own, fault);
  const fs::path shared = fs::weakly_canonical(shared_by_work_trees(own), fault);
  if (fault || shared == own || shared.filename() != ".git") return found.top.string();
  // Anybody can write a file that names another repository; that one must name this folder, too.
  const std::string back = text_of(own / "gitdir");
  if (own.parent_path() != shared / "worktrees" ||
      fs::weakly_canonical(fs::path(first_line(back)), fault) != found.top / ".git")
    return found.top.string();
  return shared.parent_path().string();
}

}  // namespace tine::session
