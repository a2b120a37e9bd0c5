#pragma once
// The keys of the configuration: for each its name, what it sets, who may set it, and a sentence
// for people. Everything else about the configuration goes by these two tables, docs/config.md
// included, so a new key is a new line here and a member in settings.h.
//
// Constants.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/toml/document.h"
#include "cli/config/settings.h"

namespace tine::cli {

template <class T>
using Member = std::variant<bool T::*, std::int64_t T::*, std::string T::*, Strings T::*,
                            Variables T::*, JsonObject T::*>;

/// What a member takes. In the order of Member.
using Value = std::variant<bool, std::int64_t, std::string, Strings, Variables, JsonObject>;

/// What a value must be like beyond its type.
struct Rule {
  std::span<const std::string_view> choices;  ///< empty: any string
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  bool path = false;    ///< a file's path, or `none`; a leading ~/ becomes the home directory
  bool secret = false;  ///< its value is never shown
};

/// A key outside the tables of backends.
struct SettingKey {
  std::string_view name;  ///< with a dot when it stands in a table
  Member<Settings> member;
  bool project = false;       ///< a project file may set it
  std::string_view variable;  ///< of the environment; empty for what is not one value
  std::string_view flag;      ///< of the command line; empty: none
  Rule rule;
  std::string_view doc;
};

/// A key of a table [backends.NAME], besides `kind`.
struct BackendKey {
  std::string_view name;
  Member<BackendConfig> member;
  unsigned kinds;  ///< the kinds that know it: 1 << kind
  Rule rule;
  std::string_view doc;

  bool known_to(BackendKind kind) const { return (kinds >> static_cast<unsigned>(kind) & 1U) != 0; }
};

std::span<const SettingKey> setting_keys();
std::span<const BackendKey> backend_keys();

/// "boolean", "`interval` or `full`", "list of strings": how the documentation calls a type.
std::string type_of(const SettingKey& key);
std::string type_of(const BackendKey& key);

/// What is wrong with a value, and where in its file it stands.
struct Misfit {
  std::string text;
  Position at;
};

/// The value that the node holds, for a member of that index.
tl::expected<Value, Misfit> read_value(const toml::Node& from, std::size_t type, const Rule& rule);

/// The same from an environment variable or a flag.
tl::expected<Value, Misfit> parse_value(std::string_view from, std::size_t type, const Rule& rule);

template <class T>
void assign(T& to, const Member<T>& member, Value value) {
  std::visit(
      [&](auto place) {
        using Type = std::remove_reference_t<decltype(to.*place)>;
        to.*place = std::get<Type>(std::move(value));
      },
      member);
}

template <class T>
Value value_of(const T& from, const Member<T>& member) {
  return std::visit([&](auto place) { return Value(from.*place); }, member);
}

}  // namespace tine::cli
