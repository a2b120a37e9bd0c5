#pragma once
// How what is under test is started, and how its end is seen.
//
// Plain functions; the process has no other threads.

#include <chrono>
#include <string>
#include <string_view>

#include "conformance/play/server.h"
#include "conformance/tool/agent.h"
#include "conformance/tool/folder.h"

namespace tine::conformance {

/// At most, for the end of what it has left behind: a program that notices its end may take its
/// time to end, too.
inline constexpr std::chrono::milliseconds orphan_patience{10'000};

std::string replaced(std::string text, std::string_view what, const std::string& by);

Launch launch_of(const Agent& agent, const Folder& folder);

/// Waits until no process is left of what was started. False: some are.
bool have_ended(std::chrono::milliseconds patience);

}  // namespace tine::conformance
