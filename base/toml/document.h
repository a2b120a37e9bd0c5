#pragma once
// TOML texts: read into a plain tree with the place of everything in it, and written from one.
// toml++ does both; nothing else in the program reads TOML.
//
// Values and functions without state; any thread.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/toml/position.h"

namespace tine::toml {

struct Node {
  enum class Type : std::uint8_t { boolean, integer, number, string, date, array, table };

  Type type = Type::table;
  std::string key;         ///< empty in an array
  Position key_at;         ///< where the key stands first
  Position at;             ///< of the value
  bool is_inline = false;  ///< a table in braces
  bool boolean = false;
  std::int64_t integer = 0;
  double number = 0;
  std::string text;            ///< of a string or date
  std::vector<Node> children;  ///< of an array or table, in the order of the file

  const Node* find(std::string_view name) const;
  Node* find(std::string_view name);
};

/// "a boolean", "an integer", …
std::string_view describe(Node::Type type);

/// Returns the outermost table. The message of a failure, which is of the kind `fault`, begins with
/// file, line and column.
Result<Node> parse(std::string_view text, const std::string& file, ErrorKind fault);

/// Writes a table as a text that reads back as the same: values before tables, keys in alphabetical
/// order. Comments, the spelling of numbers and dotted keys are not kept. Bytes of strings that are
/// not UTF-8 become U+FFFD, and so does U+FFFF, which is no character.
std::string write(const Node& root);

}  // namespace tine::toml
