#include "executor/codex/options.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/json/view.h"
#include "executor/offered.h"

namespace tine::executor::codex {
namespace {

struct ModeFacts {
  std::string_view id;
  std::string_view name;
  std::string_view description;
  std::string_view approval;
  std::string_view sandbox;
};

/// From the narrowest to the widest.
constexpr std::array modes = {
    ModeFacts{"read-only", "Read only", "Reads files; asks before it changes or runs anything.",
              "on-request", "read-only"},
    ModeFacts{"auto", "Auto", "Works in the project by itself; asks before it goes beyond it.",
              "on-request", "workspace-write"},
    ModeFacts{"full-access", "Full access", "Does everything without asking.", "never",
              "danger-full-access"},
};

const ModeFacts* facts_of(std::string_view mode) {
  const auto* const found = std::find_if(modes.begin(), modes.end(),
                                         [mode](const ModeFacts& each) { return each.id == mode; });
  return found == modes.end() ? nullptr : found;
}

}  // namespace

std::optional<Width> width_of_mode(std::string_view mode) {
  const ModeFacts* const facts = facts_of(mode);
  if (facts == nullptr) return std::nullopt;
  return width_of_sandbox(facts->sandbox);
}

Width width_of_sandbox(std::string_view sandbox) {
  if (sandbox == "read-only") return Width::reads;
  return sandbox == "workspace-write" ? Width::project : Width::anything;
}

Settings settings_for(const Defaults& defaults, std::string_view models) {
  Settings settings;
  for (const ModeFacts& each : modes) {
    settings.modes.available.push_back({.id = std::string(each.id),
                                        .name = std::string(each.name),
                                        .description = std::string(each.description),
                                        .meta = {}});
  }
  settings.modes.current = "auto";

  v1::ConfigOption model = offered_option(model_option, "Model", "model", "Codex's default");
  for (const json::View each : json::View(models).elements()) {
    if (each.find("hidden").boolean().value_or(false)) continue;
    model.values.push_back(
        offered_value(each.find("model").string().value_or(std::string()),
                      each.find("displayName").string().value_or(std::string()),
                      each.find("description").string().value_or(std::string())));
  }
  choose(model, defaults.model);
  v1::ConfigOption effort =
      offered_option(effort_option, "Reasoning effort", "thought_level", "The model's default");
  for (const std::string_view each : {"minimal", "low", "medium", "high", "xhigh", "max"})
    effort.values.push_back(offered_value(each, each));
  choose(effort, defaults.effort);
  v1::ConfigOption approval =
      offered_option(approval_option, "Approvals", "", "As the mode has it");
  approval.values.push_back(offered_value("untrusted", "Ask", "Before all but harmless commands."));
  approval.values.push_back(
      offered_value("on-request", "On request", "When the model wants more."));
  approval.values.push_back(offered_value("never", "Never ask"));
  choose(approval, defaults.approval);
  v1::ConfigOption sandbox = offered_option(sandbox_option, "Sandbox", "", "As the mode has it");
  sandbox.values.push_back(offered_value("read-only", "Read only"));
  sandbox.values.push_back(offered_value("workspace-write", "Write in the project"));
  sandbox.values.push_back(offered_value("danger-full-access", "None"));
  choose(sandbox, defaults.sandbox);
  settings.options = {std::move(model), std::move(effort), std::move(approval), std::move(sandbox)};
  return settings;
}

Choices choices_of(const Settings& settings) {
  Choices choices;
  const ModeFacts* mode = facts_of(settings.modes.current);
  if (mode == nullptr) mode = modes.begin();
  choices.model = chosen_value(settings, model_option);
  choices.effort = chosen_value(settings, effort_option);
  choices.approval = chosen_value(settings, approval_option);
  if (choices.approval.empty()) choices.approval = mode->approval;
  choices.sandbox = chosen_value(settings, sandbox_option);
  if (choices.sandbox.empty()) choices.sandbox = mode->sandbox;
  return choices;
}

}  // namespace tine::executor::codex
