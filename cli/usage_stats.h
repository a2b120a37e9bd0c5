#pragma once
// Keeps what the backends' processes have taken of memory at most, in usage_stats.toml in the
// store's root: by backend and version of its program, the last ones of each. Several tines add to
// it; each time it is written whole. A damaged one is kept aside and begun anew.
//
// A value that knows where the file is. Its calls block, and run on a worker's thread.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "executor/admission.h"
#include "session/store/files.h"

namespace tine::cli {

/// What stands in the file.
Result<std::vector<executor::Peaks>> parse_usage_stats(std::string_view text);
std::string usage_stats_text(const std::vector<executor::Peaks>& all);

class UsageStats {
 public:
  /// `root`: the store's.
  UsageStats(session::store::Files& files, Result<std::string> root)
      : files_(&files), root_(std::move(root)) {}

  /// Nothing when nothing is known, with a complaint when the file is damaged.
  executor::Recalled recall() const;
  /// Adds to what stands there by then. A failure costs no more than what was to be added.
  Result<void> keep(const executor::Peaks& one) const;

 private:
  session::store::Files* files_;
  Result<std::string> root_;
};

}  // namespace tine::cli
