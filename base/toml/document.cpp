#include "base/toml/document.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "base/json/utf8.h"
#include "base/toml/fault.h"
#include "base/toml/library.h"
#include "base/toml/limits.h"

namespace tine::toml {
namespace {

using Type = Node::Type;

Position place(const ::toml::source_position& from) { return {from.line, from.column}; }

/// Makes a tree of what toml++ has read.
class Converter {
 public:
  Node convert(const ::toml::table& root) {
    Node to;
    to.at = {1, 1};
    add_children(root, to, 0);
    return to;
  }

  /// A value that is nested too deeply.
  const std::optional<Position>& too_deep() const { return too_deep_; }

 private:
  void add_children(const ::toml::table& from, Node& to, std::size_t depth) {
    to.children.reserve(from.size());
    for (const auto& [key, value] : from) {
      Node& child = to.children.emplace_back();
      child.key = key.str();
      child.key_at = place(key.source().begin);
      fill(value, child, depth + 1);
    }
    std::sort(to.children.begin(), to.children.end(),
              [](const Node& a, const Node& b) { return a.key_at < b.key_at; });
  }

  void fill(const ::toml::node& from, Node& to, std::size_t depth) {
    // A header begins before its key.
    to.at = std::max(place(from.source().begin), to.key_at);
    if (const auto* table = from.as_table()) {
      to.is_inline = table->is_inline();
      if (enter(to, depth)) add_children(*table, to, depth);
    } else if (const auto* array = from.as_array()) {
      to.type = Type::array;
      if (!enter(to, depth)) return;
      to.children.reserve(array->size());
      for (const auto& element : *array) fill(element, to.children.emplace_back(), depth + 1);
    } else if (const auto* text = from.as_string()) {
      to.type = Type::string;
      to.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
      to.type = Type::integer;
      to.integer = integer->get();
    } else if (const auto* number = from.as_floating_point()) {
      to.type = Type::number;
      to.number = number->get();
    } else if (const auto* boolean = from.as_boolean()) {
      to.type = Type::boolean;
      to.boolean = boolean->get();
    } else {
      to.type = Type::date;
      std::ostringstream out;
      from.visit([&out](const auto& value) { out << value; });
      to.text = out.str();
    }
  }

  bool enter(const Node& node, std::size_t depth) {
    if (depth <= limits::max_depth) return true;
    if (!too_deep_) too_deep_ = node.at;
    return false;
  }

  std::optional<Position> too_deep_;
};

std::optional<Fault> check_encoding(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end; ++p) {
    if (static_cast<unsigned char>(*p) < 0x80) continue;
    const std::size_t length = json::utf8_length(p, end);
    if (length == 0) {
      const auto offset = static_cast<std::size_t>(p - text.data());
      return Fault{"bytes that are not UTF-8", position_of(text, offset)};
    }
    p += length - 1;
  }
  return std::nullopt;
}

tl::expected<Node, Fault> read(std::string_view text) {
  if (text.size() > limits::max_text) {
    return tl::unexpected(Fault{"the file is too large", {1, 1}});
  }
  if (auto fault = check_encoding(text)) return tl::unexpected(std::move(*fault));
  try {
    Converter converter;
    Node root = converter.convert(::toml::parse(text));
    if (!converter.too_deep()) return root;
    return tl::unexpected(Fault{"values nested too deeply", *converter.too_deep()});
  } catch (const ::toml::parse_error& error) {
    return tl::unexpected(explain(error.description(), text, place(error.source().begin)));
  } catch (const Stopped& stopped) {
    const std::string what = stopped.by_limit
                                 ? "more than " + std::to_string(limits::max_nodes) + " values"
                                 : "expected a key";
    const bool at_end = stopped.at == Position();
    return tl::unexpected(Fault{what, at_end ? position_of(text, text.size()) : stopped.at});
  }
}

/// U+FFFF, which is no character.
constexpr std::string_view mark = "\xEF\xBF\xBF";

/// What may be written: without bytes that are not UTF-8, and without marks.
std::string writable(std::string_view text) {
  constexpr std::string_view replacement = "\uFFFD";
  std::string out;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    const std::size_t length =
        static_cast<unsigned char>(*p) < 0x80 ? 1 : json::utf8_length(p, end);
    const std::string_view one(p, length);
    out.append(one.empty() || one == mark ? replacement : one);
    p += std::max(length, std::size_t{1});
  }
  return out;
}

/// toml++ writes keys without quotes that hold one, a tab or a line end, if all else in them needs
/// none. The mark makes it quote them.
std::string writable_key(std::string_view key) {
  std::string text = writable(key);
  if (text.find_first_of("'\t\n") != std::string::npos) text += mark;
  return text;
}

std::string without_marks(std::string text) {
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;) {
    text.erase(at, mark.size());
  }
  return text;
}

::toml::table table_of(const Node& from);
::toml::array array_of(const Node& from);

/// Hands a date or time to `insert` if it is well-formed, else as a string.
void add_date(const std::string& text, auto insert) {
  try {
    const ::toml::table table = ::toml::parse("it = " + text);
    if (const auto* date = table["it"].as_date()) return insert(date->get());
    if (const auto* time = table["it"].as_time()) return insert(time->get());
    if (const auto* both = table["it"].as_date_time()) return insert(both->get());
  } catch (const ::toml::parse_error&) {  // NOLINT(bugprone-empty-catch): it is a string then
  } catch (const Stopped&) {              // NOLINT(bugprone-empty-catch)
  }
  insert(writable(text));
}

void add(const Node& from, auto insert) {
  switch (from.type) {
    case Type::boolean:
      return insert(from.boolean);
    case Type::integer:
      return insert(from.integer);
    case Type::number:
      return insert(from.number);
    case Type::string:
      return insert(writable(from.text));
    case Type::date:
      return add_date(from.text, insert);
    case Type::array:
      return insert(array_of(from));
    case Type::table:
      return insert(table_of(from));
  }
}

::toml::array array_of(const Node& from) {
  ::toml::array array;
  for (const Node& element : from.children) {
    add(element, [&array](auto&& value) { array.push_back(std::forward<decltype(value)>(value)); });
  }
  return array;
}

::toml::table table_of(const Node& from) {
  ::toml::table table;
  table.is_inline(from.is_inline);
  for (const Node& child : from.children) {
    const std::string key = writable_key(child.key);
    add(child, [&table, &key](auto&& value) {
      table.insert_or_assign(key, std::forward<decltype(value)>(value));
    });
  }
  return table;
}

}  // namespace

const Node* Node::find(std::string_view name) const {
  for (const Node& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

Node* Node::find(std::string_view name) {
  for (Node& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

std::string_view describe(Node::Type type) {
  switch (type) {
    case Type::boolean:
      return "a boolean";
    case Type::integer:
      return "an integer";
    case Type::number:
      return "a number with a fraction";
    case Type::string:
      return "a string";
    case Type::date:
      return "a date or time";
    case Type::array:
      return "an array";
    case Type::table:
      return "a table";
  }
  return "a table";
}

Result<Node> parse(std::string_view text, const std::string& file, ErrorKind fault) {
  auto root = read(text);
  if (root) return std::move(*root);
  const auto& [what, at] = root.error();
  return fail(fault,
              file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + what);
}

std::string write(const Node& root) {
  const ::toml::table table = table_of(root);
  std::ostringstream out;
  out << ::toml::toml_formatter(table, ::toml::format_flags::allow_unicode_strings);
  std::string text = without_marks(out.str());
  if (!text.empty()) text += '\n';
  return text;
}

}  // namespace tine::toml
