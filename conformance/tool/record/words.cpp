#include "conformance/tool/record/words.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/json/writer.h"
#include "conformance/play/bindings.h"

namespace tine::conformance {
namespace {

/// A longer text is expected by how it begins.
constexpr std::size_t longest_text = 2000;
constexpr std::size_t shown_of_long = 200;
/// A shorter id is no name for itself within a text.
constexpr std::size_t shortest_inside = 8;

/// What an agent chooses, and what it is called.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> ids = {
    {{"sessionId", "S"},
     {"toolCallId", "CALL"},
     {"optionId", "OPTION"},
     {"elicitationId", "QUESTION"}}};

/// Members that are different each time, or that nobody should rely on.
constexpr std::array<std::string_view, 18> passing = {
    "_meta", "rawInput",    "rawOutput",     "usage",  "cost",      "messageId",
    "modes", "models",      "configOptions", "env",    "updatedAt", "createdAt",
    "icon",  "authMethods", "nextCursor",    "tokens", "sessions",  "availableCommands"};

bool is_passing(std::string_view key) {
  return std::find(passing.begin(), passing.end(), key) != passing.end();
}

std::string_view wish_for(std::string_view key) {
  for (const auto& [member, wish] : ids) {
    if (member == key) return wish;
  }
  return {};
}

bool continues_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '.';
}

std::string capitals(std::string text) {
  for (char& each : text) {
    const auto byte = static_cast<unsigned char>(each);
    each = std::isalpha(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return text;
}

/// A dollar sign that would begin a name is written twice.
void escape_dollars(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    out.push_back(text[i]);
    if (text[i] != '$') continue;
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("$$") || !name_at(rest).empty()) out.push_back('$');
  }
}

}  // namespace

void Words::learn_folder(const std::string& path) {
  if (path.size() < 2 || path.front() != '/') return;
  const auto has = [&](const auto& what) {
    return std::any_of(inside_.begin(), inside_.end(), what);
  };
  if (has([&](const auto& each) { return each.first == path; })) return;
  const auto is_named = [&](std::string_view name) {
    return has([&](const auto& each) { return each.second == name; });
  };
  if (is_named("OTHER")) return;
  inside_.emplace_back(path, is_named("CWD") ? "OTHER" : "CWD");
  // The longer one first: a folder may lie in the other.
  std::stable_sort(inside_.begin(), inside_.end(), [](const auto& one, const auto& two) {
    return one.first.size() > two.first.size();
  });
}

std::string Words::session(std::string_view id) const {
  const auto found = names_.find({"sessionId", std::string(id)});
  return found == names_.end() ? "" : "$" + found->second;
}

std::string Words::text(std::string_view decoded) const {
  std::string out;
  std::string plain;
  const auto flush = [&] {
    std::string escaped;
    json::escape(plain, escaped);
    escape_dollars(escaped, out);
    plain.clear();
  };
  while (!decoded.empty()) {
    const auto found = std::find_if(inside_.begin(), inside_.end(), [&](const auto& each) {
      return decoded.starts_with(each.first) &&
             (decoded.size() == each.first.size() || !continues_name(decoded[each.first.size()]));
    });
    if (found != inside_.end()) {
      flush();
      out += "$" + found->second;
      decoded.remove_prefix(found->first.size());
      continue;
    }
    plain.push_back(decoded.front());
    decoded.remove_prefix(1);
  }
  flush();
  return out;
}

std::string Words::sent(json::View value, std::string_view key) const {
  std::string out;
  if (value.is_object()) {
    for (const auto& [name, member] : value.members()) {
      out += out.empty() ? "{" : ",";
      out += "\"" + text(name.string().value_or("")) + "\":";
      out += sent(member, name.string().value_or(""));
    }
    return out.empty() ? "{}" : out + "}";
  }
  if (value.is_array()) {
    for (const json::View each : value.elements())
      out.append(out.empty() ? "[" : ",").append(sent(each, key));
    return out.empty() ? "[]" : out + "]";
  }
  if (!value.is_string()) return std::string(value.raw());
  const std::string decoded = value.string().value_or("");
  if (const auto known = names_.find({std::string(key), decoded}); known != names_.end())
    return "\"$" + known->second + "\"";
  return "\"" + text(decoded) + "\"";
}

std::string Words::named(const std::string& member, const std::string& id,
                         const std::string& wish) {
  const auto found = names_.find({member, id});
  if (found != names_.end()) return "\"$" + found->second + "\"";
  const std::size_t number = ++uses_[wish];
  std::string name = wish + (number > 1 ? std::to_string(number) : "");
  names_[{member, id}] = name;
  if (member == "sessionId" && id.size() >= shortest_inside) inside_.emplace_back(id, name);
  return "$" + name;
}

std::string Words::expected(json::View value, std::string_view key) {
  if (value.is_object()) return expected_object(value);
  if (value.is_string()) return expected_text(value, key);
  if (!value.is_array()) return std::string(value.raw());
  std::string out;
  for (const json::View each : value.elements())
    out.append(out.empty() ? "[" : ",").append(expected(each, key));
  return out.empty() ? "[]" : out + "]";
}

std::string Words::expected_object(json::View value) {
  std::string out;
  for (const auto& [name, member] : value.members()) {
    const std::string key = name.string().value_or("");
    if (is_passing(key)) continue;
    out.append(out.empty() ? "{" : ",").append(name.raw()).append(":");
    // An option is called by what it means.
    const std::string kind = value.find("kind").string().value_or("");
    if (key == "optionId" && member.is_string() && !kind.empty()) {
      out += named(key, member.string().value_or(""), capitals(kind));
    } else {
      out += expected(member, key);
    }
  }
  return out.empty() ? "object" : out + "}";
}

std::string Words::expected_text(json::View value, std::string_view key) {
  const std::string decoded = value.string().value_or("");
  if (key == "version") return "string";
  if (const std::string_view wish = wish_for(key); !wish.empty() && !decoded.empty())
    return named(std::string(key), decoded, std::string(wish));
  if (decoded.size() <= longest_text) return "\"" + text(decoded) + "\"";
  std::size_t end = shown_of_long;
  while (end > 0 && (static_cast<unsigned char>(decoded[end]) & 0xC0U) == 0x80U) --end;
  return "~\"" + text(std::string_view(decoded).substr(0, end)) + "*\"";
}

}  // namespace tine::conformance
