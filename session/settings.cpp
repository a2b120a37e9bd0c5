#include "session/settings.h"

#include <algorithm>

namespace tine::session {
namespace {

Failure bad(std::string what, std::string path) {
  return fail(Error(ErrorKind::invalid_params, std::move(what) + " at " + path).at(path));
}

const v1::ConfigOption* option_of(const executor::Settings& settings, const std::string& id) {
  const auto found = std::find_if(settings.options.begin(), settings.options.end(),
                                  [&id](const v1::ConfigOption& each) { return each.id == id; });
  return found == settings.options.end() ? nullptr : &*found;
}

bool same_choice(const v1::ConfigOption& one, const v1::ConfigOption& other) {
  return one.current == other.current && one.on == other.on;
}

}  // namespace

executor::Settings chosen(executor::Settings offered, const store::State& state) {
  if (offers_mode(offered, state.mode)) {
    offered.modes.current = state.mode;
  } else if (!state.mode.empty() && !offered.modes.available.empty()) {
    offered.modes.current = offered.modes.available.front().id;
  }
  for (v1::ConfigOption& option : offered.options) {
    const auto kept = state.options.find(option.id);
    if (kept == state.options.end()) continue;
    if (option.type == v1::ConfigOption::Type::boolean) {
      option.on = kept->second == "true";
    } else if (offers(option, kept->second)) {
      option.current = kept->second;
    }
  }
  return offered;
}

void keep_chosen(const executor::Settings& settings, store::State& state) {
  state.mode = settings.modes.current;
  for (const v1::ConfigOption& option : settings.options) {
    const bool is_switch = option.type == v1::ConfigOption::Type::boolean;
    state.options[option.id] = is_switch ? (option.on ? "true" : "false") : option.current;
  }
}

bool offers(const v1::ConfigOption& option, std::string_view value) {
  const auto is_it = [value](const v1::ConfigValue& each) { return each.value == value; };
  return std::any_of(option.values.begin(), option.values.end(), is_it) ||
         std::any_of(option.groups.begin(), option.groups.end(), [&](const v1::ConfigGroup& group) {
           return std::any_of(group.values.begin(), group.values.end(), is_it);
         });
}

bool offers_mode(const executor::Settings& settings, std::string_view mode) {
  const auto& known = settings.modes.available;
  return std::any_of(known.begin(), known.end(),
                     [mode](const v1::Mode& each) { return each.id == mode; });
}

std::vector<v1::ConfigOption> chosen_anew(const executor::Settings& before,
                                          const executor::Settings& now) {
  std::vector<v1::ConfigOption> out;
  for (const v1::ConfigOption& each : now.options) {
    const v1::ConfigOption* was = option_of(before, each.id);
    if (was != nullptr && !same_choice(*was, each)) out.push_back(each);
  }
  return out;
}

std::vector<v1::ConfigOption> all_options(const executor::Settings& settings) {
  if (settings.modes.available.empty()) return settings.options;
  v1::ConfigOption option;
  option.id = mode_option_id;
  option.name = "Mode";
  option.category = "mode";
  option.current = settings.modes.current;
  for (const v1::Mode& mode : settings.modes.available) {
    option.values.push_back(
        {.value = mode.id, .name = mode.name, .description = mode.description, .meta = {}});
  }
  std::vector<v1::ConfigOption> all{std::move(option)};
  all.insert(all.end(), settings.options.begin(), settings.options.end());
  return all;
}

Result<v1::ConfigOption> changed_option(const std::vector<v1::ConfigOption>& shown,
                                        const v1::SetConfigOptionRequest& request) {
  const auto known = std::find_if(shown.begin(), shown.end(), [&](const v1::ConfigOption& each) {
    return each.id == request.config_id;
  });
  if (known == shown.end()) return bad("the session has no such option", "params.configId");

  v1::ConfigOption changed = *known;
  if (changed.type == v1::ConfigOption::Type::boolean) {
    const bool* on = std::get_if<bool>(&request.value);
    if (on == nullptr) return bad("expected boolean", "params.value");
    changed.on = *on;
  } else {
    const std::string* value = std::get_if<std::string>(&request.value);
    if (value == nullptr) return bad("expected string", "params.value");
    if (!offers(changed, *value)) return bad("the option has no such value", "params.value");
    changed.current = *value;
  }
  return changed;
}

}  // namespace tine::session
