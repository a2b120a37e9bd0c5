#include "session/permission_rules.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "base/json/writer.h"
#include "session/meta.h"

namespace tine::session {
namespace {

constexpr std::array<std::string_view, 10> kinds = {"read",        "edit",    "delete", "move",
                                                    "search",      "execute", "think",  "fetch",
                                                    "switch_mode", "other"};

/// With any of these a shell may run more than the words say.
constexpr std::string_view shell_marks = ";&|`$<>(){}\n\r\\";

bool fits_text(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (!text.starts_with(pattern.substr(0, star))) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  for (std::size_t next = pattern.find('*'); next != std::string_view::npos;
       next = pattern.find('*')) {
    const std::size_t found = text.find(pattern.substr(0, next));
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + next);
    pattern.remove_prefix(next + 1);
  }
  return text.size() >= pattern.size() && text.ends_with(pattern);
}

/// What a question is about, as far as rules can tell.
struct Subject {
  std::string kind;
  std::optional<std::string> command;
  std::vector<std::string> paths;
  std::string host;
  std::string title;
};

/// The words of `["bash","-c","words"]` and the like, or all of them in a row.
std::string command_in(json::View words) {
  std::vector<std::string> all;
  for (const json::View each : words.elements()) all.push_back(each.string().value_or(""));
  if (all.size() == 3 && (all[1] == "-c" || all[1] == "-lc")) return all[2];
  std::string out;
  for (const std::string& each : all) out.append(out.empty() ? "" : " ").append(each);
  return out;
}

/// Of an address; empty: it names none.
std::string host_in(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#\\"));
  // What stands before an @ is no host, however much it looks like one.
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos)
    rest.remove_prefix(at + 1);
  return std::string(rest.substr(0, rest.find(':')));
}

Subject subject_of(json::View params, std::string_view cwd) {
  const json::View call = params.find("toolCall");
  const json::View input = call.find("rawInput");
  Subject out;
  out.kind = call.find("kind").string().value_or("other");
  out.title = call.find("title").string().value_or("");
  const json::View command = input.find("command");
  if (command.is_string()) out.command = command.string();
  if (command.is_array()) out.command = command_in(command);
  const auto take_path = [&out, cwd](const std::optional<std::string>& path) {
    if (!path || path->empty()) return;
    const std::filesystem::path whole = std::filesystem::path(cwd) / *path;
    out.paths.push_back(whole.lexically_normal().string());
  };
  for (const json::View each : call.find("locations").elements())
    take_path(each.find("path").string());
  for (const json::View each : call.find("content").elements()) {
    if (each.find("type").equals("diff")) take_path(each.find("path").string());
  }
  for (const char* name : {"path", "file_path", "filePath", "notebook_path"})
    take_path(input.find(name).string());
  out.host = host_in(input.find("url").string().value_or(""));
  return out;
}

/// A path as it is, and as it is written within the directory.
bool fits_path(std::string_view pattern, std::string_view path, std::string_view cwd) {
  if (fits_text(pattern, path)) return true;
  const bool is_within =
      path.size() > cwd.size() && path.starts_with(cwd) && path[cwd.size()] == '/';
  return is_within && fits_text(pattern, path.substr(cwd.size() + 1));
}

bool is_one_command(std::string_view command) {
  return command.find_first_of(shell_marks) == std::string_view::npos;
}

/// Whether all that is known of the call fits, and something is.
bool certainly_fits(const PermissionRule& rule, const Subject& subject, std::string_view cwd) {
  if (subject.command)
    return is_one_command(*subject.command) && fits_text(rule.pattern, *subject.command);
  if (!subject.host.empty()) return fits_text(rule.pattern, subject.host);
  return !subject.paths.empty() &&
         std::all_of(subject.paths.begin(), subject.paths.end(),
                     [&](const std::string& each) { return fits_path(rule.pattern, each, cwd); });
}

