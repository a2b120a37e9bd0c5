#include "session/backends.h"

#include <algorithm>

#include "session/settings.h"

namespace tine::session {

executor::Settings settings_of(const Choices& choices) {
  executor::Settings settings = choices.backend->settings();
  for (const v1::Mode& mode : settings.modes.available) {
    if (mode.id == choices.mode) settings.modes.current = mode.id;
  }
  for (v1::ConfigOption& option : settings.options) {
    if (option.category == "model" && offers(option, choices.model)) option.current = choices.model;
    if (option.category == "thought_level" && offers(option, choices.effort))
      option.current = choices.effort;
  }
  return settings;
}

Error backend_missing(const std::string& name) {
  return Error(ErrorKind::unsupported,
               "the session belongs to the backend " + name + ", which is not configured")
      .with_hint("Configure a backend of that name.");
}

executor::Executor* Backends::named(std::string_view name) const {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [name](const auto& each) { return each->name() == name; });
  return found == all.end() ? nullptr : found->get();
}

std::optional<Error> refusal_of(const v1::Workspace& workspace, const executor::Executor& backend) {
  const auto& prompt = workspace.system_prompt;
  if (!prompt || prompt->mode != "override" || backend.capabilities().system_prompt_override)
    return std::nullopt;
  const std::string path = "params.systemPrompt.mode";
  return Error(ErrorKind::unsupported, "the backend " + std::string(backend.name()) +
                                           " cannot replace its system prompt at " + path)
      .with_hint("Use the mode append, or another backend.")
      .at(path);
}

std::optional<Error> refusal_of_loads(const std::string& loads, const executor::Executor& backend,
                                      const Backends& backends) {
  executor::Loading loading = executor::kept_loading(loads);
  // It reads none by itself, and is given those that are not left out.
  if (backends.given_documents.contains(std::string(backend.name()))) loading.no_load.clear();
  const std::string obstacle = backend.loading_obstacle(loading);
  if (obstacle.empty()) return std::nullopt;
  return Error(ErrorKind::unsupported,
               "the backend " + std::string(backend.name()) + " " + obstacle)
      .with_hint("Have it load what it loads by itself, or choose another backend.");
}

}  // namespace tine::session
