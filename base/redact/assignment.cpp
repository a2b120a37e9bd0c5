#include "base/redact/assignment.h"

#include <algorithm>
#include <array>

#include "base/redact/charset.h"
#include "base/redact/credentials.h"
#include "base/redact/limits.h"

namespace tine::redact {
namespace {

/// Blanks that may stand between name, operator and value.
constexpr std::size_t max_blanks = 32;
/// How much may stand between the parts of a pair.
constexpr std::size_t max_between = 48;
/// The longest default of a prompt, with its brackets.
constexpr std::size_t max_default = 40;
/// A value that a weak name stands before is no secret when it is longer.
constexpr std::size_t max_weak_value = 512;

std::size_t blanks_before(const Reach& reach, std::size_t i) {
  std::size_t count = 0;
  while (count < max_blanks && in(reach.before(i - count), sets::blank)) ++count;
  return count;
}

std::size_t skip_blanks(Reach& reach, std::size_t i) {
  return reach.run_end(i, sets::blank, max_blanks);
}

/// Where the name that ends before `end` begins.
std::size_t name_begin(const Reach& reach, std::size_t end) {
  std::size_t begin = end;
  while (end - begin < max_name && in(reach.before(begin), sets::word | sets::dot)) --begin;
  return begin;
}

/// name: type = "value", as several languages write it: the name before the colon, when one
/// stands before what may be a type.
SecretName typed_name(const Reach& reach, std::size_t type_end) {
  constexpr std::size_t max_type = 40;
  std::size_t i = type_end;
  const auto in_type = [](int c) {
    return in(c, sets::name | sets::dot | sets::blank) || c == '<' || c == '>' || c == '[' ||
           c == ']' || c == '|' || c == '&' || c == '?' || c == '\'' || c == '*';
  };
  while (type_end - i < max_type && in_type(reach.before(i))) --i;
  if (reach.before(i) != ':') return {};
  --i;
  if (reach.before(i) == '?') --i;
  i -= blanks_before(reach, i);
  const std::size_t begin = name_begin(reach, i);
  return secret_name(reach.slice(begin, i));
}

/// {"name": "X_TOKEN", "value": "…"}, as lists of variables have it: the name before the value,
/// whose own name begins at `begin`.
SecretName paired_name(const Reach& reach, std::size_t begin) {
  std::size_t i = begin;
  const auto skip = [&reach, &i](Set set, std::string_view others) {
    for (std::size_t n = 0; n < max_between && i > 0; ++n, --i) {
      const int c = reach.before(i);
      if (c < 0 || (!in(c, set) && others.find(static_cast<char>(c)) == std::string_view::npos))
        return;
    }
  };
  skip(sets::space | sets::quote, ",+-");
  const std::size_t end = i;
  i = name_begin(reach, end);
  const SecretName name = secret_name(reach.slice(i, end));
  if (name.strength == NameStrength::none || name.header != Header::none) return {};
  skip(sets::blank | sets::quote, ":=");
  const std::size_t label_end = i;
  i = name_begin(reach, label_end);
  const std::string_view label = reach.slice(i, label_end);
  const bool paired = label == "name" || label == "Name" || label == "key" || label == "Key";
  return paired ? name : SecretName();
}

/// Whether another setting begins at `i`: a name, then = or :.
bool is_next_setting(Reach& reach, std::size_t i) {
  const std::size_t end = reach.run_end(i, sets::name | sets::dot | sets::dash | sets::blank, 40);
  if (end == i) return false;
  const int op = reach.at(end);
  return op == '=' || op == ':';
}

/// Whether a line begins with the name at `begin`: indented, in a diff, exported, as curl shows
/// headers.
bool begins_line(const Reach& reach, std::size_t begin) {
  std::size_t i = begin - blanks_before(reach, begin);
  constexpr std::string_view word = "export";
  std::size_t letters = 0;
  while (letters < word.size() && reach.before(i - letters) == word[word.size() - 1 - letters]) {
    ++letters;
  }
  if (letters == word.size()) i -= letters;
  const int c = reach.before(i);
  if (c == '>' || c == '<' || c == '+' || c == '-') --i;
  return reach.before(i) < 0 || in(reach.before(i), sets::newline);
}

/// Whether the separator at `i` ends an unquoted value, or is a character of it.
bool ends_value(Reach& reach, std::size_t i, Setting setting) {
  const int next = reach.at(i + 1);
  if (setting == Setting::line && reach.at(i) == '&') return false;
  if (next < 0 || in(next, sets::space | sets::quote)) return true;
  if (setting == Setting::line) return false;
  if (setting == Setting::list && reach.at(i) != ';') return false;
  if (std::string_view(",;&)]}>\\").find(static_cast<char>(next)) != std::string_view::npos) {
    return true;
  }
  switch (reach.at(i)) {
    case ',':
    case ';':
    case '&':
      return is_next_setting(reach, i + 1);
    default:
      return !in(next, sets::alnum);
  }
}

/// Whether the name at `begin` is a part of a resource's: arn:aws:secretsmanager:eu:1:secret:x.
bool is_in_resource_name(const Reach& reach, std::size_t begin) {
  constexpr std::size_t longest = 80;
  std::size_t i = begin;
  while (begin - i < longest && (in(reach.before(i), sets::word) || reach.before(i) == ':')) --i;
  const std::string_view resource = reach.slice(i, begin);
  return resource.starts_with("arn:") || resource.starts_with("urn:");
}

struct Value {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool quoted = false;
  bool open = false;  // it goes on after what was to be read
};

Value quoted_value(Reach& reach, std::size_t begin, int quote, std::size_t longest) {
  std::size_t i = begin;
  for (; i - begin <= longest; ++i) {
    const int c = reach.at(i);
    // Words in quotes are a message or a title.
    if (c == quote || c < 0 || in(c, sets::newline))
      return {.begin = begin, .end = i, .quoted = true};
    if (in(c, sets::blank)) return {};
    if (c == '\\') ++i;
  }
  return {.begin = begin, .end = i, .quoted = true, .open = true};
}

/// What cannot end an unquoted value.
constexpr auto goes_on = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x21; c < table.size(); ++c) table[c] = c != 0x7F;
  for (const char c : std::string_view("\"'`\\<>,;&)]}="))
    table[static_cast<unsigned char>(c)] = false;
  return table;
}();

