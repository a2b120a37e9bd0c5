#include "cli/config/origin.h"

#include "base/json/utf8.h"
#include "base/json/writer.h"
#include "base/visible.h"
#include "cli/config/limits.h"

namespace tine::cli {

std::string_view name_of(Layer layer) {
  switch (layer) {
    case Layer::builtin:
      return "default";
    case Layer::discovered:
      return "installed";
    case Layer::user:
      return "user";
    case Layer::project:
      return "project";
    case Layer::environment:
      return "environment";
    case Layer::flag:
      return "flag";
  }
  return "default";
}

std::string Origin::str() const {
  if (at.line == 0) return source;
  return source + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string shown(std::string_view name) {
  const bool cut = name.size() > limits::max_shown_name;
  name = name.substr(0, json::character_start(name, limits::max_shown_name));
  std::string quoted = json::quoted(name);
  if (cut) quoted.insert(quoted.size() - 1, "…");
  return visible_line(quoted);
}

}  // namespace tine::cli
