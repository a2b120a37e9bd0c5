#pragma once
// Servers within this process: the program's objects, and an echo.
//
// Plain functions; the servers are the caller's.

#include <memory>

#include "conformance/play/server.h"
#include "tests/transcript/cut_channel.h"
#include "tests/transcript/place.h"

namespace tine::transcript {

/// Builds the program's objects in this process, with a clock and randomness that are the same each
/// time.
std::unique_ptr<conformance::Server> start_inside(const Place& place, Cut cut, Reading& reading);

/// Sends back each byte that it gets.
std::unique_ptr<conformance::Server> start_echo();

}  // namespace tine::transcript
