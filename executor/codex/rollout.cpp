#include "executor/codex/rollout.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json/scanner.h"
#include "base/limits.h"
#include "executor/child_environment.h"
#include "executor/claude/caller.h"
#include "executor/claude/limits.h"
#include "executor/claude/lines_from_end.h"
#include "executor/own_files.h"
#include "transport/fd.h"

namespace tine::executor::codex {
namespace {

using transport::Fd;

/// The newest name first: days are folders of years and months.
std::vector<std::string> newest_first(const Fd& folder) {
  std::vector<std::string> names = names_in(folder);
  std::sort(names.rbegin(), names.rend());
  return names;
}

/// Files of threads, in the order of their begin, the newest first.
class Rollouts {
 public:
  explicit Rollouts(const std::vector<std::string>& environment) {
    std::string root = variable_in(environment, "CODEX_HOME");
    if (root.empty()) root = variable_in(environment, "HOME") + "/.codex";
    sessions_ = open_folder(open_root(root), "sessions");
  }

  /// Calls `see` with each whose name ends so, until it gives false.
  using See = std::function<bool(OwnFile file)>;
  void each(const std::string& ending, const See& see) const {
    constexpr int levels_of_a_day = 3;
    each_below(sessions_, ending, levels_of_a_day, see);
  }

 private:
  static bool each_below(const Fd& folder, const std::string& ending, int depth, const See& see) {
    for (const std::string& name : newest_first(folder)) {
      if (depth > 0) {
        const Fd inner = open_folder(folder, name);
        if (inner && !each_below(inner, ending, depth - 1, see)) return false;
      } else if (name.starts_with("rollout-") && name.ends_with(ending)) {
        auto file = open_file(folder, name);
        if (file && !see(std::move(*file))) return false;
      }
    }
    return true;
  }

  Fd sessions_;
};

Result<Fd> find_rollout(const std::vector<std::string>& environment, const std::string& thread) {
  Fd found;
  if (claude::is_uuid(thread)) {
    Rollouts(environment).each("-" + thread + ".jsonl", [&found](OwnFile file) {
      found = std::move(file.fd);
      return false;
    });
  }
  if (!found)
    return fail(ErrorKind::session_not_found, "Codex has no session " + thread + " of yours");
  return found;
}

/// The first line of a file, which says what the thread is; empty: it has none.
std::string first_line(const Fd& file) {
  std::string line(claude::limits::session_piece, '\0');
  std::size_t size = 0;
  while (size < claude::limits::session_line) {
    const ssize_t got =
        ::pread(file.get(), line.data() + size, line.size() - size, static_cast<off_t>(size));
    if (got <= 0) return {};
    const std::size_t end =
        std::string_view(line).substr(0, size + static_cast<std::size_t>(got)).find('\n', size);
    size += static_cast<std::size_t>(got);
    if (end != std::string::npos) return line.substr(0, end);
    if (size == line.size()) line.resize(2 * size);
  }
  return {};
}

/// The entry that a line is; none: it is of no interest, or cannot be read.
json::View entry_in(std::string_view line) {
  if (line.find("\"event_msg\"") == std::string_view::npos &&
      line.find("\"session_meta\"") == std::string_view::npos)
    return {};
  json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
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

Result<std::string> newest_thread(const std::vector<std::string>& environment,
                                  const std::string& cwd) {
  std::optional<OwnFile> newest;
  std::string id;
  std::size_t seen = 0;
  Rollouts(environment).each(".jsonl", [&](OwnFile file) {
    if (newest && !file.is_later_than(*newest)) return ++seen < most_looked_at;
    const std::string line = first_line(file.fd);
    const json::View thread = entry_in(line).find("payload");
    // Codex begins threads of its own as well, which are no person's.
    const json::View source = thread.find("thread_source");
    const bool is_persons = !source.is_string() || source.equals("user");
    std::string found = json::text_in(thread, "id");
    if (is_persons && claude::is_uuid(found) && thread.find("cwd").equals(cwd)) {
      newest = std::move(file);
      id = std::move(found);
    }
    return ++seen < most_looked_at;
  });
  if (id.empty())
    return fail(ErrorKind::session_not_found, "Codex has no session of yours for " + cwd);
  return id;
}

}  // namespace tine::executor::codex
