#pragma once
// What a verb does that has removed sessions.

#include "cli/world.h"

namespace tine::cli {

/// Takes the words of sessions that are gone out of the search index; says so where that fails.
transport::Task<void> forget_words(World& world);

}  // namespace tine::cli
