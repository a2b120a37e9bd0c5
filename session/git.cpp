#include "session/git.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <string_view>
#include <utility>

#include "session/git_head.h"
#include "session/git_program.h"
#include "session/limits.h"

namespace tine::session {
namespace {

using git::Git;
using git::Talk;
using git::Words;
using transport::Loop;

/// Cuts the next entry off.
std::string_view take_entry(std::string_view& text) {
  const std::string_view entry = text.substr(0, text.find('\0'));
  text.remove_prefix(std::min(entry.size() + 1, text.size()));
  return entry;
}

/// The names of the filters that the keys (filter.<name>.clean and such) speak of; none when there
/// is one that the option -c cannot name.
std::optional<std::set<std::string>> filter_names(std::string_view keys) {
  std::set<std::string> names;
  while (!keys.empty()) {
    std::string_view key = take_entry(keys);
    key.remove_prefix(std::min(key.find('.') + 1, key.size()));
    const std::size_t last = key.rfind('.');
    if (last == std::string_view::npos) continue;
    const std::string_view name = key.substr(0, last);
    if (name.find('=') != std::string_view::npos) return std::nullopt;
    names.emplace(name);
  }
  return names;
}

/// What switches off each filter that any configuration defines, also the user's own: those may
/// read the repository's configuration in turn.
transport::Task<std::optional<Words>> without_filters(Loop& loop, Git git) {
  Words words = git::command(git);
  const Words query{"config", "--includes", "--null", "--name-only", "--get-regexp", "^filter[.]"};
  words.insert(words.end(), query.begin(), query.end());
  const auto listed = co_await git::ask(loop, git, std::move(words));
  constexpr int nothing_found = 1;
  if (!listed || listed->cut || listed->exit_code > nothing_found) co_return std::nullopt;
  const auto names = filter_names(listed->text);
  if (!names) co_return std::nullopt;
  Words options;
  for (const std::string& name : *names) {
    for (const std::string_view off : {".clean=", ".process=", ".smudge=", ".required=false"}) {
      options.emplace_back("-c");
      options.push_back(std::string("filter.").append(name).append(off));
    }
  }
  co_return options;
}

bool is_commit(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

std::optional<GitSnapshot> read_status(std::string_view text) {
  constexpr std::string_view commit_header = "# branch.oid ";
  constexpr std::string_view branch_header = "# branch.head ";
  GitSnapshot snapshot;
  bool told = false;
  while (!text.empty() && !snapshot.dirty) {
    const std::string_view entry = take_entry(text);
    if (entry.starts_with(commit_header)) {
      told = true;
      const std::string_view commit = entry.substr(commit_header.size());
      if (is_commit(commit)) snapshot.commit = commit;  // else "(initial)"
    } else if (entry.starts_with(branch_header)) {
      const std::string_view branch = entry.substr(branch_header.size());
      if (branch != "(detached)" && is_presentable(branch)) snapshot.branch = branch;
    } else if (!entry.starts_with("# ")) {
      snapshot.dirty = true;
    }
  }
  if (!told) return std::nullopt;
  return snapshot;
}

Failure no_repository(const std::string& cwd) {
  return fail(Error(ErrorKind::unsupported, cwd + " is in no git repository, or there is no git")
                  .with_hint("Checkpoints are notes at commits of the project's repository."));
}

constexpr std::string_view notes = "--ref=refs/notes/tine";

/// Adds what `cat-file --batch` says of the notes: a line with name, type and size of each, then
/// its text.
void take_texts(std::string_view said, std::vector<GitNote>& out, std::size_t next) {
  for (; !said.empty() && next < out.size(); ++next) {
    const std::string_view head = git::take_line(said);
    std::size_t size = 0;
    const std::string_view digits = head.substr(head.rfind(' ') + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), size);
    out[next].text = said.substr(0, size);
    said.remove_prefix(std::min(size + 1, said.size()));
  }
}

}  // namespace

transport::Task<Result<std::string>> add_git_note(Loop& loop, Env& env, std::string cwd,
                                                  std::string line) {
  auto git = git::git_for(env, cwd, limits::git_notes_deadline);
  if (!git) co_return no_repository(cwd);
  // Whoever has not told git a name can have notes all the same.
  for (const std::string_view who : {"AUTHOR", "COMMITTER"}) {
    git->environment.push_back(std::string("GIT_").append(who).append("_NAME=tine"));
    git->environment.push_back(std::string("GIT_").append(who).append("_EMAIL=tine@localhost"));
  }
  Words asking = git::command(*git, {"rev-parse", "--verify", "--quiet", "HEAD^{commit}"});
  auto head = co_await git::ask(loop, *git, std::move(asking));
  if (!head || head->cut) co_return git::no_answer("tell the commit at HEAD");
  std::string_view said = head->text;
  std::string commit(git::take_line(said));
  if (head->exit_code != 0 || commit.empty() || !is_commit(commit)) {
    co_return fail(Error(ErrorKind::unsupported, "the repository of " + cwd + " has no commit yet")
                       .with_hint("A checkpoint is bound to a commit: make one first."));
  }
  Words adding = git::command(*git, {"notes", notes, "append", "--file=-", commit});
  Talk talk;
  talk.input = std::move(line);
  const auto added = co_await git::ask(loop, *git, std::move(adding), std::move(talk));
  if (!added || added->exit_code != 0) co_return git::no_answer("write a note");
  co_return commit;
}

transport::Task<Result<std::vector<GitNote>>> git_notes(Loop& loop, Env& env, std::string cwd) {
  // As many as there is room for in a pipe.
  constexpr std::size_t at_once = 500;
  const auto git = git::git_for(env, cwd, limits::git_notes_deadline);
  if (!git) co_return no_repository(cwd);
  Words listing = git::command(*git, {"notes", notes, "list"});
  Talk talk;
  talk.most = limits::git_notes_output;
  const auto listed = co_await git::ask(loop, *git, std::move(listing), std::move(talk));
  if (!listed || (!listed->cut && listed->exit_code != 0))
    co_return git::no_answer("list its notes");
  std::vector<GitNote> out;
  std::string names;
  std::string_view rest = listed->text;
  while (!rest.empty()) {
    const std::string_view entry = git::take_line(rest);
    const std::size_t space = entry.find(' ');
    const bool is_entry = space != std::string_view::npos && is_commit(entry.substr(0, space));
    if (is_entry) {
      names.append(entry.substr(0, space)).append("\n");
      out.push_back({.commit = std::string(entry.substr(space + 1)), .text = {}});
    }
    if (names.empty() || (!rest.empty() && out.size() % at_once != 0)) continue;
    const std::size_t begun =
        out.size() - static_cast<std::size_t>(std::count(names.begin(), names.end(), '\n'));
    Words reading = git::command(*git, {"cat-file", "--batch"});
    Talk about;
    about.input = std::exchange(names, std::string());
    about.most = limits::git_notes_output;
    const auto texts = co_await git::ask(loop, *git, std::move(reading), std::move(about));
    if (!texts || (!texts->cut && texts->exit_code != 0))
      co_return git::no_answer("read its notes");
    take_texts(texts->text, out, begun);
  }
  co_return out;
}

transport::Task<std::optional<GitSnapshot>> git_snapshot(Loop& loop, Env& env, std::string cwd) {
  const auto found = git::git_for(env, cwd, limits::git_deadline);
  if (!found) co_return std::nullopt;
  const Git& git = *found;
  const auto options = co_await without_filters(loop, git);
  if (!options) co_return std::nullopt;
  Words words = git::command(git);
  words.insert(words.end(), options->begin(), options->end());
  // Another repository, such as a submodule, would be asked with its own configuration.
  const Words query{"status",
                    "--porcelain=v2",
                    "-z",
                    "--branch",
                    "--no-renames",
                    "--no-ahead-behind",
                    "--ignored=no",
                    "--untracked-files=normal",
                    "--ignore-submodules=all"};
  words.insert(words.end(), query.begin(), query.end());
  const auto told = co_await git::ask(loop, git, std::move(words));
  if (!told || (!told->cut && told->exit_code != 0)) co_return std::nullopt;
  co_return read_status(told->text);
}

}  // namespace tine::session
