#include "conformance/tool/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/toml/document.h"
#include "base/version.h"
#include "conformance/play/script.h"
#include "conformance/tool/clients/run_clients.h"
#include "conformance/tool/exit_status.h"
#include "conformance/tool/output.h"

namespace tine::conformance {
namespace {

constexpr const char* other_options = "For its options see acp-conform --help.";

constexpr const char* about =
    "acp-conform [OPTIONS] -- AGENT [ARGUMENT…]\n"
    "acp-conform replay FILE [OPTIONS] -- AGENT [ARGUMENT…]\n"
    "acp-conform record [OPTIONS] -- AGENT [ARGUMENT…]\n"
    "acp-conform client [OPTIONS] -- CLIENT [ARGUMENT…], with {agent} for the agent's command\n"
    "Judges an ACP agent by what it says: plays scenarios against it, each with a fresh process in "
    "a folder of its own, and tells which requirements of the Agent Client Protocol it keeps.\n"
    "Exits with 0 when all is well, 1 when a requirement is not kept, 2 when nothing could be run.";

/// The longest wait for one message.
constexpr int most_seconds = 3600;
constexpr unsigned most_jobs = 64;

/// `NAME=VALUE`, taken apart.
bool cut(const std::string& word, std::pair<std::string, std::string>& into) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  into = {word.substr(0, equals), word.substr(equals + 1)};
  return true;
}

std::string upper(std::string text) {
  for (char& each : text) each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
  return text;
}

bool is_prompt(const std::string& name) {
  const auto& all = prompt_facts();
  return std::any_of(all.begin(), all.end(), [&](const auto& each) { return name == each.name; });
}

std::string read_prompts(const std::string& path, Agent& agent) {
  const auto text = read_text(path);
  if (!text) return text.error();
  const auto root = toml::parse(*text, path, ErrorKind::config_invalid);
  if (!root) return root.error().message;
  for (const toml::Node& each : root->children) {
    if (!is_prompt(upper(each.key))) return path + ": there is no prompt " + each.key;
    agent.prompts[upper(each.key)] = each.text;
  }
  return {};
}

std::string prompt_help() {
  std::string out =
      "Prompts, by their names (--prompt ask='…', or a line of --prompts FILE; an empty one is not "
      "sent):\n";
  for (const PromptFacts& each : prompt_facts()) {
    std::string name(each.name);
    for (char& letter : name) letter = static_cast<char>(std::tolower(letter));
    name.resize(10, ' ');
    out += "  " + name + each.purpose + "\n";
  }
  return out;
}

}  // namespace

