#include "executor/claude/options.h"

#include <array>

#include "base/json/view.h"
#include "executor/offered.h"

namespace tine::executor::claude {
namespace {

constexpr std::string_view model_option = "model";
constexpr std::string_view effort_option = "effort";
constexpr std::string_view thinking_option = "thinking";
constexpr std::string_view no_thinking = "off";
constexpr std::string_view default_mode = "default";

struct ModeFacts {
  std::string_view id;
  std::string_view name;
  std::string_view description;
  Width width;
};

/// From the narrowest to the widest.
constexpr std::array modes = {
    ModeFacts{"plan", "Plan", "Looks and plans; changes nothing.", Width::reads},
    ModeFacts{"dontAsk", "Don't ask", "Does what is allowed already, and nothing else.",
              Width::reads},
    ModeFacts{default_mode, "Default", "Asks before it changes or runs anything.", Width::reads},
    ModeFacts{accept_edits_mode, "Accept edits", "Edits files in the project without asking.",
              Width::edits},
    ModeFacts{"auto", "Auto", "Decides by itself what is safe to do.", Width::judges},
    ModeFacts{bypass_mode, "Bypass permissions", "Does everything without asking.",
              Width::anything},
};

/// Known to each version: what it makes of them is up to it.
struct Alias {
  std::string_view id;
  std::string_view name;
};
constexpr std::array aliases = {Alias{"opus", "Opus"}, Alias{"sonnet", "Sonnet"},
                                Alias{"haiku", "Haiku"}};

v1::ConfigOption models_in(std::string_view models) {
  v1::ConfigOption option = offered_option(model_option, "Model", "model", "Claude Code's default");
  if (models.empty()) {
    for (const Alias& each : aliases) option.values.push_back(offered_value(each.id, each.name));
    return option;
  }
  for (const json::View each : json::View(models).elements()) {
    const std::string id = text_in(each, "value");
    if (id == unset) {
      option.values.front().description = text_in(each, "description");
    } else {
      option.values.push_back(
          offered_value(id, text_in(each, "displayName"), text_in(each, "description")));
    }
  }
  return option;
}

/// Whether there is a model that can do without: Claude Code overlooks the wish of the others.
bool can_thinking_be_off(std::string_view models) {
  if (models.empty()) return false;
  for (const json::View each : json::View(models).elements())
    if (each.find("supportsThinkingOff").boolean().value_or(false)) return true;
  return false;
}

}  // namespace

std::optional<Width> width_of_mode(std::string_view mode) {
  for (const ModeFacts& each : modes) {
    if (each.id == mode) return each.width;
  }
  return std::nullopt;
}

Settings settings_for(const Defaults& defaults, std::string_view models) {
  Settings settings;
  settings.modes.current = default_mode;
  for (const ModeFacts& each : modes) {
    if (each.id == bypass_mode && !defaults.allow_bypass) continue;
    settings.modes.available.push_back({.id = std::string(each.id),
                                        .name = std::string(each.name),
                                        .description = std::string(each.description),
                                        .meta = {}});
    if (each.id == defaults.mode) settings.modes.current = defaults.mode;
  }
  v1::ConfigOption model = models_in(models);
  choose(model, defaults.model);
  v1::ConfigOption effort =
      offered_option(effort_option, "Effort", "thought_level", "The model's default");
  for (const std::string_view each : {"low", "medium", "high", "xhigh", "max"})
    effort.values.push_back(offered_value(each, each));
  choose(effort, defaults.effort);
  settings.options = {std::move(model), std::move(effort)};
  if (can_thinking_be_off(models)) {
    v1::ConfigOption thinking =
        offered_option(thinking_option, "Thinking", "", "As the model has it");
    thinking.values.push_back(offered_value(no_thinking, "Off"));
    settings.options.push_back(std::move(thinking));
  }
  return settings;
}

Choices choices_of(const Settings& settings) {
  Choices choices;
  choices.mode = settings.modes.current;
  choices.model = chosen_value(settings, model_option);
  choices.effort = chosen_value(settings, effort_option);
  choices.thinks = chosen_value(settings, thinking_option) != no_thinking;
  return choices;
}

std::vector<v1::Command> commands_of(json::View commands) {
  std::vector<v1::Command> all;
  for (const json::View each : commands.elements()) {
    v1::Command command;
    command.name = text_in(each, "name");
    command.description = text_in(each, "description");
    command.hint = text_in(each, "argumentHint");
    if (!command.name.empty()) all.push_back(std::move(command));
  }
  return all;
}

}  // namespace tine::executor::claude
