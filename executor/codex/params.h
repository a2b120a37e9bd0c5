#pragma once
// What is told to app-server about a session: its directory, model, permissions and identity when a
// thread begins, and what was said when a turn does.
//
// Plain functions.

#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "executor/executor.h"

namespace tine::executor::codex {

/// What a person can choose, as Codex names it. Empty: Codex's own choice.
struct Choices {
  std::string model;
  std::string effort;
  std::string approval;
  std::string sandbox;

  bool operator==(const Choices&) const = default;
};

/// What is configured for a backend; empty: nothing is.
struct Defaults {
  std::string model;
  std::string effort;
  std::string approval;
  std::string sandbox;
  std::string config;  ///< JSON object
};

inline constexpr std::string_view model_option = "model";
inline constexpr std::string_view effort_option = "effort";
inline constexpr std::string_view approval_option = "approval_policy";
inline constexpr std::string_view sandbox_option = "sandbox";

/// `models` is the `data` of model/list, or empty.
Settings settings_for(const Defaults& defaults, std::string_view models);
Choices choices_of(const Settings& settings);

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
/// Of a call that is about a directory and nothing else.
std::string cwd_params(const std::string& cwd);

/// The sandbox for writing in the project, as a turn names it: JSON. `effective` is
/// sandbox_workspace_write of Codex's configuration as config/read tells it, `configured` is what
/// is configured for the backend.
std::string workspace_sandbox(json::View effective, const std::string& configured,
                              const v1::Workspace& workspace);

/// Model and effort are named where `known` does not say them already, permissions always: what a
/// thread has when it is opened is narrower. `workspace_sandbox` is as above.
std::string turn_params(const std::string& thread_id, const std::vector<v1::ContentBlock>& prompt,
                        const std::string& workspace_sandbox, const Choices& choices,
                        const Choices& known);

}  // namespace tine::executor::codex
