#pragma once
// The backends that were configured, and what a session on one of them begins with.
//
// Values and plain functions; main owns the backends.

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "executor/executor.h"
#include "session/permission_rules.h"

namespace tine::session {

/// The backends that were configured, and the one that is used when none is named.
struct Backends {
  std::vector<std::unique_ptr<executor::Executor>> all;
  executor::Executor* preferred = nullptr;
  /// Tells how this program is run as the server of its tools for agents; empty: no session is
  /// given it.
  std::function<v1::McpServer()> own_server;
  /// The names of those that read no documents of a project by themselves, so that the first prompt
  /// of a new session carries them.
  std::set<std::string> given_documents;

  executor::Executor* named(std::string_view name) const;
};

/// What to say where a session is on a backend that is not configured.
Error backend_missing(const std::string& name);

/// What a new session begins with; an empty text leaves the choice to the backend.
struct Choices {
  executor::Executor* backend = nullptr;
  std::string mode;
  std::string model;
  std::string effort;
  bool has_tools = false;  ///< the agent is given the program's own tools: memory.mcp
  /// What answers permission questions in place of a person, the project's file included.
  std::vector<PermissionRule> permissions;
};
/// The backend's settings with what was chosen; what the backend does not offer is left as it is.
executor::Settings settings_of(const Choices& choices);
/// Chooses for a session in `cwd`; `backend` is the name that its client asked for, or empty.
using Chooser = std::function<Result<Choices>(const std::string& cwd, const std::string& backend)>;

/// Why the backend cannot take a session on; none: it can. What is announced to a client holds for
/// the default backend; another one may be able to do less.
std::optional<Error> refusal_of(const v1::Workspace& workspace, const executor::Executor& backend);
/// Likewise of what the session's backend is to load by itself, as the state holds it.
std::optional<Error> refusal_of_loads(const std::string& loads, const executor::Executor& backend,
                                      const Backends& backends);

}  // namespace tine::session
