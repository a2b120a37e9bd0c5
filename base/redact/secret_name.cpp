#include "base/redact/secret_name.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/redact/charset.h"

namespace tine::redact {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view secret_keys[] = {
    "api",     "secret",    "access", "private",     "auth",         "encryption", "encrypt",
    "signing", "signature", "master", "license",     "account",      "storage",    "shared",
    "session", "cipher",    "aes",    "hmac",        "jwt",          "admin",      "root",
    "client",  "consumer",  "app",    "application", "ssh",          "webhook",    "deploy",
    "bot",     "service",   "server", "crypto",      "security",     "pass",       "user",
    "team",    "write",     "read",   "ingest",      "subscription",
};

constexpr std::string_view harmless_keys[] = {
    "public",  "pub",       "primary", "foreign",     "sort",     "partition",   "cache",
    "hash",    "index",     "object",  "lookup",      "group",    "translation", "message",
    "routing", "shortcut",  "hot",     "idempotency", "registry", "host",        "map",
    "dict",    "row",       "locale",  "label",       "i18n",     "verify",      "verifying",
    "unique",  "composite", "search",  "order",
};

constexpr std::string_view harmless_tokens[] = {
    "next",    "page",   "continuation", "cancellation", "cancel", "progress", "done",
    "result",  "eos",    "bos",          "pad",          "unk",    "mask",     "sep",
    "special", "prev",   "previous",     "current",      "last",   "first",    "lookahead",
    "end",     "start",  "sync",         "paging",       "parse",  "lex",      "syntax",
    "design",  "public", "forward",      "backward",
};

bool is_one_of(std::string_view word, const auto& list) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

/// The last word of `name`, which is in lower case with dashes between its words.
std::string_view last_word(std::string_view name) {
  while (name.ends_with('-')) name.remove_suffix(1);
  const std::size_t dash = name.rfind('-');
  return dash == std::string_view::npos ? name : name.substr(dash + 1);
}

/// A name with its words in lower case, parted by dashes: apiKey, API_KEY and api.key are api-key.
class PlainName {
 public:
  explicit PlainName(std::string_view name) {
    if (name.size() > max_name) name.remove_prefix(name.size() - max_name);
    char before = 0;
    for (const char c : name) {
      if (!in(c, sets::alnum)) {
        put('-');
      } else {
        if (in(c, sets::upper) && in(before, sets::lower)) put('-');
        put(static_cast<char>(lower(static_cast<unsigned char>(c))));
      }
      before = c;
    }
    // PASSWORD_2 and TOKEN1 are as secret as what they are numbered after.
    while (size_ > 0 && (in(text_[size_ - 1], sets::digit) || text_[size_ - 1] == '-')) --size_;
  }

  std::string_view text() const { return {text_.data(), size_}; }

 private:
  void put(char c) { text_[size_++] = c; }

  std::array<char, 2 * max_name> text_{};
  std::size_t size_ = 0;
};

constexpr std::uint32_t four_letters(std::string_view letters) {
  std::uint32_t value = 0;
  for (const char c : letters) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

/// The last two letters of all names of secrets, by the first of them.
constexpr auto last_letters = [] {
  std::array<std::uint32_t, 32> table{};
  for (const std::string_view pair :
       {"ey", "wd", "ig", "en", "et", "rd", "ss", "al", "ls", "se", "ie", "th", "ue", "on"}) {
    table[pair[0] & 31] |= std::uint32_t{1} << (pair[1] & 31);
  }
  return table;
}();

SecretName key_name(std::string_view before) {
  const std::string_view word = last_word(before);
  if (is_one_of(word, harmless_keys)) return {};
  if (word == "account" || word == "sharedaccess") {
    return {NameStrength::strong, "azure-storage-key"};
  }
  for (const std::string_view secret : secret_keys) {
    if (word.ends_with(secret)) return {NameStrength::strong, "key"};
  }
  return {NameStrength::weak, "key"};
}

}  // namespace

bool may_end_name(std::string_view text, std::size_t end) {
  for (int number = 0; number < 4 && end > 0; ++number, --end) {
    if (!in(text[end - 1], sets::digit | sets::underscore)) break;
  }
  if (end < 3 || (last_letters[text[end - 2] & 31] >> (text[end - 1] & 31) & 1) == 0) return false;
  std::uint32_t last = 0;
  for (std::size_t i = end - std::min<std::size_t>(end, 4); i < end; ++i) {
    last = last << 8 | static_cast<unsigned char>(text[i]) | 0x20;
  }
  switch (last & 0xFFFFFF) {
    case four_letters("key"):
    case four_letters("pwd"):
    case four_letters("sig"):
      return true;
    default:
      break;
  }
  switch (last) {
    case four_letters("oken"):
    case four_letters("cret"):
    case four_letters("word"):
    case four_letters("sswd"):
    case four_letters("pass"):
    case four_letters("tial"):
    case four_letters("ials"):
    case four_letters("rase"):
    case four_letters("okie"):
    case four_letters("auth"):
    case four_letters("alue"):
      return true;
    case four_letters("base"):  // keyBase, key_base
      return end > 6 && ((text[end - 5] | 0x20) == 'y' || (text[end - 6] | 0x20) == 'y');
    case four_letters("tion"):
      return end > 6 && lower(static_cast<unsigned char>(text[end - 6])) == 'z';
    default:
      return false;
  }
}

SecretName secret_name(std::string_view name) {
  const PlainName plain(name);
  const std::string_view text = plain.text();
  const auto before = [text](std::string_view suffix) {
    return text.substr(0, text.size() - suffix.size());
  };
  if (text.starts_with("public-") || text.find("-public-") != std::string_view::npos) return {};
  if (text.ends_with("key"sv)) return key_name(before("key"));
  if (text.ends_with("token"sv)) {
    const std::string_view word = last_word(before("token"));
    if (!word.empty() && is_one_of(word, harmless_tokens)) return {};
    return {NameStrength::strong, "token"};
  }
  if (text.ends_with("secret"sv)) return {NameStrength::strong, "secret"};
  if (text.ends_with("password"sv) || text.ends_with("passwd"sv) ||
      text.ends_with("passphrase"sv) || text == "pwd" || text.ends_with("-pwd"sv) ||
      text.ends_with("-pass"sv)) {
    return {NameStrength::password, "password"};
  }
  if (text.ends_with("credentials"sv) || text.ends_with("credential"sv)) {
    return {NameStrength::strong, "credentials"};
  }
  if (text.ends_with("authorization"sv)) {
    return {NameStrength::strong, "authorization", Header::authorization};
  }
  if (text.ends_with("secret-key-base"sv)) return {NameStrength::strong, "key"};
  if (text == "auth" || text.ends_with("-auth"sv)) {
    return {NameStrength::strong, "authorization", Header::basic};
  }
  if (text == "cookie" || text.ends_with("-cookie"sv)) {
    return {NameStrength::strong, "cookie", Header::cookie};
  }
  return {};
}

}  // namespace tine::redact
