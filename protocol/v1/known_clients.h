#pragma once
// Knows what some clients can do that the protocol has no way to announce, by the name in their
// clientInfo. A client without a name, or with an unknown one, is taken to be unable to do it.
//
// Plain functions.

#include <optional>

#include "protocol/v1/types/capabilities.h"

namespace tine::v1 {

/// Whether a person sees the name of every option of a permission question, and chooses by it.
bool shows_option_names(const std::optional<Implementation>& client);

}  // namespace tine::v1
