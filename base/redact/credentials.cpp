#include "base/redact/credentials.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/redact/base64.h"
#include "base/redact/charset.h"
#include "base/redact/limits.h"
#include "base/redact/plausible.h"

namespace tine::redact {
namespace {

constexpr std::size_t max_scheme = 24;
constexpr std::size_t max_authority = 1024;
constexpr std::size_t max_user = 64;

bool equal_without_case(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(static_cast<unsigned char>(text[i])) != lower_case[i]) return false;
  }
  return true;
}

bool ends_header(int c) { return c < 0 || in(c, sets::newline | sets::quote); }

bool ends_credential(int c) {
  return ends_header(c) || in(c, sets::blank) || c == ',' || c == ';' || c == '<' || c == '>' ||
         c == '\\' || c == ')' || c == '}' || c == ']';
}

std::size_t credential_end(Reach& reach, std::size_t i, std::size_t longest) {
  const std::size_t stop = i + longest;
  while (i < stop && !ends_credential(reach.at(i))) ++i;
  return i;
}

/// user:password in base64, which is less random than other credentials.
bool is_basic(std::string_view credential) {
  while (credential.ends_with('=')) credential.remove_suffix(1);
  if (credential.size() < limits::min_secret_value) return false;
  for (const char c : credential) {
    if (!in(c, sets::any_base64)) return false;
  }
  std::string decoded;
  decode_base64(credential, decoded);
  const std::size_t colon = decoded.find(':');
  if (colon == std::string::npos || colon == 0) return false;
  for (const char c : decoded) {
    if (static_cast<unsigned char>(c) < 0x20) return false;
  }
  return is_plausible_url_password(std::string_view(decoded).substr(colon + 1),
                                   std::string_view(decoded).substr(0, colon));
}

Match credential_at(Reach& reach, std::size_t begin, bool basic) {
  const std::size_t judged = credential_end(reach, begin, limits::max_judged);
  const std::string_view text = reach.slice(begin, judged);
  // A call, or what a template puts in.
  if (is_published_example(text) || text.find_first_of("([{") != std::string_view::npos) return {};
  const bool secret = (basic && is_basic(text)) ||
                      is_plausible_secret(text, NameStrength::strong, Writing::literal);
  if (!secret) return {};
  return {begin, credential_end(reach, judged, limits::max_secret_tail), "authorization"};
}

/// Whether cookies of the same line are being read already: a second header within them would be
/// one of them.
bool in_cookies(const Reach& reach, std::size_t value) {
  constexpr std::string_view word = "cookie";
  const std::size_t lowest = value - std::min(value, limits::max_look_back);
  std::size_t i = value;
  while (i > lowest &&
         (in(reach.before(i), sets::blank) || reach.before(i) == ':' || reach.before(i) == '=')) {
    --i;
  }
  i -= std::min(i, word.size());  // the header's own name
  for (; i > lowest + word.size() && !ends_header(reach.before(i)); --i) {
    if (reach.before(i) != ':' && reach.before(i) != '=') continue;
    if (equal_without_case(reach.slice(i - 1 - word.size(), i - 1), word)) return true;
  }
  return false;
}

}  // namespace

Match match_authorization(Reach& reach, std::size_t value) {
  std::size_t i = value;
  if (in(reach.at(i), sets::quote)) ++i;
  const std::size_t scheme_end = reach.run_end(i, sets::word, max_scheme);
  const std::size_t credential = reach.run_end(scheme_end, sets::blank, max_scheme);
  if (credential == scheme_end) return credential_at(reach, i, false);
  return credential_at(reach, credential, equal_without_case(reach.slice(i, scheme_end), "basic"));
}

Match match_cookies(Reach& reach, std::size_t value) {
  if (in_cookies(reach, value)) return {};
  std::size_t i = value;
  if (in(reach.at(i), sets::quote)) ++i;
  Match found;
  while (!ends_header(reach.at(i))) {
    const std::size_t name = i;
    while (!ends_header(reach.at(i)) && reach.at(i) != '=' && reach.at(i) != ';') {
      if (++i - name > limits::max_look_back) return found;
    }
    if (reach.at(i) == '=') {
      const std::size_t begin = i + 1;
      i = begin;
      while (!ends_header(reach.at(i)) && reach.at(i) != ';') ++i;
      std::size_t end = i;
      while (end > begin && in(reach.before(end), sets::blank)) --end;
      if (is_plausible_secret(reach.slice(begin, end), NameStrength::strong, Writing::literal)) {
        if (!found) found = {begin, end, "cookie"};
        found.end = end;
      }
    }
    if (reach.at(i) == ';') ++i;
  }
  return found;
}

