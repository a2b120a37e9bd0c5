#pragma once
// toml++, made safe for texts that nobody vouches for. Include this, and only in document.cpp.
//
// As it comes, toml++ 3.3 assumes where it should check: "[=]" and a letter such as U+00FC outside
// of strings are undefined behaviour. Here what it assumes is checked, and a failed check throws;
// so does a text with more values than limits.h allows, before it costs time or stack.

#undef NDEBUG  // with it toml++ assumes again
#define TOML_EXCEPTIONS 1
#define TOML_UNDEF_MACROS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0

#include <cmath>
#include <cstddef>
#include <string_view>

#include "base/toml/limits.h"
#include "base/toml/position.h"

namespace tine::toml {

/// A check of toml++ has failed, or the text holds more values than it may.
struct Stopped {
  bool by_limit = false;
  Position at;  ///< none: at the end of the text
};

/// The values of toml++ that exist on this thread.
inline constinit thread_local std::size_t values = 0;

/// Whether a check stands where toml++ is about to make a value, in a function that may throw.
constexpr bool precedes_a_value(std::string_view condition) {
  return condition == "!is_value_terminator(*cp)" || condition == "*cp == U'['" ||
         condition == "key_buffer.size() > segment_index";
}

/// The place of the character that is read next, where there is one.
Position place_of(const auto* next) {
  if constexpr (requires { next->position; }) {
    if (next != nullptr) return {next->position.line, next->position.column};
  }
  return {};
}

template <bool counted>
void check(bool holds, const auto* next) {
  // The table of the whole text does not count, so the last one that may be made is still missing.
  const bool too_many = counted && values > limits::max_nodes;
  if (!holds || too_many) throw Stopped{.by_limit = too_many, .at = place_of(next)};
}

}  // namespace tine::toml

namespace toml {

/// What a check sees in place of the parser's member of that name, where it stands outside of the
/// parser.
inline constexpr const char* cp = nullptr;

/// Hides the one of <cmath>, whose result toml++ converts to an unsigned integer: infinities,
/// negative numbers and what is no number do not fit into one.
inline double log10(double value) {
  return std::isfinite(value) && value >= 1 ? std::log10(value) : 0;
}

}  // namespace toml

#define TOML_ASSERT(condition) \
  ::tine::toml::check<::tine::toml::precedes_a_value(#condition)>(static_cast<bool>(condition), cp)
#define TOML_MAX_NESTED_VALUES (::tine::toml::limits::max_depth + 1)
#define TOML_LIFETIME_HOOKS 1
#define TOML_TABLE_CREATED ++::tine::toml::values
#define TOML_TABLE_DESTROYED --::tine::toml::values
#define TOML_ARRAY_CREATED ++::tine::toml::values
#define TOML_ARRAY_DESTROYED --::tine::toml::values
#define TOML_VALUE_CREATED ++::tine::toml::values
#define TOML_VALUE_DESTROYED --::tine::toml::values

#include <toml++/impl/forward_declarations.h>
#include <toml++/impl/preprocessor.h>

#pragma push_macro("TOML_UNREACHABLE")
#undef TOML_UNREACHABLE
#define TOML_UNREACHABLE return false
#include <toml++/impl/unicode.h>
#pragma pop_macro("TOML_UNREACHABLE")

#include <toml++/toml.h>
