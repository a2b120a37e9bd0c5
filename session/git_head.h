#pragma once
// Where a git repository stands, read from its files: no program runs for it, unlike for
// git_snapshot(), so it costs a turn or a fork next to nothing and nobody waits for it.
//
// Plain functions; they read a few small files.

#include <optional>
#include <string>
#include <string_view>

namespace tine::session {

struct GitHead {
  std::string branch;  ///< empty when HEAD is detached, or when its name is not fit to be shown
  /// Empty: the repository has none yet, or its files do not tell (a repository of another format,
  /// a reference among too many).
  std::string commit;

  bool operator==(const GitHead&) const = default;
};

/// Of the repository that `cwd` lies in; none: it lies in none.
std::optional<GitHead> git_head(const std::string& cwd);
/// Only the commit; empty: there is none, or it is not known.
std::string git_commit(const std::string& cwd);

/// Whether it is the full name of a commit.
bool is_git_commit(std::string_view text);
/// Whether the name of a branch is fit to be shown: UTF-8 of limits::git_branch bytes at most,
/// without control characters.
bool is_presentable(std::string_view branch);

/// The top of the work tree that `cwd` lies in; empty: it lies in none.
std::string git_top(const std::string& cwd);

/// The folder that stands for the whole project in which `cwd` lies: the top of its repository, and
/// for a further work tree that of the main one, if that knows of it. Without a repository `cwd`
/// itself. Always canonical.
std::string git_project(const std::string& cwd);

}  // namespace tine::session
