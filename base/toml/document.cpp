#include "base/toml/document.h"

#include <cstddef>

#include "base/toml/limits.h"
#include "base/toml/reader.h"

namespace tine::toml {
namespace {

using Made = Node::Made;
using Type = Node::Type;

/// How the words of a text make tables.
class Builder {
 public:
  explicit Builder(std::string_view text) : in_(text) {}

  bool build() {
    root_.at = {1, 1};
    if (!in_.check_encoding()) return false;
    section_ = &root_;
    while (in_.skip_lines() && !in_.at_end()) {
      if (!(in_.peek() == '[' ? header() : pair(*section_, 0)) || !in_.end_line()) return false;
    }
    return in_.fault().empty();
  }

  Node& root() { return root_; }
  const Reader& reader() const { return in_; }

 private:
  /// Pointers to other children of `parent` do not outlive this.
  Node* add(Node& parent, Type type, Made made, Position at) {
    if (++nodes_ > limits::max_nodes) {
      in_.fail("more than " + std::to_string(limits::max_nodes) + " values", at);
      return nullptr;
    }
    Node& node = parent.children.emplace_back();
    node.type = type;
    node.made = made;
    node.at = at;
    return &node;
  }

  Node* add(Node& parent, const Key& key, Type type, Made made) {
    Node* const node = add(parent, type, made, key.at);
    if (node != nullptr) {
      node->key = key.name;
      node->key_at = key.at;
    }
    return node;
  }

  Node* twice(const Key& key) {
    in_.fail("a key or table that is there already", key.at);
    return nullptr;
  }

  /// The table on the way of a header; it is made where there is none.
  Node* enter(Node& table, const Key& key) {
    Node* const next = table.find(key.name);
    if (next == nullptr) return add(table, key, Type::table, Made::on_the_way);
    if (next->type == Type::array && next->made == Made::header) return &next->children.back();
    if (next->type == Type::table && next->made != Made::value) return next;
    return twice(key);
  }

  /// [a.b] or [[a.b]]
  bool header() {
    in_.take('[');
    const bool element = in_.take('[');
    std::vector<Key> path;
    if (!in_.read_key(path)) return false;
    if (!in_.take(']') || (element && !in_.take(']'))) return in_.fail("expected ]");
    Node* table = &root_;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      table = enter(*table, path[i]);
      if (table == nullptr) return false;
    }
    section_ = element ? next_element(*table, path.back()) : open_table(*table, path.back());
    return section_ != nullptr;
  }

  Node* open_table(Node& parent, const Key& key) {
    Node* const table = parent.find(key.name);
    if (table == nullptr) return add(parent, key, Type::table, Made::header);
    if (table->type != Type::table || table->made != Made::on_the_way) return twice(key);
    table->made = Made::header;
    table->key_at = table->at = key.at;
    return table;
  }

  Node* next_element(Node& parent, const Key& key) {
    Node* array = parent.find(key.name);
    if (array == nullptr) {
      array = add(parent, key, Type::array, Made::header);
      if (array == nullptr) return nullptr;
    } else if (array->type != Type::array || array->made != Made::header) {
      return twice(key);
    }
    return add(*array, Type::table, Made::header, key.at);
  }

  /// key = value
  bool pair(Node& table, std::size_t depth) {
    std::vector<Key> path;
    if (!in_.read_key(path)) return false;
    if (!in_.take('=')) return in_.fail("expected =");
    Node* parent = &table;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      Node* next = parent->find(path[i].name);
      if (next == nullptr) {
        next = add(*parent, path[i], Type::table, Made::dots);
      } else if (next->type != Type::table ||
                 (next->made != Made::dots && next->made != Made::on_the_way)) {
        next = twice(path[i]);
      }
      if (next == nullptr) return false;
      next->made = Made::dots;
      parent = next;
    }
    if (parent->find(path.back().name) != nullptr) return twice(path.back()) != nullptr;
    Node* const node = add(*parent, path.back(), Type::table, Made::value);
    return node != nullptr && value(*node, depth);
  }

  bool value(Node& to, std::size_t depth) {
    in_.skip_blanks();
    to.at = in_.here();
    if (in_.peek() != '[' && in_.peek() != '{') return in_.read_scalar(to);
    if (depth == limits::max_depth) return in_.fail("values nested too deeply");
    if (in_.take('[')) return array(to, depth + 1);
    in_.take('{');
    return inline_table(to, depth + 1);
  }

  /// Behind the bracket.
  bool array(Node& to, std::size_t depth) {
    to.type = Type::array;
    for (;;) {
      if (!in_.skip_lines()) return false;
      if (in_.take(']')) return true;
      Node* const element = add(to, Type::table, Made::value, in_.here());
      if (element == nullptr || !value(*element, depth) || !in_.skip_lines()) return false;
      if (in_.take(']')) return true;
      if (!in_.take(',')) return in_.fail("expected , or ]");
    }
  }

  /// Behind the brace.
  bool inline_table(Node& to, std::size_t depth) {
    to.type = Type::table;
    in_.skip_blanks();
    if (in_.take('}')) return true;
    do {
      if (!pair(to, depth)) return false;
      in_.skip_blanks();
    } while (in_.take(','));
    return in_.take('}') || in_.fail("expected , or }");
  }

  Reader in_;
  Node root_;
  Node* section_ = nullptr;
  std::size_t nodes_ = 0;
};

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
  if (text.size() > limits::max_text) return fail(fault, file + ":1:1: the file is too large");
  Builder builder(text);
  if (builder.build()) return std::move(builder.root());
  const Position at = builder.reader().fault_at();
  return fail(fault, file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                         builder.reader().fault());
}

}  // namespace tine::toml
