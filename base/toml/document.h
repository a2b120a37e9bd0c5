#pragma once
// A TOML file as a plain tree with the place of everything in it.
//
// Values; no threads.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/toml/position.h"

namespace tine::toml {

struct Node {
  enum class Type : std::uint8_t { boolean, integer, number, string, date, array, table };

  /// By what a table or array came to be, which decides what may still be added to it and how it is
  /// written.
  enum class Made : std::uint8_t {
    value,       ///< it was written as a value
    header,      ///< [it], or [[it]]
    on_the_way,  ///< [it.other]
    dots,        ///< it.other = …
  };

  Type type = Type::table;
  Made made = Made::value;
  std::string key;  ///< empty in an array
  Position key_at;
  Position at;  ///< of the value
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;            ///< of a string; a date as it stood
  std::vector<Node> children;  ///< of an array or table, in the order of the file

  const Node* find(std::string_view name) const;
  Node* find(std::string_view name);
};

/// "a boolean", "an integer", …
std::string_view describe(Node::Type type);

/// The outermost table. The message of a failure, which is of the kind `fault`, begins with file,
/// line and column.
Result<Node> parse(std::string_view text, const std::string& file, ErrorKind fault);

}  // namespace tine::toml
