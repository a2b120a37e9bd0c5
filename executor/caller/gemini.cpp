#include "executor/caller/gemini.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/json/scanner.h"
#include "base/limits.h"
#include "executor/claude/caller.h"
#include "executor/claude/limits.h"
#include "executor/claude/lines_from_end.h"
#include "executor/own_files.h"

namespace tine::executor::gemini {
namespace {

using transport::Fd;

json::View object_in(std::string_view text) {
  json::Scanner scanner(limits::max_json_depth, json::Scanner::Members::overlooked);
  const bool good = scanner.feed(text) && scanner.finish() && scanner.is_object();
  return good ? json::View(text) : json::View();
}

/// What stands in a file at its beginning, as far as so many bytes.
std::string beginning_of(const OwnFile& file, std::size_t bytes) {
  std::string text(std::min(bytes, static_cast<std::size_t>(file.facts.st_size)), '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got =
        ::pread(file.fd.get(), text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

bool is_of_lines(std::string_view name) { return name.ends_with(".jsonl"); }

/// A session's file, and what the session is called.
struct Chat {
  OwnFile file;
  std::string id;
  bool is_of_lines = true;  ///< else it is one JSON text
};

/// The session of a file; none: it is no person's, or cannot be read.
std::optional<Chat> chat_in(const Fd& chats, const std::string& name) {
  if (!name.starts_with("session-")) return std::nullopt;
  if (!is_of_lines(name) && !name.ends_with(".json")) return std::nullopt;
  auto file = open_file(chats, name);
  if (!file) return std::nullopt;
  Chat chat{.file = std::move(*file), .id = {}, .is_of_lines = is_of_lines(name)};
  std::string text =
      beginning_of(chat.file, chat.is_of_lines ? claude::limits::session_piece : most_whole_file);
  if (chat.is_of_lines) text.resize(std::min(text.find('\n'), text.size()));
  const json::View head = object_in(text);
  const json::View kind = head.find("kind");
  chat.id = json::text_in(head, "sessionId");
  if (!claude::is_uuid(chat.id) || (kind.exists() && !kind.equals("main"))) return std::nullopt;
  return chat;
}

/// Calls `see` with the folder of each project, until it gives false.
void each_project(const std::string& home, const std::function<bool(const Fd& project)>& see) {
  const Fd all = open_folder(open_folder(open_root(home), ".gemini"), "tmp");
  for (const std::string& name : names_in(all)) {
    const Fd project = open_folder(all, name);
    if (project && !see(project)) return;
  }
}

std::optional<Chat> find_chat(const std::string& home, const std::string& session) {
  std::optional<Chat> found;
  if (!claude::is_uuid(session)) return found;
  each_project(home, [&](const Fd& project) {
    const Fd chats = open_folder(project, "chats");
    for (const std::string& name : names_in(chats)) {
      // A name ends with the beginning of the id.
      if (name.find(session.substr(0, session.find('-'))) == std::string::npos) continue;
      auto chat = chat_in(chats, name);
      if (chat && chat->id == session) found = std::move(chat);
    }
    return !found;
  });
  return found;
}

/// Takes entries from the last one on, and tells what is left of the messages.
class Messages {
 public:
  explicit Messages(const std::function<bool(json::View message)>& see) : see_(see) {}

  /// False when there is nothing more to see.
  bool take(json::View entry) {
    if (auto back_to = entry.find("$rewindTo").string()) {
      if (taken_back_to_.empty()) taken_back_to_ = std::move(*back_to);
      return true;
    }
    const json::View list = entry.find("$set").find("messages");
    if (!list.is_array()) return take_message(entry);
    take_list(list);
    return false;  // what came before was replaced
  }

  void take_list(json::View list) {
    std::vector<json::View> all;
    for (const json::View each : list.elements()) all.push_back(each);
    for (auto each = all.rbegin(); each != all.rend() && take_message(*each); ++each) {
    }
  }

 private:
  bool take_message(json::View message) {
    std::string id = json::text_in(message, "id");
    if (id.empty()) return true;
    if (!taken_back_to_.empty()) {
      if (id == taken_back_to_) taken_back_to_.clear();
      seen_.insert(std::move(id));
      return true;
    }
    if (!seen_.insert(std::move(id)).second) return true;
    return see_(message);
  }

  const std::function<bool(json::View message)>& see_;
  std::set<std::string> seen_;
  std::string taken_back_to_;  // all messages from that one on were taken back
};

}  // namespace

Result<std::string> newest_session(const std::string& home, const std::string& cwd) {
  std::optional<Chat> newest;
  each_project(home, [&](const Fd& project) {
    const auto root = open_file(project, ".project_root");
    if (!root || beginning_of(*root, cwd.size() + 1) != cwd) return true;
    const Fd chats = open_folder(project, "chats");
    for (const std::string& name : names_in(chats)) {
      auto chat = chat_in(chats, name);
      if (chat && (!newest || chat->file.is_later_than(newest->file))) newest = std::move(chat);
    }
    return true;
  });
  if (!newest)
    return fail(ErrorKind::session_not_found, "Gemini CLI has no session of yours for " + cwd);
  return std::move(newest->id);
}

Result<void> each_message(const std::string& home, const std::string& session,
                          const std::function<bool(json::View message)>& see) {
  const auto chat = find_chat(home, session);
  if (!chat) {
    return fail(ErrorKind::session_not_found, "Gemini CLI has no session " + session + " of yours");
  }
  Messages messages(see);
  const auto bytes = static_cast<std::size_t>(chat->file.facts.st_size);
  if (!chat->is_of_lines) {
    if (bytes > most_whole_file)
      return fail(ErrorKind::unsupported, "the session of Gemini CLI is too long to be read");
    const std::string text = beginning_of(chat->file, bytes);
    messages.take_list(object_in(text).find("messages"));
    return {};
  }
  claude::LinesFromEnd lines(chat->file.fd.get(), chat->file.facts.st_size,
                             claude::limits::session_line, claude::limits::session_piece);
  for (;;) {
    const auto line = lines.next();
    if (!line) return fail(line.error());
    if (!*line) return {};
    const json::View entry = object_in(**line);
    if (entry.exists() && !messages.take(entry)) return {};
  }
}

}  // namespace tine::executor::gemini