Value plain_value(Reach& reach, std::size_t begin, std::size_t longest, Setting setting) {
  std::size_t i = begin;
  for (; i - begin <= longest; ++i) {
    const int c = reach.at(i);
    if (c >= 0 && goes_on[static_cast<std::size_t>(c)]) continue;
    switch (c) {
      case ',':
      case ';':
      case '&':
      case ')':
      case ']':
      case '}':
        if (ends_value(reach, i, setting)) return {.begin = begin, .end = i};
        break;
      case '=':
        // One assignment in another: what stands before is a name, not a value.
        if (secret_name(reach.slice(i - std::min(i - begin, max_name), i)).strength !=
            NameStrength::none) {
          return {};
        }
        break;
      default:
        return {.begin = begin, .end = i};
    }
  }
  return {.begin = begin, .end = i, .open = true};
}

Value read_value(Reach& reach, std::size_t begin, std::size_t longest, Setting setting) {
  std::size_t i = begin;
  // The letters and signs that some languages put before a quote.
  for (std::size_t prefix = 0; prefix < 2; ++prefix) {
    const int c = reach.at(i + prefix);
    if (in(c, sets::quote)) {
      i += prefix;
      break;
    }
    if (c < 0 ||
        std::string_view("bBrRuUfFL@$").find(static_cast<char>(c)) == std::string_view::npos) {
      break;
    }
  }
  const int first = reach.at(i);
  if (in(first, sets::quote)) return quoted_value(reach, i + 1, first, longest);
  return plain_value(reach, i, longest, setting);
}