std::optional<int> read_options(int count, char** arguments, Options& options) {
  char** const end = arguments + count;
  char** const dashes =
      std::find_if(arguments, end, [](const char* each) { return std::string(each) == "--"; });
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  if (dashes != end) options.agent.command.assign(dashes + 1, end);
  if (!options.agent.command.empty()) {
    // It is started in another folder.
    std::string& program = options.agent.command.front();
    if (program.find('/') != std::string::npos) program = std::filesystem::absolute(program);
  }

  CLI::App app(about, "acp-conform");
  app.footer(prompt_help());
  app.set_version_flag("--version", "acp-conform " + std::string(version()),
                       "Print the version and exit");
  std::vector<std::string> environment;
  std::vector<std::string> prompts;
  std::string prompts_file;
  int seconds = 20;
  app.add_option("--only", options.only, "Play only what tests these requirements (repeatable)")
      ->type_name("ID");
  app.add_option("--scenarios", options.scenarios, "Play the scenarios of this folder instead")
      ->type_name("FOLDER");
  app.add_option("--jobs", options.jobs, "As many scenarios at a time (default: one per processor)")
      ->check(CLI::Range(1U, most_jobs))
      ->type_name("N");
  app.add_option("--timeout", seconds, "Wait so long for a message (default: 20)")
      ->check(CLI::Range(1, most_seconds))
      ->type_name("SECONDS");
  app.add_option("--env", environment,
                 "Set a variable for the agent (repeatable); {folder} in it becomes the folder of "
                 "the scenario")
      ->type_name("NAME=VALUE");
  app.add_option("--agent-cwd", options.agent.cwd,
                 "Start the agent in this folder (default: the session's)")
      ->check(CLI::ExistingDirectory)
      ->type_name("FOLDER");
  app.add_option("--prompt", prompts, "The words for one purpose (repeatable; see below)")
      ->type_name("NAME=TEXT");
  app.add_option("--prompts", prompts_file, "A TOML file of such words")->type_name("FILE");
  app.add_flag("--offline", options.offline, "Send no prompt: what needs a model is left out");
  app.add_option("--budget", options.agent.budget,
                 "Send so many prompts at most: what needs more is not exercised")
      ->type_name("N");
  app.add_flag("!--no-facts", options.measures,
               "Measure nothing: neither speed and memory nor where secrets are left");
  app.add_flag("--strict", options.strict, "A SHOULD that is not kept counts as a failure");
  app.add_option(
         "--baseline", options.baseline,
         "Ids of failures that are known, one a line: others fail, and so does one of these "
         "that passes")
      ->type_name("FILE");
  app.add_option("--json", options.json, "Write a report there (-: to stdout)")->type_name("FILE");
  app.add_option("--junit", options.junit, "Likewise, for CI")->type_name("FILE");
  app.add_option("--markdown", options.markdown, "Likewise")->type_name("FILE");
  app.add_option("--html", options.html, "Likewise, a page")->type_name("FILE");
  app.add_flag("--list", options.list, "List the requirements, and what tests them");
  app.add_option("--explain", options.explain, "Tell all of one requirement")->type_name("ID");
  CLI::App* const replay =
      app.add_subcommand("replay", "Play a file that acp-conform record has written")
          ->fallthrough();
  replay->add_option("FILE", options.replay)->required()->check(CLI::ExistingFile);
  replay->footer(other_options);
  CLI::App* const client =
      app.add_subcommand("client",
                         "Judge a client: in its command, {agent} becomes the command of the agent "
                         "that it is to start, and {cwd} the folder that it works in")
          ->fallthrough();
  client->footer(other_options);
  app.add_subcommand("record", "Write down what an editor and its agent say (see record --help)");
  try {
    app.parse(static_cast<int>(dashes - arguments), arguments);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? all_well : could_not_run;
  }
  options.agent.patience = std::chrono::seconds(seconds);
  options.judges_client = client->parsed();
  for (const std::string& each : environment) {
    if (!cut(each, options.agent.environment.emplace_back()))
      return mistake("--env wants NAME=VALUE, not " + each);
  }
  if (!options.offline) {
    for (const PromptFacts& each : prompt_facts()) options.agent.prompts[each.name] = each.words;
    if (!prompts_file.empty()) {
      if (const auto fault = read_prompts(prompts_file, options.agent); !fault.empty())
        return mistake(fault);
    }
    for (const std::string& each : prompts) {
      std::pair<std::string, std::string> one;
      if (!cut(each, one) || !is_prompt(upper(one.first)))
        return mistake("--prompt wants NAME=TEXT with a known name, not " + each);
      options.agent.prompts[upper(one.first)] = one.second;
    }
    std::erase_if(options.agent.prompts, [](const auto& each) { return each.second.empty(); });
  }
  const auto names_agent = [](const std::string& text) {
    return text.find(agent_word) != std::string::npos;
  };
  if (options.judges_client && !options.agent.command.empty() &&
      std::none_of(options.agent.command.begin(), options.agent.command.end(), names_agent) &&
      std::none_of(environment.begin(), environment.end(), names_agent))
    return mistake("the client's command has no {agent}, in whose place the agent's command comes");
  if (options.agent.command.empty() && !options.list && options.explain.empty())
    return mistake("no agent: acp-conform [OPTIONS] -- AGENT [ARGUMENT…]");
  return std::nullopt;
}

}  // namespace tine::conformance
