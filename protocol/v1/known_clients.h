#pragma once
// What is known of clients by the names that they give themselves, where the protocol has no way to
// announce it. A client that gives no name, or one that is not listed, counts as the least able.
//
// Plain functions.

#include <optional>

#include "protocol/v1/types/capabilities.h"

namespace tine::v1 {

/// Whether a person sees the name of every option of a permission question, and chooses by it.
bool shows_option_names(const std::optional<Implementation>& client);

}  // namespace tine::v1
