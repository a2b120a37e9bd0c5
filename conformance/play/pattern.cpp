#include "conformance/play/pattern.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/json/writer.h"

namespace tine::conformance {

struct Pattern::Node {
  struct Member;
  enum class Kind : std::uint8_t {
    any,
    rest,    // of an array
    absent,  // of an object's members
    name,
    token,
    raw,
    text,
    glob,
    type,
    object,
    only,
    array,
    negation,
    either
  };
  Kind kind = Kind::any;
  std::string text;
  std::vector<Member> members;
  std::vector<Node> items;
};

struct Pattern::Node::Member {
  std::string name;
  Node value;
};

namespace {

using Node = Pattern::Node;
using Kind = Pattern::Node::Kind;

constexpr std::size_t longest_shown = 300;

class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Checked<Node> whole() {
    auto node = value();
    if (node && !skip_blanks().empty()) return trouble("nothing more");
    return node;
  }

 private:
  Checked<Node> value() {
    skip_blanks();
    if (take("{")) return object(Kind::object);
    if (take("[")) return array();
    if (take("...")) return Node{.kind = Kind::rest, .text = {}, .members = {}, .items = {}};
    if (take("*")) return Node{};
    if (take("~")) return text(Kind::glob);
    if (rest_.starts_with('"')) return text(Kind::text);
    if (rest_.starts_with('$')) {
      const std::string_view name = name_at(rest_);
      if (name.empty()) return trouble("a name in upper case");
      rest_.remove_prefix(1 + name.size());
      return leaf(Kind::name, name);
    }
    const std::string_view word = take_word();
    if (word == "absent") return leaf(Kind::absent, {});
    if (word == "only") {
      skip_blanks();
      if (take("{")) return object(Kind::only);
      return trouble("an object after only");
    }
    if (word == "not") {
      auto inside = value();
      if (!inside) return inside;
      Node node = leaf(Kind::negation, {});
      node.items.push_back(std::move(*inside));
      return node;
    }
    if (word == "either") {
      skip_blanks();
      if (!take("[")) return trouble("an array after either");
      auto node = array();
      if (node) node->kind = Kind::either;
      return node;
    }
    if (word == "raw") {
      skip_blanks();
      const std::string_view token = rest_.starts_with('"') ? take_quoted() : take_word();
      if (!token.empty()) return leaf(Kind::raw, token);
      return trouble("a token after raw");
    }
    static constexpr std::array<std::string_view, 5> types = {"string", "number", "boolean",
                                                              "array", "object"};
    if (std::find(types.begin(), types.end(), word) != types.end()) return leaf(Kind::type, word);
    const bool number = !word.empty() && (word[0] == '-' || (word[0] >= '0' && word[0] <= '9'));
    if (number || word == "true" || word == "false" || word == "null") {
      return leaf(Kind::token, word);
    }
    return trouble("a pattern");
  }

  Checked<Node> object(Kind kind) {
    Node node = leaf(kind, {});
    if (skip_blanks(), take("}")) return node;
    for (;;) {
      skip_blanks();
      auto key = text(Kind::text);
      if (!key) return key;
      if (skip_blanks(), !take(":")) return trouble("a colon");
      auto member = value();
      if (!member) return member;
      node.members.push_back({std::move(key->text), std::move(*member)});
      if (skip_blanks(), take("}")) return node;
      if (!take(",")) return trouble("a comma or the end of an object");
    }
  }

  Checked<Node> array() {
    Node node = leaf(Kind::array, {});
    if (skip_blanks(), take("]")) return node;
    for (;;) {
      auto item = value();
      if (!item) return item;
      node.items.push_back(std::move(*item));
      if (skip_blanks(), take("]")) return node;
      if (!take(",")) return trouble("a comma or the end of an array");
    }
  }

  Checked<Node> text(Kind kind) {
    const std::string_view quoted = take_quoted();
    if (quoted.empty()) return trouble("a string");
    Node node = leaf(kind, {});
    json::unescape(quoted.substr(1, quoted.size() - 2), node.text);
    return node;
  }

