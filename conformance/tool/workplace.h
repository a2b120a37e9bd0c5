#pragma once
// The temporary folder of a whole run, in which each scenario has its own. It is removed when the
// run is over, also when that is interrupted; what a run that was killed has left, the next
// removes.
//
// Plain functions; the process has no other threads.

#include <filesystem>
#include <functional>

namespace tine::conformance {

/// Where the folders of scenarios are made.
const std::filesystem::path& workplace();

/// Does `work` in a process of its own, and gives the status to exit with. SIGINT and SIGTERM end
/// the work with all that it has started; then this process dies of that signal.
int in_workplace(const std::function<int()>& work);

}  // namespace tine::conformance
