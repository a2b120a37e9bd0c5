#pragma once
// The options that backends offer for a session, as far as they are alike: a choice among named
// values, of which the first leaves it to the backend.
//
// Plain functions.

#include <string>
#include <string_view>

#include "executor/executor.h"

namespace tine::executor {

/// The value of an option that leaves it to somebody else: to the backend, or to the mode.
inline constexpr std::string_view unset = "default";

v1::ConfigValue offered_value(std::string_view id, std::string_view name,
                              std::string_view description = {});
/// With the one value that leaves it open, which is called `otherwise`.
v1::ConfigOption offered_option(std::string_view id, std::string_view name,
                                std::string_view category, std::string_view otherwise);
/// Chooses it, also when it has not been offered so far; an empty text chooses nothing.
void choose(v1::ConfigOption& option, const std::string& wanted);
/// Takes what was chosen for an option that the settings have.
void set_option(Settings& settings, const v1::ConfigOption& changed);
/// What is chosen for the option `id`; empty: it is left open, or there is no such option.
std::string chosen_value(const Settings& settings, std::string_view id);

}  // namespace tine::executor
