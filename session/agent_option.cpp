#include "session/agent_option.h"

namespace tine::session {
namespace {

/// What the built-in agent does is of use to nobody who has a real one.
bool is_offered(const executor::Executor& backend, const executor::Executor& current) {
  return &backend == &current || (backend.kind() != "rehearsal" && backend.installed());
}

}  // namespace

std::optional<v1::ConfigOption> agent_option(const Backends& backends,
                                             const executor::Executor& current, bool has_past) {
  v1::ConfigOption option;
  option.id = agent_option_id;
  option.name = "Agent";
  option.description = has_past ? "Another agent goes on in a fork of this session."
                                : "Which agent works in this session.";
  option.category = "_agent";
  option.current = current.name();
  for (const auto& each : backends.all) {
    if (!is_offered(*each, current)) continue;
    const std::string name(each->name());
    const bool forks = has_past && each.get() != &current;
    option.values.push_back({.value = name,
                             .name = name,
                             .description = forks ? "Forks this session to " + name + "." : "",
                             .meta = {}});
  }
  if (option.values.size() < 2) return std::nullopt;
  return option;
}

}  // namespace tine::session
