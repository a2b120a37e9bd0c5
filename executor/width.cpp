#include "executor/width.h"

namespace tine::executor {

std::string_view describe(Width width) {
  switch (width) {
    case Width::nothing:
      return "changes nothing and runs nothing";
    case Width::reads:
      return "asks before it changes or runs anything";
    case Width::edits:
      return "edits files in the project without asking";
    case Width::project:
      return "works in the project without asking";
    case Width::judges:
      return "decides by itself what is safe to do";
    case Width::anything:
      break;
  }
  return "may do anything without asking";
}

std::optional<Width> width_named(std::string_view name) {
  for (std::size_t i = 0; i < width_names.size(); ++i)
    if (width_names[i] == name) return static_cast<Width>(i);
  return std::nullopt;
}

}  // namespace tine::executor