/// A prompt's default, as in `AWS Secret Access Key [None]: `: where it begins, with the blank
/// before it; `i` where there is none.
std::size_t before_default(std::string_view text, std::size_t i, int sign) {
  if (sign != ':' || i == 0 || text[i - 1] != ']') return i;
  const std::size_t low = i - std::min(i, max_default);
  const std::size_t bracket = text.substr(low, i - low).rfind('[');
  if (bracket == std::string_view::npos || low + bracket == 0) return i;
  const std::size_t blank = low + bracket - 1;
  return text[blank] == ' ' ? blank : i;
}

/// Whether the name that ends at `end` is not `value`, or may be so in a pair: behind the name of a
/// secret.
bool may_be_paired(std::string_view text, std::size_t end) {
  constexpr std::string_view word = "alue";
  if (!text.substr(0, end).ends_with(word)) return true;
  std::size_t i = end - word.size() - 1;
  const std::size_t lowest = i - std::min(i, max_between);
  while (i > lowest && (in(text[i - 1], sets::space | sets::quote) || text[i - 1] == ',' ||
                        text[i - 1] == '+' || text[i - 1] == '-')) {
    --i;
  }
  return may_end_name(text, i);
}

}  // namespace

bool may_be_assignment(std::string_view text, std::size_t op) {
  std::size_t i = op;
  const std::size_t lowest = op - std::min(op, max_blanks + 2);
  while (i > lowest) {
    const char c = text[i - 1];
    if (c != ' ' && c != '\t' && c != ':' && c != '?' && c != '+' && c != '|') break;
    --i;
  }
  if (text[op] == '=' && i < op) {  // perhaps a type stands between name and value
    std::size_t value = op + 1;
    while (value < text.size() && in(text[value], sets::blank)) ++value;
    if (value == text.size() || in(text[value], sets::quote)) return true;
  }
  if (i > 0 && !in(text[i - 1], sets::alnum)) {
    i = before_default(text, i, text[op]);
    if (i > 0 && text[i - 1] == ']') --i;
    if (i > 0 && text[i - 1] == '[') --i;
    if (i > 0 && in(text[i - 1], sets::quote)) --i;
    if (i > 0 && text[i - 1] == '\\') --i;
  }
  return may_end_name(text, i) && may_be_paired(text, i);
}

Assignment find_assignment(Reach& reach, std::size_t op) {
  const int sign = reach.at(op);
  std::size_t i = op;
  if (sign == '=') {
    const int before = reach.before(i);
    if (before == '=' || before == '!' || before == '<' || before == '>' || before == '~')
      return {};
    const auto joins = [](int c) { return c == ':' || c == '?' || c == '+' || c == '|'; };
    while (i > 0 && op - i < 2 && joins(reach.before(i))) --i;
  }
  i -= blanks_before(reach, i);
  if (reach.before(i) == ']') {
    const std::size_t low = i - std::min(i, max_default);
    const std::size_t asked = low + before_default(reach.slice(low, i), i - low, sign);
    i = asked < i ? asked - blanks_before(reach, asked) : i - 1;
  }
  if (reach.before(i) == '[') {  // char password[] =
    --i;
    i -= blanks_before(reach, i);
  } else if (in(reach.before(i), sets::quote)) {
    --i;
    if (reach.before(i) == '\\') --i;
  }

  Assignment found;
  const std::size_t begin = name_begin(reach, i);
  const bool may_be_typed = sign == '=' && i < op && !in(reach.before(op), sets::quote);
  if (i > begin && may_end_name(reach.slice(begin, i), i - begin)) {
    const std::string_view name = reach.slice(begin, i);
    found.name = name == "value" || name == "Value" ? paired_name(reach, begin) : secret_name(name);
    const int before = reach.before(begin);
    if (name == "sig" && (before == '?' || before == '&'))
      found.name = {NameStrength::strong, "signature"};
    if (before == ':' && name == "secret" && is_in_resource_name(reach, begin)) return {};
  }
  if (found.name.strength == NameStrength::none && !may_be_typed) return {};

  const bool bare = sign == '=' && i == op && i > begin && in(reach.at(begin), sets::upper);
  if (reach.before(begin) == ';') {
    found.setting = Setting::list;
  } else if (reach.slice(begin, i).starts_with("--") ||
             ((bare || (sign == ':' && reach.at(op + 1) == ' ')) && begins_line(reach, begin))) {
    found.setting = Setting::line;
  }

  std::size_t value = op + 1;
  const int next = reach.at(value);
  const bool compares = next == '=' || next == ':' || next == '~';
  // A value may begin with a sign, and among settings with two.
  const bool has_settings = bare || found.setting == Setting::line;
  const std::size_t signs = has_settings && reach.at(value + 1) == '=' ? 2 : 1;
  if (compares && (sign != '=' || i < op || found.setting == Setting::none ||
                   in(reach.at(value + signs), sets::space | sets::equals))) {
    return {};
  }
  if (sign == '=' && next == '>') ++value;
  found.value = skip_blanks(reach, value);
  if (found.name.strength == NameStrength::none) {
    if (!in(reach.at(found.value), sets::quote)) return {};
    found.name = typed_name(reach, i);
    return found;
  }
  found.literal = (bare || found.setting != Setting::none) && sign == '=' && found.value == op + 1;
  return found;
}

