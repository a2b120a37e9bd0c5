#include "cli/config/discover.h"

#include "transport/program_path.h"

namespace tine::cli {
namespace {

BackendConfig installed(BackendKind kind, std::string path) {
  BackendConfig backend;
  backend.name = name_of(kind);
  backend.kind = kind;
  backend.origin = {Layer::discovered, path, {}};
  backend.command.push_back(std::move(path));
  return backend;
}

}  // namespace

std::string find_program(const Env& env, std::string_view name, const IsProgram& is_program) {
  const std::string path = env.variable("PATH").value_or(std::string());
  return transport::program_path(std::string(name), path, is_program);
}

std::vector<BackendConfig> discover_backends(const Env& env, const IsProgram& is_program) {
  std::vector<BackendConfig> found;
  for (const BackendKind kind : {BackendKind::codex, BackendKind::claude}) {
    std::string path = find_program(env, name_of(kind), is_program);
    if (!path.empty()) found.push_back(installed(kind, std::move(path)));
  }
  BackendConfig rehearsal;
  rehearsal.name = name_of(BackendKind::rehearsal);
  rehearsal.kind = BackendKind::rehearsal;
  found.push_back(std::move(rehearsal));
  return found;
}

DefaultBackend choose_default(const BackendConfig& first) {
  switch (first.origin.layer) {
    case Layer::user:
      return {first.name, "it is the first backend in " + first.origin.source};
    case Layer::discovered:
      return {first.name, "it is installed: " + first.origin.source};
    default:
      return {first.name, "no other backend is configured or installed"};
  }
}

}  // namespace tine::cli
