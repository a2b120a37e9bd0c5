#pragma once
// How Codex forks a thread in a terminal: `codex fork`.
//
// Values and plain functions. terminal_obstacle() blocks: it runs on a worker's thread.

#include <array>
#include <string>
#include <string_view>

#include "executor/codex/folder.h"
#include "executor/codex/launch.h"
#include "executor/pty/recipe.h"

namespace tine::executor::codex {

/// What a recipe of a user's own may name in braces.
inline constexpr std::array<std::string_view, 2> recipe_placeholders = {"parent", "cwd"};

/// What it would ask its person before it forks, in words for that person; empty: nothing.
std::string terminal_obstacle(const FolderPlaces& places);

pty::Recipe terminal_recipe(const Setup& setup, const ConversationSpec& spec,
                            const FolderPlaces& places, const std::string& parent);

}  // namespace tine::executor::codex