  static Node leaf(Kind kind, std::string_view text) {
    return {.kind = kind, .text = std::string(text), .members = {}, .items = {}};
  }

  std::string_view skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
    return rest_;
  }
  bool take(std::string_view what) {
    if (!rest_.starts_with(what)) return false;
    rest_.remove_prefix(what.size());
    return true;
  }
  std::string_view take_word() {
    const std::string_view word = rest_.substr(0, rest_.find_first_of(" \t\r\n,:]}{[\""));
    rest_.remove_prefix(word.size());
    return word;
  }
  /// With its quotes; empty when there is none.
  std::string_view take_quoted() {
    if (!rest_.starts_with('"')) return {};
    std::size_t end = 1;
    while (end < rest_.size() && rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    if (end >= rest_.size()) return {};
    const std::string_view quoted = rest_.substr(0, end + 1);
    rest_.remove_prefix(quoted.size());
    return quoted;
  }

  tl::unexpected<std::string> trouble(std::string_view expected) const {
    return wrong("expected " + std::string(expected) + " at `" + shown(rest_) + "`");
  }

  std::string_view rest_;
};

/// Tries a pattern on a value. Binds names as it goes, so it works on a copy of the bindings.
class Trial {
 public:
  explicit Trial(const Bindings& bindings) : bindings(bindings) {}

  std::string mismatch(const Node& node, json::View value, const std::string& where) {
    if (node.kind == Kind::negation) return negation(node, value, where);
    if (node.kind == Kind::either) return either(node, value, where);
    if (node.kind == Kind::absent) {
      return value.exists() ? differs(where, "nothing", value) : std::string();
    }
    if (!value.exists()) return "nothing at " + where;
    switch (node.kind) {
      case Kind::name:
        return named(node.text, value, where);
      case Kind::token:
      case Kind::raw:
        return value.raw() == node.text ? "" : differs(where, node.text, value);
      case Kind::text:
        return text(node.text, value, where);
      case Kind::glob:
        return glob(node.text, value, where);
      case Kind::type:
        return json::name_of(value.type()) == node.text ? "" : differs(where, node.text, value);
      case Kind::object:
      case Kind::only:
        return object(node, value, where);
      case Kind::array:
        return array(node, value, where);
      default:
        return {};
    }
  }

  Bindings bindings;

 private:
  static std::string differs(const std::string& where, std::string_view expected,
                             json::View found) {
    return "expected " + std::string(expected) + " at " + where + ", found " + shown(found.raw());
  }

  std::string named(const std::string& name, json::View value, const std::string& where) {
    const std::string* known = bindings.find(name);
    if (known == nullptr) {
      bindings.set(name, value.raw());
      return {};
    }
    return *known == value.raw() ? "" : differs(where, "$" + name + ", " + *known, value);
  }

  /// Nothing that is named inside gets its name from here.
  std::string negation(const Node& node, json::View value, const std::string& where) {
    const Bindings before = bindings;
    const bool fits = mismatch(node.items.front(), value, where).empty();
    bindings = before;
    return fits ? differs(where, "something else", value) : std::string();
  }

  std::string either(const Node& node, json::View value, const std::string& where) {
    std::string fault = "nothing fits at " + where;
    for (const Node& each : node.items) {
      const Bindings before = bindings;
      fault = mismatch(each, value, where);
      if (fault.empty()) break;
      bindings = before;
    }
    return fault;
  }

  std::string text(const std::string& pattern, json::View value, const std::string& where) const {
    const auto expected = bindings.fill(pattern);
    if (!expected) return expected.error();
    return value.equals(*expected) ? "" : differs(where, json::quoted(*expected), value);
  }

  std::string glob(const std::string& pattern, json::View value, const std::string& where) const {
    const auto expected = bindings.fill(pattern);
    if (!expected) return expected.error();
    const auto found = value.string();
    if (found && fits_glob(*expected, *found)) return {};
    return differs(where, "~" + json::quoted(*expected), value);
  }

