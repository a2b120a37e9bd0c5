#pragma once
// What a person can choose for a session of Codex: modes, model, effort, approvals, sandbox.
//
// Values and plain functions.

#include <optional>
#include <string>
#include <string_view>

#include "executor/executor.h"
#include "executor/width.h"

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

/// None: it is no mode of Codex.
std::optional<Width> width_of_mode(std::string_view mode);
/// What goes beyond the sandbox is asked about, at the least.
Width width_of_sandbox(std::string_view sandbox);

}  // namespace tine::executor::codex
