#include "executor/acp/settings.h"

#include <algorithm>
#include <utility>

#include "protocol/v1/codec.h"

namespace tine::executor::acp {
namespace {

bool is_mode(const v1::ConfigOption& option) {
  return option.category == "mode" && option.type == v1::ConfigOption::Type::select;
}

bool has_value(const v1::ConfigOption& option, std::string_view value) {
  const auto is_it = [value](const v1::ConfigValue& each) { return each.value == value; };
  return std::any_of(option.values.begin(), option.values.end(), is_it) ||
         std::any_of(option.groups.begin(), option.groups.end(), [&](const v1::ConfigGroup& group) {
           return std::any_of(group.values.begin(), group.values.end(), is_it);
         });
}

void take_mode(Offer& offer, const v1::ConfigOption& option) {
  v1::ModeState& modes = offer.settings.modes;
  if (modes.available.empty()) offer.mode_option = option.id;
  modes.current = option.current;
  if (offer.mode_option.empty()) return;  // the agent tells its modes beside it
  modes.available.clear();
  for (const v1::ConfigValue& each : option.values) {
    modes.available.push_back(
        {.id = each.value, .name = each.name, .description = each.description, .meta = each.meta});
  }
}

void take(Offer& offer, std::vector<v1::ConfigOption> options) {
  offer.settings.options.clear();
  for (v1::ConfigOption& each : options) {
    if (is_mode(each)) {
      take_mode(offer, each);
    } else {
      offer.settings.options.push_back(std::move(each));
    }
  }
}

}  // namespace

Offer offer_of(std::optional<v1::ModeState> modes,
               std::optional<std::vector<v1::ConfigOption>> options) {
  Offer offer;
  if (modes) offer.settings.modes = std::move(*modes);
  if (options) take(offer, std::move(*options));
  return offer;
}

void take_options(Offer& offer, json::View list) {
  std::vector<v1::ConfigOption> options;
  for (const json::View each : list.elements()) {
    v1::ConfigOption option;
    const json::Path path("configOptions");
    json::Complaint complaint;
    if (v1::decode(each, option, path, complaint)) options.push_back(std::move(option));
  }
  take(offer, std::move(options));
}

Settings with_choices(Settings offered, const Settings& before, const Settings& wanted) {
  const std::string& mode = wanted.modes.current;
  const auto& modes = offered.modes.available;
  const bool is_offered = std::any_of(modes.begin(), modes.end(),
                                      [&mode](const v1::Mode& each) { return each.id == mode; });
  if (mode != before.modes.current && is_offered) offered.modes.current = mode;
  for (v1::ConfigOption& each : offered.options) {
    const v1::ConfigOption* const was = find(before, each.id);
    const v1::ConfigOption* const now = find(wanted, each.id);
    if (now == nullptr || (was != nullptr && is_same_choice(*was, *now))) continue;
    if (each.type == v1::ConfigOption::Type::boolean) {
      each.on = now->on;
    } else if (has_value(each, now->current)) {
      each.current = now->current;
    }
  }
  return offered;
}

const v1::ConfigOption* find(const Settings& settings, std::string_view id) {
  const auto found = std::find_if(settings.options.begin(), settings.options.end(),
                                  [id](const v1::ConfigOption& each) { return each.id == id; });
  return found == settings.options.end() ? nullptr : &*found;
}

bool is_same_choice(const v1::ConfigOption& one, const v1::ConfigOption& other) {
  return one.current == other.current && one.on == other.on;
}

std::vector<v1::Command> commands_of(json::View list) {
  std::vector<v1::Command> commands;
  for (const json::View each : list.elements()) {
    v1::Command command;
    command.name = each.find("name").string().value_or(std::string());
    command.description = each.find("description").string().value_or(std::string());
    command.hint = each.find("input").find("hint").string().value_or(std::string());
    if (each.find("_meta").is_object()) command.meta = each.find("_meta").raw();
    if (!command.name.empty()) commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace tine::executor::acp
