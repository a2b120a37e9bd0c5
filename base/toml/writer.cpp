#include "base/toml/writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "base/json/writer.h"

namespace tine::toml {
namespace {

using Made = Node::Made;
using Type = Node::Type;

/// Has lines of its own below a header.
bool is_section(const Node& node) {
  if (node.type == Type::array) return node.made == Made::header;
  return node.type == Type::table && (node.made == Made::header || node.made == Made::on_the_way);
}

bool has_values(const Node& table) {
  return std::any_of(table.children.begin(), table.children.end(), [](const Node& child) {
    const bool dots = child.type == Type::table && child.made == Made::dots;
    return dots ? has_values(child) : !is_section(child);
  });
}

/// The escapes of JSON are escapes of TOML; but TOML has no bare DEL.
std::string quoted(std::string_view text) {
  const std::string json = json::quoted(text);
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '\x7F') {
      out += "\\u007f";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string key_text(std::string_view key) {
  constexpr std::string_view bare =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const bool plain = !key.empty() && key.find_first_not_of(bare) == std::string_view::npos;
  return plain ? std::string(key) : quoted(key);
}

std::string number_text(double number) {
  if (std::isnan(number)) return std::signbit(number) ? "-nan" : "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  constexpr std::size_t longest = 32;
  std::array<char, longest> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  std::string text(buffer.data(), end);
  // Without either it would read back as an integer.
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

class Writer {
 public:
  /// The values of a table below its header, then the tables in it.
  void section(const Node& table, const std::string& path) {
    pairs(table, {});
    subsections(table, path);
  }

  std::string take() { return std::move(out_); }

 private:
  void header(const std::string& path, std::string_view open, std::string_view close) {
    if (!out_.empty()) out_ += '\n';
    out_.append(open).append(path).append(close) += '\n';
  }

  void pairs(const Node& table, const std::string& prefix) {
    for (const Node& child : table.children) {
      if (is_section(child)) continue;
      const std::string key = prefix + key_text(child.key);
      if (child.type == Type::table && child.made == Made::dots) {
        pairs(child, key + ".");
      } else {
        out_.append(key).append(" = ");
        value(child);
        out_ += '\n';
      }
    }
  }

  void subsections(const Node& table, const std::string& path) {
    for (const Node& child : table.children) {
      const std::string child_path = (path.empty() ? path : path + ".") + key_text(child.key);
      if (child.type == Type::table && child.made == Made::dots) {
        subsections(child, child_path);
      } else if (is_section(child) && child.type == Type::array) {
        for (const Node& element : child.children) {
          header(child_path, "[[", "]]");
          section(element, child_path);
        }
      } else if (is_section(child)) {
        if (child.made == Made::header || has_values(child)) header(child_path, "[", "]");
        section(child, child_path);
      }
    }
  }

  void value(const Node& node) {
    switch (node.type) {
      case Type::boolean:
        out_ += node.boolean ? "true" : "false";
        break;
      case Type::integer:
        out_ += std::to_string(node.integer);
        break;
      case Type::number:
        out_ += number_text(node.number);
        break;
      case Type::string:
        out_ += quoted(node.text);
        break;
      case Type::date:
        out_ += node.text;
        break;
      case Type::array:
        array(node);
        break;
      case Type::table:
        out_ += '{';
        inline_pairs(node, {});
        out_ += '}';
        break;
    }
  }

  void array(const Node& node) {
    out_ += '[';
    for (const Node& element : node.children) {
      if (&element != &node.children.front()) out_ += ", ";
      value(element);
    }
    out_ += ']';
  }

  void inline_pairs(const Node& table, const std::string& prefix) {
    for (const Node& child : table.children) {
      const std::string key = prefix + key_text(child.key);
      // Dots stay dots: braces in their place would nest deeper than the text did.
      if (child.type == Type::table && child.made == Made::dots) {
        inline_pairs(child, key + ".");
        continue;
      }
      out_.append(out_.ends_with('{') ? " " : ", ").append(key).append(" = ");
      value(child);
    }
    if (prefix.empty() && !out_.ends_with('{')) out_ += ' ';
  }

  std::string out_;
};

}  // namespace

std::string write(const Node& root) {
  Writer writer;
  writer.section(root, {});
  return writer.take();
}

}  // namespace tine::toml
