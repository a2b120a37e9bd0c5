#include "executor/codex/rollout.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json/scanner.h"
#include "base/limits.h"
#include "executor/child_environment.h"
#include "executor/claude/caller.h"
#include "executor/claude/limits.h"
#include "executor/claude/lines_from_end.h"
#include "transport/fd.h"

namespace tine::executor::codex {
namespace {

using transport::Fd;

Fd open_in(const Fd& folder, const std::string& name, int flags) {
  return Fd(::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | flags));
}

/// The newest name first: days are folders of years and months.
std::vector<std::string> names_in(const Fd& folder) {
  std::vector<std::string> names;
  Fd own = open_in(folder, ".", O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(own ? ::fdopendir(own.get()) : nullptr,
                                                   [](DIR* each) { return ::closedir(each); });
  if (!stream) return names;
  own.release();
  while (const dirent* entry = ::readdir(stream.get())) {
    std::string name = static_cast<const char*>(entry->d_name);
    if (!name.starts_with('.')) names.push_back(std::move(name));
  }
  std::sort(names.rbegin(), names.rend());
  return names;
}

bool is_own_file(const Fd& file) {
  struct stat facts {};
  return file && ::fstat(file.get(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         facts.st_uid == ::geteuid();
}

Fd find_below(const Fd& folder, const std::string& ending, int depth) {
  for (const std::string& name : names_in(folder)) {
    if (depth > 0) {
      const Fd inner = open_in(folder, name, O_DIRECTORY);
      if (!inner) continue;
      if (Fd found = find_below(inner, ending, depth - 1)) return found;
    } else if (name.starts_with("rollout-") && name.ends_with(ending)) {
      if (Fd found = open_in(folder, name, O_NONBLOCK); is_own_file(found)) return found;
    }
  }
  return Fd();
}

Result<Fd> find_rollout(const std::vector<std::string>& environment, const std::string& thread) {
  constexpr int levels_of_a_day = 3;
  std::string root = variable_in(environment, "CODEX_HOME");
  if (root.empty()) root = variable_in(environment, "HOME") + "/.codex";
  // Links above the root are the user's own.
  const Fd top(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const Fd sessions = open_in(top, "sessions", O_DIRECTORY);
  Fd found;
  if (claude::is_uuid(thread))
    found = find_below(sessions, "-" + thread + ".jsonl", levels_of_a_day);
  if (!found)
    return fail(ErrorKind::session_not_found, "Codex has no session " + thread + " of yours");
  return found;
}

/// The entry that a line is; none: it is of no interest, or cannot be read.
json::View entry_in(std::string_view line) {
  if (line.find("\"event_msg\"") == std::string_view::npos &&
      line.find("\"session_meta\"") == std::string_view::npos)
    return {};
  json::Scanner scanner(limits::max_json_depth, json::Scanner::Members::overlooked);
  const bool good = scanner.feed(line) && scanner.finish() && scanner.is_object();
  return good ? json::View(line) : json::View();
}

}  // namespace

Result<void> each_entry(const std::vector<std::string>& environment, std::string thread,
                        const std::function<bool(json::View entry)>& see) {
  std::optional<std::int64_t> end;
  for (std::size_t files = 0; files < most_rollouts; ++files) {
    const auto file = find_rollout(environment, thread);
    if (!file) return fail(file.error());
    struct stat facts {};
    if (::fstat(file->get(), &facts) != 0)
      return fail(ErrorKind::storage_failed, "a session of Codex cannot be read");
    const std::int64_t bytes = std::min<std::int64_t>(facts.st_size, end.value_or(facts.st_size));
    claude::LinesFromEnd lines(file->get(), bytes, claude::limits::session_line,
                               claude::limits::session_piece);
    std::string base;
    for (;;) {
      const auto line = lines.next();
      if (!line) return fail(line.error());
      if (!*line) break;
      const json::View entry = entry_in(**line);
      if (!entry.exists()) continue;
      if (entry.find("type").equals("session_meta")) {
        const json::View from = entry.find("payload").find("history_base");
        base = json::text_in(from, "thread_id");
        end = from.find("end_byte_offset").integer();
      }
      if (!see(entry)) return {};
    }
    if (base.empty() || !end || *end < 0) return {};
    thread = std::move(base);
  }
  return {};
}

Result<LastTurn> last_turn_of(const std::vector<std::string>& environment,
                              const std::string& thread) {
  LastTurn last;
  const auto read = each_entry(environment, thread, [&last](json::View entry) {
    const json::View payload = entry.find("payload");
    const json::View type = payload.find("type");
    if (entry.find("type").equals("session_meta")) {
      if (last.cwd.empty()) last.cwd = json::text_in(payload, "cwd");
    } else if (last.id.empty() && (type.equals("task_complete") || type.equals("turn_aborted"))) {
      last.id = json::text_in(payload, "turn_id");
    }
    return last.id.empty() || last.cwd.empty();
  });
  if (!read) return fail(read.error());
  return last;
}

}  // namespace tine::executor::codex
