#include "executor/caller/past.h"

#include <sys/stat.h>

#include <string_view>
#include <utility>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/limits.h"
#include "executor/caller/gemini.h"
#include "executor/child_environment.h"
#include "executor/claude/limits.h"
#include "executor/claude/lines_from_end.h"
#include "executor/claude/session_files.h"
#include "executor/codex/rollout.h"

namespace tine::executor {
namespace {

/// The object that a line is; none: it is none.
json::View object_in(std::string_view line) {
  json::Scanner scanner(limits::max_json_depth, json::Scanner::Members::overlooked);
  const bool good = scanner.feed(line) && scanner.finish() && scanner.is_object();
  return good ? json::View(line) : json::View();
}

/// Gathers messages from the last one on, until there are enough.
class Gathering {
 public:
  explicit Gathering(std::size_t bytes) : bytes_(bytes) {}

  bool has_room() const { return gathered_ < bytes_; }
  void add(bool by_person, std::string text) {
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) return;
    gathered_ += text.size();
    said_.push_back({.by_person = by_person, .text = std::move(text)});
  }
  /// The message that was added last goes on: this stands before it.
  void add_before(const std::string& text) {
    gathered_ += text.size();
    said_.back().text.insert(0, text + "\n\n");
  }
  std::vector<Said> take() && { return std::move(said_); }

 private:
  std::size_t bytes_;
  std::size_t gathered_ = 0;
  std::vector<Said> said_;
};

// --- Claude Code
// ------------------------------------------------------------------------------------

/// What stands in brackets of the CLI's own is not what somebody said.
bool is_noise(std::string_view text) {
  return text.starts_with("[Request interrupted by user") || text.starts_with("<command-") ||
         text.starts_with("<local-command-") || text.starts_with("<system-reminder>");
}

/// The texts of a message's content.
std::string text_in(json::View content) {
  if (auto whole = content.string()) return is_noise(*whole) ? std::string() : std::move(*whole);
  std::string out;
  for (const json::View block : content.elements()) {
    if (!block.find("type").equals("text")) continue;
    const std::string text = block.find("text").string().value_or("");
    if (text.empty() || is_noise(text)) continue;
    out.append(out.empty() ? "" : "\n\n").append(text);
  }
  return out;
}

/// Follows the chain of a conversation of Claude Code from its newest link. A file may hold several
/// branches.
class Chain {
 public:
  explicit Chain(Gathering& gathering) : gathering_(gathering) {}

  bool see(std::string_view line) {
    const std::string_view sign = wanted_.empty() ? std::string_view("\"parentUuid\"") : wanted_;
    if (line.find(sign) == std::string_view::npos) return gathering_.has_room();
    const json::View entry = object_in(line);
    const std::string uuid = json::text_in(entry, "uuid");
    if (!entry.exists()) {
      // It may have been the next link: the chain goes on with what stands before it.
      wanted_.clear();
      return gathering_.has_room();
    }
    const bool is_link = !uuid.empty() && !is_so(entry, "isSidechain") && is_of_chain(entry);
    if (!is_link || (!wanted_.empty() && uuid != wanted_)) return gathering_.has_room();
    take(entry);
    wanted_ = json::text_in(entry, "parentUuid");
    return !wanted_.empty() && gathering_.has_room();
  }

 private:
  static bool is_so(json::View entry, std::string_view name) {
    return entry.find(name).boolean().value_or(false);
  }
  static bool is_of_chain(json::View entry) {
    const json::View type = entry.find("type");
    return type.equals("user") || type.equals("assistant") || type.equals("attachment") ||
           type.equals("system");
  }

  void take(json::View entry) {
    const bool by_person = entry.find("type").equals("user");
    if (!by_person && !entry.find("type").equals("assistant")) return;
    const json::View message = entry.find("message");
    if (is_so(entry, "isMeta") || is_so(entry, "isApiErrorMessage") ||
        message.find("model").equals("<synthetic>"))
      return;
    std::string text = text_in(message.find("content"));
    if (text.empty()) return;
    const std::string id = by_person ? std::string() : json::text_in(message, "id");
    if (!id.empty() && id == message_) return gathering_.add_before(text);
    message_ = id;
    gathering_.add(by_person, std::move(text));
  }

