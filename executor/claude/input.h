#pragma once
// What is said to Claude Code on its stdin: the line that begins a turn.
//
// Plain functions.

#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/types/content.h"

namespace tine::executor::claude {

/// Without the newline. By `uuid` the CLI tells afterwards what has become of it.
std::string user_line(const std::vector<v1::ContentBlock>& prompt, std::string_view uuid);

}  // namespace tine::executor::claude
