#include "base/toml/json.h"

#include <cmath>

namespace tine::toml {

bool write_json(const Node& from, json::Writer& to) {
  switch (from.type) {
    case Node::Type::boolean:
      to.boolean(from.boolean);
      return true;
    case Node::Type::integer:
      to.integer(from.integer);
      return true;
    case Node::Type::number:
      to.number(from.number);
      return std::isfinite(from.number);
    case Node::Type::string:
      to.string(from.text);
      return true;
    case Node::Type::date:
      return false;
    case Node::Type::array:
      to.begin_array();
      for (const Node& element : from.children) {
        if (!write_json(element, to)) return false;
      }
      to.end_array();
      return true;
    case Node::Type::table:
      to.begin_object();
      for (const Node& child : from.children) {
        to.key(child.key);
        if (!write_json(child, to)) return false;
      }
      to.end_object();
      return true;
  }
  return false;
}

}  // namespace tine::toml
