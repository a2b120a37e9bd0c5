#pragma once
// What a prompt is by its first words. Plain functions on any thread.

#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/types.h"

namespace tine::session {

/// The command of ours that a prompt is, with what stands behind it; empty for any other prompt.
std::string command_line(const std::vector<v1::ContentBlock>& blocks);

/// Whether the prompt is a command of the backend, which must stand first in it: "/compact", but no
/// path.
bool is_for_backend(const std::vector<v1::ContentBlock>& blocks);

/// The first text of a prompt.
std::string_view first_text(const std::vector<v1::ContentBlock>& blocks);

}  // namespace tine::session
