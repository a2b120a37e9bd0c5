#pragma once
// What an ACP agent lets a person choose, as tine keeps it: modes, and options without the one that
// stands for the mode.
//
// Plain functions and a value.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "executor/executor.h"

namespace tine::executor::acp {

struct Offer {
  Settings settings;
  /// The id of the option that is the mode, for an agent that has its modes only there.
  std::string mode_option;
};

/// Reads the answer that opened a session.
Offer offer_of(std::optional<v1::ModeState> modes,
               std::optional<std::vector<v1::ConfigOption>> options);

/// Takes over the whole list of options that the agent has told. What cannot be read is left out.
void take_options(Offer& offer, json::View list);

/// Gives what is offered now, with the choices of a person that the agent has not been told: those
/// in which `wanted` differs from what the agent had `before`.
Settings with_choices(Settings offered, const Settings& before, const Settings& wanted);

/// The option of that id; nullptr: there is none.
const v1::ConfigOption* find(const Settings& settings, std::string_view id);
bool is_same_choice(const v1::ConfigOption& one, const v1::ConfigOption& other);

/// Reads the commands of an update that tells them.
std::vector<v1::Command> commands_of(json::View list);

}  // namespace tine::executor::acp
