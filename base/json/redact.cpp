#include "base/json/redact.h"

#include <optional>

#include "base/json/bytes.h"
#include "base/json/view.h"
#include "base/json/writer.h"

namespace tine::json {
namespace {

/// `p` is behind an opening quote; gives the place of the closing one.
const char* string_end(const char* p, const char* end) {
  while (p != end) {
    p = find_quote_or_backslash(p, end);
    if (p == end || *p == '"') return p;
    p = end - p > 2 ? p + 2 : end;
  }
  return end;
}

const char* skip_blank(const char* p, const char* end) {
  while (p != end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) ++p;
  return p;
}

/// A value that only its name gives away: `"password":"…"`.
std::optional<std::string> redact_member(const std::string& name, const std::string& value,
                                         Redactor& redactor) {
  if (!is_secret_name(name)) return std::nullopt;
  const std::string before = name + "=\"";
  auto changed = redactor.redact(before + value + "\"");
  if (!changed || !changed->starts_with(before) || !changed->ends_with('"')) return std::nullopt;
  return changed->substr(before.size(), changed->size() - before.size() - 1);
}

}  // namespace

std::string redacted(std::string_view text, Redactor& redactor) {
  std::string out;
  std::string name;  // of the member whose value comes next
  std::string decoded;
  const char* const end = text.data() + text.size();
  const char* copied = text.data();  // all before it is in `out`
  const char* p = copied;
  // Strings are the only places for text in JSON, and quotes the only way into one.
  while (p != end) {
    if (*p != '"') {
      if (*p == ',' || *p == '[' || *p == '{') name.clear();
      ++p;
      continue;
    }
    const char* const begin = p + 1;
    const char* const close = string_end(begin, end);
    decoded.clear();
    unescape({begin, static_cast<std::size_t>(close - begin)}, decoded);
    auto changed = redactor.redact(decoded);
    if (!changed && !name.empty()) changed = redact_member(name, decoded, redactor);
    if (changed) {
      out.append(copied, begin);
      escape(*changed, out);
      copied = close;
    }
    p = close == end ? end : close + 1;
    const char* const next = skip_blank(p, end);
    name = next != end && *next == ':' ? decoded : std::string();
  }
  return out.append(copied, end);
}

}  // namespace tine::json
