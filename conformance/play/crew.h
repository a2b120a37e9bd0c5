#pragma once
// Shares numbered pieces of work out to processes of our own, so that two run at a time and one
// that crashes takes only its piece with it.
//
// Plain function; the process has no other threads.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tine::conformance {

/// Calls `work` for each number below `count` in one of `workers` processes; gives what each
/// returned, or how the process died of it. `done` hears of each as it ends.
std::vector<std::string> share_out(std::size_t count, unsigned workers,
                                   const std::function<std::string(std::size_t)>& work,
                                   const std::function<void(std::size_t)>& done);

}  // namespace tine::conformance
