#pragma once
// What a person can choose for a session of Claude Code: modes, model, effort, thinking.
//
// Values and plain functions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executor/executor.h"
#include "executor/width.h"

namespace tine::executor::claude {

/// What is configured for a backend; empty: nothing is.
struct Defaults {
  std::string model;
  std::string effort;
  std::string mode;
  bool allow_bypass = false;  ///< the mode that skips all permissions is offered
};

/// What is chosen, as Claude Code names it. Empty: its own choice.
struct Choices {
  std::string mode;
  std::string model;
  std::string effort;
  bool thinks = true;

  bool operator==(const Choices&) const = default;
};

inline constexpr std::string_view bypass_mode = "bypassPermissions";
inline constexpr std::string_view accept_edits_mode = "acceptEdits";

/// `models` is that of the answer to initialize, or empty.
Settings settings_for(const Defaults& defaults, std::string_view models);
Choices choices_of(const Settings& settings);

/// None: it is no mode of Claude Code.
std::optional<Width> width_of_mode(std::string_view mode);

/// `commands` of the answer to initialize.
std::vector<v1::Command> commands_of(json::View commands);

}  // namespace tine::executor::claude