Match match_assignment(Reach& reach, const Assignment& assignment) {
  if (assignment.name.header == Header::authorization) {
    return match_authorization(reach, assignment.value);
  }
  if (assignment.name.header == Header::cookie) return match_cookies(reach, assignment.value);
  if (assignment.name.header == Header::basic) return match_basic(reach, assignment.value);
  const NameStrength strength = assignment.name.strength;
  const std::size_t longest =
      strength == NameStrength::weak ? max_weak_value : limits::max_secret_tail;
  // A long value is judged by its beginning, and read to its end only when it is a secret.
  Value value = read_value(reach, assignment.value, limits::max_judged, assignment.setting);
  if (value.open) {
    const std::string_view beginning = reach.slice(value.begin, value.end);
    const bool literal = value.quoted || assignment.literal;
    if (!is_plausible_secret(beginning, strength, literal ? Writing::literal : Writing::line))
      return {};
    value = read_value(reach, assignment.value, longest, assignment.setting);
    if (value.open) return {};
  }
  if (value.end <= value.begin) return {};
  const int after = reach.at(value.end);
  const bool ends_line =
      assignment.setting != Setting::none || after < 0 || in(after, sets::newline);
  const Writing writing = value.quoted || assignment.literal ? Writing::literal
                          : ends_line                        ? Writing::line
                                                             : Writing::code;
  const std::string_view text =
      reach.slice(value.begin, std::min(value.end, value.begin + limits::max_judged));
  if (!is_plausible_secret(text, strength, writing)) return {};
  return {value.begin, value.end, assignment.name.kind};
}

bool may_be_option(std::string_view text, std::size_t dashes) {
  const std::size_t begin = dashes + 2;
  if (begin < text.size() && !in(text[begin], sets::alnum)) return false;
  std::size_t end = begin;
  while (end < text.size() && end - begin < max_name && in(text[end], sets::word)) ++end;
  return end >= text.size() || may_end_name(text, end);
}

Assignment find_option(Reach& reach, std::size_t dashes) {
  const int before = reach.before(dashes);
  if (before >= 0 && !in(before, sets::space | sets::quote) && before != '[' && before != '(' &&
      before != ',') {
    return {};
  }
  const std::size_t begin = dashes + 2;
  const std::size_t end = reach.run_end(begin, sets::word, max_name);
  if (end == begin || !may_end_name(reach.slice(begin, end), end - begin)) return {};
  Assignment found;
  found.name = secret_name(reach.slice(begin, end));
  if (found.name.strength == NameStrength::none) return {};
  std::size_t i = end;
  // In a list of arguments: "--token", "value".
  if (in(reach.at(i), sets::quote)) {
    ++i;
    if (reach.at(i) == ',') ++i;
  }
  found.value = skip_blanks(reach, i);
  if (found.value == end) return {};
  found.literal = true;
  found.setting = Setting::line;
  return found;
}

}  // namespace tine::redact
