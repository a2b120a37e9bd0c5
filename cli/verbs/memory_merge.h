#pragma once
// `tine memory merge`, beside the other verbs of `tine memory`.

#include "cli/verb.h"

namespace tine::cli {

Run declare_memory_merge(Options& options);

}  // namespace tine::cli