  std::string object(const Node& node, json::View value, const std::string& where) {
    if (!value.is_object()) return differs(where, "an object", value);
    for (const auto& [key, pattern] : node.members) {
      const std::string place = std::string(where).append(".").append(key);
      std::string fault = mismatch(pattern, value.find(key), place);
      if (!fault.empty()) return fault;
    }
    if (node.kind != Kind::only) return {};
    for (const auto& member : value.members()) {
      const auto known = [&](const auto& each) { return member.key.equals(each.name); };
      if (std::none_of(node.members.begin(), node.members.end(), known)) {
        return "unexpected member " + std::string(member.key.raw()) + " at " + where;
      }
    }
    return {};
  }

  std::string array(const Node& node, json::View value, const std::string& where) {
    if (!value.is_array()) return differs(where, "an array", value);
    std::vector<json::View> elements;
    for (const json::View element : value.elements()) elements.push_back(element);
    return items(node.items, elements, 0, where);
  }

  /// Fits the patterns to the elements from number `at` on; `...` takes as many as it must.
  std::string items(std::span<const Node> patterns, std::span<const json::View> elements,
                    std::size_t at, const std::string& where) {
    if (patterns.empty()) {
      return elements.empty() ? ""
                              : "expected " + std::to_string(at) + " elements at " + where +
                                    ", found " + std::to_string(at + elements.size());
    }
    if (patterns.front().kind != Kind::rest) {
      const std::string here = where + "[" + std::to_string(at) + "]";
      if (elements.empty()) return "nothing at " + here;
      std::string fault = mismatch(patterns.front(), elements.front(), here);
      if (!fault.empty()) return fault;
      return items(patterns.subspan(1), elements.subspan(1), at + 1, where);
    }
    std::string first_fault;
    for (std::size_t taken = 0; taken <= elements.size(); ++taken) {
      const Bindings before = bindings;
      std::string fault = items(patterns.subspan(1), elements.subspan(taken), at + taken, where);
      if (fault.empty()) return fault;
      if (first_fault.empty()) first_fault = std::move(fault);
      bindings = before;
    }
    return first_fault;
  }
};

}  // namespace

Checked<Pattern> Pattern::parse(std::string_view text) {
  auto node = Parser(text).whole();
  if (!node) return wrong(std::move(node.error()));
  return Pattern(std::make_shared<const Node>(std::move(*node)));
}

std::string Pattern::mismatch(json::View value, Bindings& bindings) const {
  Trial trial(bindings);
  std::string fault = trial.mismatch(*root_, value, "message");
  if (fault.empty()) bindings = std::move(trial.bindings);
  return fault;
}

std::optional<Pattern> Pattern::response_id() const {
  const Node* id = nullptr;
  bool is_response = false;
  for (const Node::Member& each : root_->members) {
    const bool is_there = each.value.kind != Kind::absent;
    if (each.name == "id" && is_there) id = &each.value;
    if (each.name == "method" && is_there) return std::nullopt;
    if (each.name == "method" || each.name == "result" || each.name == "error") is_response = true;
  }
  if (id == nullptr || !is_response) return std::nullopt;
  return Pattern(std::make_shared<const Node>(*id));
}

bool fits_glob(std::string_view glob, std::string_view text) {
  const std::size_t star = glob.find('*');
  if (star == std::string_view::npos) return glob == text;
  if (!text.starts_with(glob.substr(0, star))) return false;
  text.remove_prefix(star);
  glob.remove_prefix(star + 1);
  for (;;) {
    const std::size_t next = glob.find('*');
    const std::string_view part = glob.substr(0, next);
    if (next == std::string_view::npos) return text.ends_with(part);
    const std::size_t found = text.find(part);
    if (found == std::string_view::npos) return false;
    text.remove_prefix(found + part.size());
    glob.remove_prefix(next + 1);
  }
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, longest_shown)) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(byte < 0x20 || byte == 0x7F ? '?' : c);
  }
  if (text.size() > longest_shown) out += "… (" + std::to_string(text.size()) + " bytes)";
  return out;
}

}  // namespace tine::conformance
