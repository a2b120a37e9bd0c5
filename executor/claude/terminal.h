#pragma once
// How Claude Code forks a conversation in a terminal: `claude --resume … --fork-session`.
//
// Values and plain functions. terminal_obstacle() blocks: it runs on a worker's thread.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "executor/claude/folder.h"
#include "executor/claude/launch.h"
#include "executor/pty/recipe.h"

namespace tine::executor::claude {

/// What a recipe of a user's own may name in braces.
inline constexpr std::array<std::string_view, 4> recipe_placeholders = {"parent", "child", "cwd",
                                                                        "mode"};

/// What it would ask its person before it forks, in words for that person; empty: nothing.
std::string terminal_obstacle(const FolderPlaces& places,
                              const std::vector<std::string>& environment);

/// `child` becomes the name of the fork.
pty::Recipe terminal_recipe(const Setup& setup, const ConversationSpec& spec,
                            const std::string& parent, const std::string& child);

}  // namespace tine::executor::claude
