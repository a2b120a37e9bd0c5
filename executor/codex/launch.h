#pragma once
// Builds what app-server gets when a thread is opened: the session's directory, model, permissions
// and identity.
//
// Values and plain functions.

#include <cstdint>
#include <string>
#include <vector>

#include "base/json/view.h"
#include "executor/admission.h"
#include "executor/codex/limits.h"
#include "executor/codex/options.h"
#include "executor/executor.h"
#include "executor/pty/own_recipe.h"
#include "transport/guarded.h"

namespace tine::executor::codex {

/// What is configured for a backend.
struct Setup {
  std::string name;
  std::vector<std::string> command;      ///< of Codex, without the word app-server
  std::vector<std::string> environment;  ///< NAME=value, the whole of it
  std::string guardian = transport::GuardedSpec().guardian;
  Admission* admission = nullptr;  ///< that has to let its processes start; null: they may
  Defaults defaults;
  limits::Patience patience;
  pty::OwnRecipe own_recipe;  ///< of a fork in a terminal
};

/// Whether the project's documents are left out by a session that loads so.
bool leaves_out_documents(const Loading& loading);

enum class ThreadCall : std::uint8_t { start, resume, fork };
/// `of` is the thread that is resumed or forked, with the last turn that a fork keeps.
///
/// A thread is always opened for reading alone, and each turn brings its sandbox: to Codex a wider
/// sandbox for a thread means that its user trusts the folder. It then writes that down in the
/// user's configuration and starts what the folder's own configuration names. `projects` says
/// whether it is trusted: see folder.h.
std::string thread_params(ThreadCall call, const ConversationSpec& spec, const Choices& choices,
                          const std::string& config, const std::string& projects,
                          const ProviderPoint& of);

/// Of a call that is about a thread and nothing else.
std::string thread_id_params(const std::string& thread_id);
/// Of thread/turns/list, for the last turn without what was said in it.
std::string last_turn_params(const std::string& thread_id);
/// Of a call that is about a directory and nothing else.
std::string cwd_params(const std::string& cwd);

/// The sandbox for writing in the project, as a turn names it: JSON. `effective` is
/// sandbox_workspace_write of Codex's configuration as config/read tells it, `configured` is what
/// is configured for the backend.
std::string workspace_sandbox(json::View effective, const std::string& configured,
                              const v1::Workspace& workspace);

}  // namespace tine::executor::codex
