#include "executor/pty/tracker.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/json/scanner.h"
#include "base/json/view.h"

namespace tine::executor::pty {
namespace {

namespace fs = std::filesystem;

json::View member_at(json::View object, std::string_view path) {
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    object = object.find(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return object;
}

/// What may stand in a call, and in the name of a file.
bool is_plain_name(const std::string& text) {
  constexpr std::size_t longest = 128;
  return !text.empty() && text.size() <= longest &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

}  // namespace

std::optional<std::string> Tracker::look(const std::vector<pid_t>& pids) {
  if (trace_.name.empty()) {
    find_open(pids);
  } else {
    find_named();
  }
  for (auto& [path, reader] : readers_) {
    if (auto found = read(reader)) return found;
  }
  return std::nullopt;
}

void Tracker::find_named() {
  std::error_code error;
  fs::directory_iterator folders(trace_.folder, error);
  for (std::size_t i = 0;
       !error && folders != fs::directory_iterator() && i < limits::trace_folders; ++i) {
    add(folders->path() / trace_.name);
    folders.increment(error);
  }
}

void Tracker::find_open(const std::vector<pid_t>& pids) {
  std::error_code error;
  const std::string below = fs::weakly_canonical(trace_.folder, error).string() + "/";
  for (const pid_t pid : pids) {
    fs::directory_iterator open("/proc/" + std::to_string(pid) + "/fd", error);
    while (!error && open != fs::directory_iterator()) {
      std::error_code closed;
      const std::string path = fs::read_symlink(open->path(), closed).string();
      if (!closed && path.starts_with(below)) add(path);
      open.increment(error);
    }
  }
}

/// A regular file of this user's; what else it may be is nothing that the program has made.
void Tracker::add(const std::string& path) {
  if (readers_.contains(path)) return;
  transport::Fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat facts {};
  if (!fd || ::fstat(fd.get(), &facts) != 0) return;
  if (!S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid()) return;
  readers_.emplace(path, Reader{.fd = std::move(fd), .rest = {}});
}

std::optional<std::string> Tracker::read(Reader& reader) const {
  std::string room(limits::trace_chunk, '\0');
  for (;;) {
    const ssize_t got = ::read(reader.fd.get(), room.data(), room.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    std::string_view part(room.data(), static_cast<std::size_t>(got));
    while (!part.empty()) {
      const std::size_t end = part.find('\n');
      const bool is_whole = end != std::string_view::npos;
      const std::string_view piece = part.substr(0, end);
      reader.is_too_long =
          reader.is_too_long || reader.rest.size() + piece.size() > limits::trace_line;
      if (!reader.is_too_long) reader.rest += piece;
      part.remove_prefix(is_whole ? end + 1 : part.size());
      if (!is_whole) break;
      const std::string line = std::exchange(reader.rest, {});
      if (std::exchange(reader.is_too_long, false)) continue;
      if (auto found = name_in(line)) return found;
    }
  }
}

std::optional<std::string> Tracker::name_in(std::string_view line) const {
  json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
  if (!scanner.feed(line) || !scanner.finish()) return std::nullopt;
  const json::View object(line);
  for (const Trace::Member& each : trace_.line)
    if (!member_at(object, each.path).equals(each.text)) return std::nullopt;
  std::string id = member_at(object, trace_.id).string().value_or(std::string());
  if (!is_plain_name(id) || id == parent_) return std::nullopt;
  return id;
}

}  // namespace tine::executor::pty
