#include "session/git_head.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

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

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isxdigit(c) != 0; });
}

/// The repository's own folder; of a further work tree that one's. Empty: there is none.
fs::path repository_of(const std::string& cwd) {
  std::error_code fault;
  for (fs::path folder = fs::weakly_canonical(cwd, fault); !folder.empty();
       folder = folder.parent_path()) {
    const fs::path found = folder / ".git";
    if (fs::is_directory(found, fault)) return found;
    if (fs::is_regular_file(found, fault)) {
      constexpr std::string_view key = "gitdir: ";
      const std::string text = text_of(found);
      const std::string_view line = first_line(text);
      return line.starts_with(key) ? folder / line.substr(key.size()) : fs::path();
    }
    if (!folder.has_relative_path()) break;
  }
  return {};
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

}  // namespace

std::string git_head(const std::string& cwd) {
  const fs::path own = repository_of(cwd);
  if (own.empty()) return {};
  const std::string head = text_of(own / "HEAD");
  std::string_view line = first_line(head);
  constexpr std::string_view reference = "ref: ";
  if (!line.starts_with(reference)) return is_commit(line) ? std::string(line) : std::string();
  const std::string name(line.substr(reference.size()));
  // It must stay within the repository.
  if (!name.starts_with("refs/") || name.find("..") != std::string::npos) return {};
  // Work trees share the references of their repository.
  const std::string common = text_of(own / "commondir");
  const fs::path shared = common.empty() ? own : own / first_line(common);
  std::string commit(first_line(text_of(shared / name)));
  if (commit.empty()) commit = packed(shared, name);
  return is_commit(commit) ? commit : std::string();
}

}  // namespace tine::session
