#include "executor/offered.h"

#include <algorithm>

namespace tine::executor {

v1::ConfigValue offered_value(std::string_view id, std::string_view name,
                              std::string_view description) {
  return {.value = std::string(id),
          .name = std::string(name),
          .description = std::string(description),
          .meta = {}};
}

v1::ConfigOption offered_option(std::string_view id, std::string_view name,
                                std::string_view category, std::string_view otherwise) {
  v1::ConfigOption made;
  made.id = id;
  made.name = name;
  made.category = category;
  made.values.push_back(offered_value(unset, otherwise));
  made.current = unset;
  return made;
}

void choose(v1::ConfigOption& option, const std::string& wanted) {
  if (wanted.empty()) return;
  const bool known =
      std::any_of(option.values.begin(), option.values.end(),
                  [&wanted](const v1::ConfigValue& each) { return each.value == wanted; });
  if (!known) option.values.push_back(offered_value(wanted, wanted));
  option.current = wanted;
}

void set_option(Settings& settings, const v1::ConfigOption& changed) {
  for (v1::ConfigOption& each : settings.options)
    if (each.id == changed.id) each = changed;
}

std::string chosen_value(const Settings& settings, std::string_view id) {
  for (const v1::ConfigOption& each : settings.options)
    if (each.id == id && each.current != unset) return each.current;
  return {};
}

}  // namespace tine::executor
