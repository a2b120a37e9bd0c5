#pragma once
// Names of what is secret: API_KEY, apiKey, x-api-key, db.password and their like.
//
// Plain functions.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/redact/plausible.h"

namespace tine::redact {

/// The longest name; of a longer one the end counts.
inline constexpr std::size_t max_name = 64;

/// Names whose values have a grammar of their own.
enum class Header : std::uint8_t { none, authorization, cookie, basic };

/// What a name ends in, and so what its value is called in a marker.
struct SecretName {
  NameStrength strength = NameStrength::none;
  std::string_view kind{};
  Header header = Header::none;
};

/// Of API_KEY, apiKey, x-api-key, db.password and their like; strength none of others.
SecretName secret_name(std::string_view name);

/// Whether `text` up to `end` can be the end of a secret's name. A look at two letters, then at
/// four, turns away nearly all others.
bool may_end_name(std::string_view text, std::size_t end);

}  // namespace tine::redact
