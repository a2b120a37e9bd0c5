#pragma once
// `tine demo`: starts this program as an editor would and shows over ACP what it does: a
// conversation, a fork, two branches that know different things, what it all cost, and the tree
// that came of it.

#include "cli/world.h"

namespace tine::cli {

/// Gives the exit code.
transport::Task<int> demo(World& world, transport::CancelSource shutdown);

}  // namespace tine::cli
