#pragma once
// Whether a value looks like a secret, or like a word, a name, a path, a placeholder. Names such as
// `token` and `key` stand before values of both sorts; this is what tells them apart.

#include <cstdint>
#include <string_view>

namespace tine::redact {

/// How much a name says about its value.
enum class NameStrength : std::uint8_t {
  none,
  weak,      // key: most keys are no secrets
  strong,    // token, secret, api_key, credentials
  password,  // chosen by a person: short, with little chance in it
};

/// Where a value stands.
enum class Writing : std::uint8_t {
  code,     // it may be an expression
  line,     // it is the rest of its line: a setting, or code in a language without semicolons
  literal,  // in quotes, or in a file of settings
};

/// A sample from a manual, not a key: xxxxxxxx, …EXAMPLE, one character over and over.
bool is_made_up(std::string_view body);

bool is_plausible_secret(std::string_view value, NameStrength strength, Writing writing);

/// The same for the password in a URL, where nothing else can stand: only samples are turned away.
bool is_plausible_url_password(std::string_view password, std::string_view user);

/// An example of a standard that manuals repeat.
bool is_published_example(std::string_view value);

/// Whether the value of a secret-named variable is worth remembering: at least min_secret_value
/// characters, and no path, number, word or placeholder.
bool is_worth_knowing(std::string_view value);

}  // namespace tine::redact
