#include "session/memory/wire.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json/scanner.h"
#include "base/limits.h"
#include "base/ulid.h"
#include "session/memory/limits.h"

namespace tine::session::memory {
namespace {

/// Whether no object of the text, which is JSON, has more members than limits::memory_members.
bool is_narrow(std::string_view text) {
  struct Level {
    bool is_object = false;
    std::size_t commas = 0;
  };
  std::vector<Level> levels;
  bool is_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_string) {
      if (c == '\\') ++i;
      is_string = c != '"';
    } else if (c == '"') {
      is_string = true;
    } else if (c == '{' || c == '[') {
      levels.push_back({.is_object = c == '{'});
    } else if (c == '}' || c == ']') {
      levels.pop_back();
    } else if (c == ',' && levels.back().is_object &&
               ++levels.back().commas >= limits::memory_members) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<Document> parsed_file(std::string_view text, std::uint64_t version) {
  json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
  if (!scanner.feed(text) || !scanner.finish()) {
    const auto line = std::count(text.begin(), text.begin() + scanner.fault_offset(), '\n') + 1;
    return fail(damaged("line " + std::to_string(line), json::describe(scanner.fault())));
  }
  if (!is_narrow(text)) {
    return fail(damaged("the file", "an object has more than " +
                                        std::to_string(limits::memory_members) + " members"));
  }
  Document file = json::parsed(text);
  const Document* const named =
      file.is_object() && file.contains("version") ? &file["version"] : nullptr;
  const std::uint64_t written =
      named != nullptr && named->is_number_unsigned() ? named->get<std::uint64_t>() : 0;
  if (written > version) {
    return fail(Error(ErrorKind::unsupported, "the file has version " + std::to_string(written) +
                                                  ", and this program knows " +
                                                  std::to_string(version))
                    .with_hint("Update tine."));
  }
  return file;
}

std::string file_text(const Document& file) {
  return file.dump(2, ' ', false, Document::error_handler_t::replace) + "\n";
}

Error damaged(const std::string& where, std::string_view what) {
  return {ErrorKind::damaged, where + ": " + std::string(what)};
}

Document Members::take(const char* name) {
  if (!object_.is_object()) return {};
  const auto found = object_.find(name);
  if (found == object_.end()) return {};
  Document value = std::move(*found);
  object_.erase(found);
  return value;
}

std::string Members::text(const char* name) {
  const Document value = take(name);
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  note(name, "expected a text");
  return {};
}

std::uint64_t Members::count(const char* name) {
  const Document value = take(name);
  if (value.is_null()) return 0;
  if (value.is_number_unsigned()) return value.get<std::uint64_t>();
  note(name, "expected a whole number that is not negative");
  return 0;
}

std::int64_t Members::time(const char* name) {
  const std::string value = text(name);
  if (value.empty()) return 0;
  const auto ms = wall_ms_of(value);
  if (!ms) note(name, "expected a time like 2026-01-31T12:00:00.000Z");
  return ms.value_or(0);
}

TaskStatus Members::status(const char* name) {
  const std::string value = text(name);
  if (value.empty()) return TaskStatus::open;
  const auto named = task_status_named(value);
  if (!named) note(name, "expected open, active, done or dropped");
  return named.value_or(TaskStatus::open);
}

std::string Members::id() {
  std::string value = text("id");
  if (!is_ulid(value)) note("id", "expected a ULID");
  return value;
}

std::string Members::rest() const {
  if (!object_.is_object() || object_.empty()) return {};
  const std::string text = json::text_of(object_);
  return text.substr(1, text.size() - 2);
}

std::string Members::where_of(std::string_view name) const {
  if (name.empty()) return where_.empty() ? "the file" : where_;
  return where_.empty() ? std::string(name) : where_ + "." + std::string(name);
}

Evidence evidence_of(Document json, const std::string& where, std::optional<Error>& fault) {
  if (json.is_null()) return {};
  Members members(std::move(json), where, fault);
  return {.session = members.text("session"),
          .turn = members.count("turn"),
          .commit = members.text("commit")};
}

CommitMade commit_of(Document json, const std::string& where, std::optional<Error>& fault) {
  Members members(std::move(json), where, fault);
  CommitMade out;
  out.commit = members.text("commit");
  out.branch = members.text("branch");
  out.subject = members.text("subject");
  out.by = evidence_of(members.take("by"), where + ".by", fault);
  out.made_ms = members.time("made");
  out.more = members.rest();
  return out;
}

void put(Document& to, const char* name, const std::string& text) {
  if (!text.empty()) to[name] = text;
}
void put_time(Document& to, const char* name, std::int64_t ms) {
  if (ms != 0) to[name] = rfc3339(ms);
}
void put_more(Document& to, const std::string& more) {
  if (more.empty()) return;
  Document members = json::parsed("{" + more + "}");
  for (auto& [name, value] : members.items()) to[name] = std::move(value);
}

Document json_of(const Evidence& from) {
  Document out = Document::object();
  put(out, "session", from.session);
  if (from.turn != 0) out["turn"] = from.turn;
  put(out, "commit", from.commit);
  return out;
}

Document json_of(const CommitMade& made) {
  Document out = Document::object();
  out["commit"] = made.commit;
  put(out, "branch", made.branch);
  put(out, "subject", made.subject);
  if (made.by != Evidence()) out["by"] = json_of(made.by);
  put_time(out, "made", made.made_ms);
  put_more(out, made.more);
  return out;
}

}  // namespace tine::session::memory
