#include "executor/codex/terminal.h"

#include "base/toml/document.h"
#include "executor/child_environment.h"
#include "executor/limits.h"

namespace tine::executor::codex {
namespace {

/// Codex notes its first start in a terminal in the user's configuration, which nobody here may
/// have it change.
bool has_noted_terminal(const std::string& codex_home) {
  const auto text = read_in_folder(codex_home, "config.toml", executor::limits::folder_file);
  if (!text || !*text) return false;
  const auto config = toml::parse(**text, "config.toml", ErrorKind::config_invalid);
  if (!config) return false;
  const toml::Node* const node = config->find("tui");
  return node != nullptr && node->find("screen_reader_detection_done") != nullptr;
}

}  // namespace

std::string terminal_obstacle(const FolderPlaces& places) {
  if (!look(places).trusted_by_cli) {
    return "Codex does not trust the folder " + places.cwd +
           ", and would ask: start `codex` in it once, and answer there";
  }
  if (!has_noted_terminal(places.codex_home)) {
    return "Codex would note its first start in a terminal in your configuration: start `codex` in "
           "one yourself first";
  }
  return {};
}

pty::Recipe terminal_recipe(const Setup& setup, const ConversationSpec& spec,
                            const FolderPlaces& places, const std::string& parent) {
  pty::Recipe recipe;
  recipe.name = "codex fork";
  recipe.command = setup.command;
  // With a daemon, one would be left behind. Where its directory is not said, it asks about it.
  for (const std::string& each :
       {std::string("fork"), std::string("--no-daemon"), std::string("--no-alt-screen"),
        std::string("-C"), spec.workspace.cwd, parent}) {
    recipe.command.push_back(each);
  }
  recipe.environment = child_environment(setup.environment, spec.identity);
  recipe.cwd = spec.workspace.cwd;
  recipe.guardian = setup.guardian;
  recipe.parent = parent;
  recipe.trace.folder = places.codex_home + "/sessions";
  recipe.trace.line = {{.path = "type", .text = "session_meta"},
                       {.path = "payload.forked_from_id", .text = parent}};
  recipe.trace.id = "payload.id";
  recipe.leave = "\x03";
  const pty::Filling filling = {{recipe_placeholders[0], parent},
                                {recipe_placeholders[1], spec.workspace.cwd}};
  pty::put_in(setup.own_recipe, filling, variable_in(setup.environment, "HOME"), recipe);
  return recipe;
}

}  // namespace tine::executor::codex
