#pragma once
// Makes what people read safe to show: control characters of terminals become visible, see
// base/json/controls.h. `rawInput` and `locations` of a tool call stay as they came: programs read
// them.
//
// Plain functions.

#include <string>

#include "protocol/v1/update.h"

namespace tine::v1 {

void show_controls(Update& update);

/// The parameters of a question that a person answers.
std::string with_controls_shown(std::string params);

}  // namespace tine::v1
