#include "executor/claude/terminal.h"

#include <filesystem>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "executor/child_environment.h"
#include "executor/claude/limits.h"
#include "executor/claude/session_files.h"

namespace tine::executor::claude {
namespace {

/// Whether its person has said whether the key of the environment may be used. Claude Code keeps
/// the end of each.
bool has_judged_key(json::View record, std::string_view key) {
  constexpr std::size_t kept = 20;
  if (key.size() > kept) key.remove_prefix(key.size() - kept);
  const json::View answers = record.find("customApiKeyResponses");
  for (const char* const judged : {"approved", "rejected"})
    for (const json::View each : answers.find(judged).elements())
      if (each.equals(key)) return true;
  return false;
}

}  // namespace

std::string terminal_obstacle(const FolderPlaces& places,
                              const std::vector<std::string>& environment) {
  const std::filesystem::path path(places.record);
  const auto text =
      read_in_folder(path.parent_path().string(), path.filename().string(), limits::trust_record);
  json::Scanner scanner(tine::limits::max_json_depth, json::Scanner::Members::overlooked);
  const bool is_there = text && *text && scanner.feed(**text) && scanner.finish();
  const json::View record = is_there ? json::View(**text) : json::View();
  if (!record.find("hasCompletedOnboarding").boolean().value_or(false)) {
    return "Claude Code has not been set up in a terminal: start `claude` once, and answer there";
  }
  if (!look_at(places).trusted_by_cli) {
    return "Claude Code does not trust the folder " + places.cwd +
           ", and would ask: start `claude` in it once, and answer there";
  }
  const std::string key = variable_in(environment, "ANTHROPIC_API_KEY");
  if (!key.empty() && !has_judged_key(record, key)) {
    return "Claude Code would ask whether to use the API key of the environment: start `claude` "
           "once, and answer there";
  }
  return {};
}

pty::Recipe terminal_recipe(const Setup& setup, const ConversationSpec& spec,
                            const std::string& parent, const std::string& child) {
  pty::Recipe recipe;
  recipe.name = "claude --fork-session";
  recipe.command = setup.command;
  const std::string mode = choices_of(spec.settings).mode;
  const std::string mode_or_default = mode.empty() ? "default" : mode;
  // Left to itself it takes its own mode in a terminal, which may be wider than the parent's. A
  // fork is written down with the first thing that is done in it: giving it a name asks no model.
  for (const std::string& each :
       {std::string("--resume"), parent, std::string("--fork-session"), std::string("--session-id"),
        child, std::string("--permission-mode"), mode_or_default, std::string("/rename fork")}) {
    recipe.command.push_back(each);
  }
  recipe.environment = environment(setup, spec, Reads::everything);
  recipe.cwd = spec.workspace.cwd;
  recipe.guardian = setup.guardian;
  recipe.parent = parent;
  recipe.trace.folder = root_for(setup.environment).value_or(std::string()) + "/projects";
  recipe.trace.name = child + ".jsonl";
  recipe.trace.line = {{.path = "subtype", .text = "local_command"},
                       {.path = "commandRun.command", .text = "rename"},
                       {.path = "sessionId", .text = child}};
  recipe.trace.id = "sessionId";
  recipe.leave = "\x03";
  const pty::Filling filling = {{recipe_placeholders[0], parent},
                                {recipe_placeholders[1], child},
                                {recipe_placeholders[2], spec.workspace.cwd},
                                {recipe_placeholders[3], mode_or_default}};
  pty::put_in(setup.own_recipe, filling, variable_in(setup.environment, "HOME"), recipe);
  return recipe;
}

}  // namespace tine::executor::claude