/// The commands that a shell would run one after the other, roughly.
std::vector<std::string_view> parts_of(std::string_view command) {
  std::vector<std::string_view> out{command};
  while (!command.empty()) {
    const std::size_t end = std::min(command.find_first_of(shell_marks), command.size());
    std::string_view part = command.substr(0, end);
    part.remove_prefix(std::min(part.find_first_not_of(" \t"), part.size()));
    if (!part.empty()) out.push_back(part);
    command.remove_prefix(std::min(end + 1, command.size()));
  }
  return out;
}

bool may_fit(const PermissionRule& rule, const Subject& subject, std::string_view cwd) {
  if (fits_text(rule.pattern, subject.title)) return true;
  if (!subject.host.empty() && fits_text(rule.pattern, subject.host)) return true;
  const auto parts = parts_of(subject.command ? std::string_view(*subject.command)
                                              : std::string_view(subject.title));
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view each) { return fits_text(rule.pattern, each); }) ||
         std::any_of(subject.paths.begin(), subject.paths.end(),
                     [&](const std::string& each) { return fits_path(rule.pattern, each, cwd); });
}

bool applies(const PermissionRule& rule, const Subject& subject, std::string_view cwd) {
  if (!rule.kind.empty() && rule.kind != subject.kind) return false;
  if (rule.pattern.empty()) return true;
  return rule.verdict == PermissionRule::Verdict::allow ? certainly_fits(rule, subject, cwd)
                                                        : may_fit(rule, subject, cwd);
}

}  // namespace

std::string_view name_of(PermissionRule::Verdict verdict) {
  switch (verdict) {
    case PermissionRule::Verdict::allow:
      return "allow";
    case PermissionRule::Verdict::deny:
      return "deny";
    case PermissionRule::Verdict::ask:
      break;
  }
  return "ask";
}

std::string PermissionRule::text() const {
  if (kind.empty()) return pattern;
  return pattern.empty() ? kind : kind + ":" + pattern;
}

Result<PermissionRule> read_permission_rule(PermissionRule::Verdict verdict, std::string_view text,
                                            std::string origin) {
  PermissionRule rule{.verdict = verdict, .kind = {}, .pattern = {}, .origin = std::move(origin)};
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view first = text.substr(0, colon);
  if (std::find(kinds.begin(), kinds.end(), first) != kinds.end()) {
    rule.kind = first;
    text.remove_prefix(std::min(colon + 1, text.size()));
  }
  rule.pattern = text;
  if (rule.kind.empty() && rule.pattern.empty()) {
    return fail(Error(ErrorKind::invalid_params, "a permission rule is empty")
                    .with_hint("Write KIND, KIND:PATTERN or PATTERN, as in execute:git status*."));
  }
  return rule;
}

std::string permission_meta(std::string_view verdict, std::string_view rule,
                            std::string_view origin) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("tine").begin_object().key("permission").begin_object();
  writer.member("verdict", verdict);
  if (!rule.empty()) writer.member("rule", rule);
  writer.member("origin", origin).end_object().end_object().end_object();
  return out;
}

std::optional<std::string> answer_by(const PermissionRule& rule, json::View params) {
  if (rule.verdict == PermissionRule::Verdict::ask) return std::nullopt;
  const bool allows = rule.verdict == PermissionRule::Verdict::allow;
  for (const json::View option : params.find("options").elements()) {
    if (!option.find("kind").equals(allows ? "allow_once" : "reject_once")) continue;
    std::string out;
    json::Writer(out)
        .begin_object()
        .key("outcome")
        .begin_object()
        .member("outcome", "selected")
        .key("optionId")
        .raw(option.find("optionId").raw())
        .end_object()
        .key("_meta")
        .raw(permission_meta(name_of(rule.verdict), rule.text(), rule.origin))
        .end_object();
    return out;
  }
  return std::nullopt;
}

const PermissionRule* rule_for(std::span<const PermissionRule> rules, json::View params,
                               std::string_view cwd) {
  if (rules.empty() || ours(params.find("_meta").raw()).find("trust").exists()) return nullptr;
  const Subject subject = subject_of(params, cwd);
  const PermissionRule* found = nullptr;
  for (const PermissionRule& each : rules) {
    if (found != nullptr && each.verdict <= found->verdict) continue;
    if (applies(each, subject, cwd)) found = &each;
  }
  return found;
}

}  // namespace tine::session