  Gathering& gathering_;
  std::string wanted_;   // the next link; empty: the newest of all
  std::string message_;  // of the agent, to which further links may belong
};

Result<void> gather_claude(const std::string& session, const std::vector<std::string>& environment,
                           Gathering& gathering) {
  const auto root = claude::root_for(environment);
  if (!root)
    return fail(ErrorKind::session_not_found, "it is not known where Claude Code keeps it");
  const auto file = claude::find_session(*root, session);
  if (!file) return fail(file.error());
  struct stat facts {};
  if (::fstat(file->fd.get(), &facts) != 0)
    return fail(ErrorKind::storage_failed, "a session of Claude Code cannot be read");
  claude::LinesFromEnd lines(file->fd.get(), facts.st_size, claude::limits::session_line,
                             claude::limits::session_piece);
  Chain chain(gathering);
  for (;;) {
    const auto line = lines.next();
    if (!line) return fail(line.error());
    if (!*line || !chain.see(**line)) return {};
  }
}

// --- Gemini CLI
// ------------------------------------------------------------------------------------

/// A message's content is a text, or a list of parts.
std::string text_of_parts(json::View content) {
  if (auto whole = content.string()) return std::move(*whole);
  std::string out;
  for (const json::View part : content.elements()) {
    const std::string text = part.find("text").string().value_or("");
    if (!text.empty()) out.append(out.empty() ? "" : "\n\n").append(text);
  }
  return out;
}

Result<void> gather_gemini(const std::string& session, const std::vector<std::string>& environment,
                           Gathering& gathering) {
  const auto see = [&gathering](json::View message) {
    const bool by_person = message.find("type").equals("user");
    if (!by_person && !message.find("type").equals("gemini")) return true;
    std::string text = text_of_parts(message.find("content"));
    // What it tells its model of the machine and the folder.
    if (!text.starts_with("<session_context>")) gathering.add(by_person, std::move(text));
    return gathering.has_room();
  };
  return gemini::each_message(variable_in(environment, "HOME"), session, see);
}

// --- Codex
// ------------------------------------------------------------------------------------

std::string text_of_item(json::View item) {
  std::string out;
  for (const json::View part : item.find("content").elements()) {
    const std::string text = part.find("text").string().value_or("");
    if (!text.empty()) out.append(out.empty() ? "" : "\n\n").append(text);
  }
  return out;
}

void take_event(json::View event, Gathering& gathering) {
  const json::View type = event.find("type");
  if (type.equals("item_completed")) {
    const json::View item = event.find("item");
    const bool by_person = item.find("type").equals("UserMessage");
    if (by_person || item.find("type").equals("AgentMessage"))
      gathering.add(by_person, text_of_item(item));
  } else if (type.equals("user_message") || type.equals("agent_message")) {
    // Of older versions.
    gathering.add(type.equals("user_message"), json::text_in(event, "message"));
  }
}

Result<void> gather_codex(const std::string& session, const std::vector<std::string>& environment,
                          Gathering& gathering) {
  return codex::each_entry(environment, session, [&gathering](json::View entry) {
    if (entry.find("type").equals("event_msg")) take_event(entry.find("payload"), gathering);
    return gathering.has_room();
  });
}

}  // namespace

Result<std::vector<Said>> past_of(const Caller& caller, const std::vector<std::string>& environment,
                                  std::size_t bytes) {
  Gathering gathering(bytes);
  Result<void> read;
  if (caller.session.empty()) {
    read = fail(ErrorKind::unsupported,
                std::string(name_of(caller.agent)) + " does not tell which session it runs");
  } else if (caller.agent == CallingAgent::claude) {
    read = gather_claude(caller.session, environment, gathering);
  } else if (caller.agent == CallingAgent::gemini) {
    read = gather_gemini(caller.session, environment, gathering);
  } else {
    read = gather_codex(caller.session, environment, gathering);
  }
  if (!read) return fail(std::move(read.error()));
  return std::move(gathering).take();
}

}  // namespace tine::executor
