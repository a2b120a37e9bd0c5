#include "cli/config/toml_document.h"

#include <algorithm>

#include "cli/config/limits.h"

// As values come only from this file's border, the parser need not throw; and what nests deeper
// than any setting is refused before recursion into it could be dangerous.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES 16
#include <toml++/toml.h>

namespace tine::cli {
namespace {

Position position_of(const toml::source_position& from) {
  return {static_cast<unsigned>(from.line), static_cast<unsigned>(from.column)};
}

bool earlier(const TomlNode& a, const TomlNode& b) {
  // A table that a deeper one brought with it has no key of its own; its value has a place.
  const Position& at_a = a.key_at.line != 0 ? a.key_at : a.at;
  const Position& at_b = b.key_at.line != 0 ? b.key_at : b.at;
  return at_a < at_b;
}

TomlNode node_of(const toml::node& from);

void add_children(const toml::table& from, TomlNode& to) {
  for (auto&& [key, value] : from) {
    TomlNode child = node_of(value);
    child.key = key.str();
    child.key_at = position_of(key.source().begin);
    if (child.at.line == 0) child.at = child.key_at;
    to.children.push_back(std::move(child));
  }
  std::stable_sort(to.children.begin(), to.children.end(), earlier);
}

TomlNode node_of(const toml::node& from) {
  TomlNode node;
  node.at = position_of(from.source().begin);
  switch (from.type()) {
    case toml::node_type::boolean:
      node.type = TomlNode::Type::boolean;
      node.boolean = from.as_boolean()->get();
      break;
    case toml::node_type::integer:
      node.type = TomlNode::Type::integer;
      node.integer = from.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      node.type = TomlNode::Type::number;
      node.number = from.as_floating_point()->get();
      break;
    case toml::node_type::string:
      node.type = TomlNode::Type::string;
      node.text = from.as_string()->get();
      break;
    case toml::node_type::array:
      node.type = TomlNode::Type::array;
      for (const toml::node& element : *from.as_array()) {
        node.children.push_back(node_of(element));
      }
      break;
    case toml::node_type::table:
      node.type = TomlNode::Type::table;
      add_children(*from.as_table(), node);
      break;
    default:
      node.type = TomlNode::Type::date;
      break;
  }
  return node;
}

Failure fault(const std::string& file, Position at, std::string_view what) {
  std::string message = file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  return fail(ErrorKind::config_invalid, message.append(": ").append(what));
}

/// The parser's sentence may repeat pieces of the file: they come out without control characters.
std::string clean(std::string_view description) {
  constexpr std::size_t longest = 200;
  std::string out;
  for (const char c : description.substr(0, longest)) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20 || byte >= 0x7F ? '?' : c);
  }
  return out;
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view name) const {
  for (const TomlNode& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

std::string_view describe(TomlNode::Type type) {
  switch (type) {
    case TomlNode::Type::boolean:
      return "a boolean";
    case TomlNode::Type::integer:
      return "an integer";
    case TomlNode::Type::number:
      return "a number with a fraction";
    case TomlNode::Type::string:
      return "a string";
    case TomlNode::Type::date:
      return "a date or time";
    case TomlNode::Type::array:
      return "an array";
    case TomlNode::Type::table:
      return "a table";
  }
  return "a table";
}

Result<TomlNode> parse_toml(std::string_view text, const std::string& file) {
  if (text.size() > limits::max_config_file) return fault(file, {1, 1}, "the file is too large");
  std::size_t dots = 0;
  unsigned line = 1;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      dots = 0;
    } else if (c == '.' && ++dots > limits::max_dots_in_line) {
      return fault(file, {line, 1},
                   "more than " + std::to_string(limits::max_dots_in_line) +
                       " dots in a line; break it into several lines");
    }
  }
  const toml::parse_result result = toml::parse(text, std::string_view(file));
  if (!result) {
    return fault(file, position_of(result.error().source().begin),
                 clean(result.error().description()));
  }
  return node_of(result.table());
}

}  // namespace tine::cli