Match match_basic(Reach& reach, std::size_t value) {
  const std::size_t begin = value + (in(reach.at(value), sets::quote) ? 1 : 0);
  const std::size_t end = reach.run_end(begin, sets::base64 | sets::equals, limits::max_judged);
  const std::string_view text = reach.slice(begin, end);
  std::string decoded;
  decode_base64(text, decoded);
  // Words are a sample.
  if (!is_basic(text) || decoded.find(' ') != std::string::npos) return {};
  return {begin, end, "authorization"};
}

bool may_be_user(std::string_view text, std::size_t colon) {
  // 12:30:00
  if (colon + 3 < text.size() && text[colon + 3] == ':' && in(text[colon + 1], sets::digit) &&
      in(text[colon + 2], sets::digit)) {
    return false;
  }
  std::size_t i = colon;
  const std::size_t lowest = colon - std::min(colon, max_user);
  while (i > lowest && in(text[i - 1], sets::word | sets::dot)) --i;
  if (text.substr(i, colon - i).ends_with("thin")) return true;
  if (i > 0 && in(text[i - 1], sets::quote)) --i;
  if (i < 2 || (text[i - 1] != ' ' && text[i - 1] != '=')) return false;
  return text[i - 2] == 'u' || text[i - 2] == 'r';
}

Match match_user(Reach& reach, std::size_t colon) {
  constexpr std::size_t max_password = 128;
  const auto ends = [](int c) { return c <= ' ' || in(c, sets::quote) || c == '@'; };
  if (colon >= 4 && reach.before(colon) == 'n' && reach.slice(colon - 4, colon) == "thin") {
    const std::size_t user = colon + 1;
    const std::size_t slash = reach.run_end(user, sets::word | sets::dot, max_user);
    if (reach.at(slash) != '/' || slash == user) return {};
    std::size_t end = slash + 1;
    while (end - slash < max_password && !ends(reach.at(end))) ++end;
    if (reach.at(end) != '@') return {};
    const bool secret =
        is_plausible_url_password(reach.slice(slash + 1, end), reach.slice(user, slash));
    return secret ? Match{slash + 1, end, "url-password"} : Match{};
  }
  std::size_t i = colon;
  while (colon - i < max_user && in(reach.before(i), sets::word | sets::dot)) --i;
  if (i == colon) return {};
  if (in(reach.before(i), sets::quote)) --i;
  if (reach.before(i) != ' ' && reach.before(i) != '=') return {};
  --i;
  const bool is_short =
      reach.before(i) == 'u' && reach.before(i - 1) == '-' && in(reach.before(i - 2), sets::space);
  constexpr std::string_view option = "--user";
  const bool is_long =
      reach.before(i) == 'r' && i >= option.size() && reach.slice(i - option.size(), i) == option;
  if (!is_short && !is_long) return {};
  std::size_t end = colon + 1;
  while (end - colon < max_password && !ends_header(reach.at(end)) && reach.at(end) > ' ') ++end;
  const bool secret =
      is_plausible_secret(reach.slice(colon + 1, end), NameStrength::password, Writing::literal);
  return secret ? Match{colon + 1, end, "password"} : Match{};
}

bool may_be_bearer(std::string_view text, std::size_t token) {
  if (token < 2 || !in(text[token - 1], sets::blank)) return false;
  return (text[token - 2] | 0x20) == 'r' || in(text[token - 2], sets::blank);
}

Match match_bearer(Reach& reach, std::size_t token) {
  constexpr std::string_view word = "bearer";
  std::size_t i = token;
  while (token - i < max_scheme && in(reach.before(i), sets::blank)) --i;
  if (i == token) return {};
  for (std::size_t letter = word.size(); letter-- > 0; --i) {
    if (lower(reach.before(i)) != word[letter]) return {};
  }
  if (in(reach.before(i), sets::alnum)) return {};
  return credential_at(reach, token, false);
}

Match match_url(Reach& reach, std::size_t authority) {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::size_t colon = none;
  std::size_t host = none;
  std::size_t i = authority;
  for (;; ++i) {
    const int c = reach.at(i);
    if (c <= ' ' || in(c, sets::quote) || c == '/' || c == '?' || c == '#' || c == '<' ||
        c == '>' || c == '\\') {
      break;
    }
    if (i - authority > max_authority) return {};
    if (c == ':' && colon == none) colon = i;
    if (c == '@') host = i + 1;
  }
  if (host == none || host == i) return {};
  const std::size_t end = host - 1;
  if (colon == none || colon >= end) {
    const bool token =
        end - authority >= 20 &&
        is_plausible_secret(reach.slice(authority, end), NameStrength::strong, Writing::literal);
    return token ? Match{authority, end, "url-token"} : Match{};
  }
  const bool secret =
      is_plausible_url_password(reach.slice(colon + 1, end), reach.slice(authority, colon));
  return secret ? Match{colon + 1, end, "url-password"} : Match{};
}

}  // namespace tine::redact
