#include "cli/config/discover.h"

#include <algorithm>

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

DefaultBackend choose_default(std::span<const BackendConfig> backends,
                              std::span<const BackendKind> built_in) {
  std::string passed_over;
  for (const BackendConfig& backend : backends) {
    if (std::find(built_in.begin(), built_in.end(), backend.kind) == built_in.end()) {
      if (passed_over.empty()) {
        passed_over = "this version cannot run " + backend.name + " (" + backend.origin.str() + ")";
      }
      continue;
    }
    switch (backend.origin.layer) {
      case Layer::user:
        return {backend.name, "it is the first backend in " + backend.origin.source};
      case Layer::discovered:
        return {backend.name, "it is installed: " + backend.origin.source};
      default:
        return {backend.name,
                passed_over.empty() ? "no other backend is configured or installed" : passed_over};
    }
  }
  return {std::string(name_of(BackendKind::rehearsal)), passed_over};
}

}  // namespace tine::cli
