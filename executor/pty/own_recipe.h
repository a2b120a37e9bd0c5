#pragma once
// What a user has written into their own configuration in place of parts of a recipe. What would
// answer a question of trust or permission, or have the program leave it out, is refused.
//
// Values and plain functions.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "executor/pty/recipe.h"

namespace tine::executor::pty {

/// Its texts may have placeholders: names in braces.
struct OwnRecipe {
  std::vector<std::string> command;      ///< empty: as it was
  std::vector<std::string> environment;  ///< NAME=value, added
  std::vector<Recipe::Answer> answers;
  std::optional<Trace> trace;
  std::string leave;  ///< empty: as it was
  Patience patience;
};

/// What a placeholder stands for, by its name.
using Filling = std::vector<std::pair<std::string_view, std::string>>;

/// Reads a table, as JSON. `placeholders`: those that may be used. config_invalid: the message
/// begins with the name of the key that is wrong.
Result<OwnRecipe> read_own_recipe(std::string_view table,
                                  const std::vector<std::string_view>& placeholders);

/// Puts what the user has written in place of what the recipe says. `home` is what ~ stands for.
void put_in(const OwnRecipe& own, const Filling& filling, const std::string& home, Recipe& recipe);

}  // namespace tine::executor::pty
