// `tine backends`: which agents are known, which of them are installed and configured, and how one
// is added to the user's configuration.

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "base/json/writer.h"
#include "cli/config/apply.h"
#include "cli/config/change.h"
#include "cli/config/discover.h"
#include "cli/config/nearest.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "executor/acp/presets.h"
#include "executor/claude/program.h"
#include "executor/codex/program.h"

namespace tine::cli {
namespace {

using executor::acp::Preset;

/// An agent that tine knows, built in or by its preset.
struct Known {
  std::string name;
  std::string title;
  std::vector<std::string> command;
  std::string install;
  std::string tested;
  bool built_in = false;
  std::string path;                   ///< of its program; empty: it is not installed
  std::vector<std::string> backends;  ///< that run it, by their names
};

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string out;
  for (const std::string& each : words) out.append(out.empty() ? "" : between).append(each);
  return out;
}

Known built_in(BackendKind kind, std::string_view title, std::string_view hint,
               std::string_view newest) {
  constexpr std::string_view behind = ": ";
  const std::size_t command = hint.find(behind) + behind.size();
  return {.name = std::string(name_of(kind)),
          .title = std::string(title),
          .command = {std::string(name_of(kind))},
          .install = std::string(hint.substr(command)),
          .tested = std::string(newest),
          .built_in = true,
          .path = {},
          .backends = {}};
}

std::vector<Known> known_agents(const Env& env, const Config& config) {
  using executor::claude::program;
  std::vector<Known> all;
  const executor::Program& codex = executor::codex::program;
  all.push_back(built_in(BackendKind::codex, codex.name, codex.install_hint, codex.newest));
  all.push_back(built_in(BackendKind::claude, program.name, program.install_hint, program.newest));
  for (const Preset& each : executor::acp::presets()) {
    all.push_back({.name = std::string(each.name),
                   .title = std::string(each.title),
                   .command = each.command(),
                   .install = std::string(each.install),
                   .tested = std::string(each.tested),
                   .built_in = false,
                   .path = {},
                   .backends = {}});
  }
  for (Known& each : all) {
    each.path = find_program(env, each.command.front(), is_program);
    for (const BackendConfig& backend : config.backends) {
      const std::string_view runs = backend.kind == BackendKind::acp
                                        ? std::string_view(backend.preset)
                                        : name_of(backend.kind);
      if (runs == each.name) each.backends.push_back(backend.name);
    }
  }
  return all;
}

std::string as_json(const std::vector<Known>& all, const Config& config) {
  json::Document out;
  out["default"] = config.default_backend;
  out["agents"] = json::Document::array();
  for (const Known& each : all) {
    json::Document& agent = out["agents"].emplace_back();
    agent["name"] = each.name;
    agent["title"] = each.title;
    agent["kind"] = each.built_in ? each.name : "acp";
    agent["command"] = each.command;
    agent["program"] = each.path;
    agent["backends"] = each.backends;
    agent["tested"] = each.tested;
    agent["install"] = each.install;
  }
  return json::text_of(out) + "\n";
}

using Row = std::vector<std::string>;

/// Columns as wide as their widest cell.
std::string as_table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return out;
}

std::string as_text(const std::vector<Known>& all, const Config& config) {
  std::vector<Row> rows = {{"AGENT", "COMMAND", "INSTALLED", "BACKEND", "TESTED"}};
  for (const Known& each : all) {
    rows.push_back({each.name, joined(each.command, " "),
                    each.path.empty() ? "no" : visible_line(each.path),
                    each.backends.empty() ? "-" : joined(each.backends, ", "),
                    each.tested.empty() ? "not run" : each.tested});
  }
  return as_table(rows) + "\nThe default backend is " + config.default_backend +
         ". `tine backends add AGENT` adds one to " +
         (config.user_file.empty() ? "your configuration" : visible_line(config.user_file)) + ".\n";
}

int refused(Error error) {
  print_error(error);
  return exit_code::failed;
}

/// What the configuration is with that text in the user's file.
Result<Config> config_of(const Env& env, const std::optional<std::string>& text) {
  ConfigSources sources{.env = env, .read = {}, .is_program = is_program, .flags = {}};
  sources.read = [&text](const std::string& /*path*/) { return text; };
  return load_config(sources);
}

/// The text of the file with the backend at its end. Where the file names no default backend and
/// tine has found one installed, the text names that one, so that it stays the default.
Result<std::string> with_backend(const Env& env, const std::optional<std::string>& before,
                                 const Known& agent, const std::string& name) {
  const auto config = config_of(env, before);
  if (!config) return fail(config.error());
  if (config->find_backend(name) != nullptr) {
    return fail(Error(ErrorKind::invalid_params, "there is a backend " + name + " already")
                    .with_hint("Name the new one with --name."));
  }
  std::string text = before.value_or(std::string());
  const BackendConfig* const preferred = config->find_backend(config->default_backend);
  const bool is_found = preferred != nullptr && preferred->origin.layer == Layer::discovered;
  if (config->origin_of("default_backend") == nullptr && is_found)
    text.insert(0, "default_backend = \"" + config->default_backend + "\"\n\n");
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  if (!text.empty() && !text.ends_with("\n\n")) text += '\n';
  text += "[backends." + (name.find('.') == std::string::npos ? name : "\"" + name + "\"") + "]\n";
  text += "kind = \"acp\"\n";
  if (name != agent.name) text += "preset = \"" + agent.name + "\"\n";
  return text;
}

struct BackendsAsked {
  std::string agent;  ///< the name of a known agent
  std::string name;   ///< of the backend; empty: the agent's
};

int add(const Env& env, const Config& config, const std::vector<Known>& all,
        const BackendsAsked& asked) {
  const auto agent = std::find_if(all.begin(), all.end(),
                                  [&asked](const Known& each) { return each.name == asked.agent; });
  if (agent == all.end()) {
    std::vector<std::string_view> names;
    names.reserve(all.size());
    for (const Known& each : all) names.push_back(each.name);
    return refused(Error(ErrorKind::invalid_params, "no agent " + visible_line(asked.agent) +
                                                        " is known" +
                                                        suggestion(asked.agent, names))
                       .with_hint("`tine backends` lists those that are. Any other agent needs its "
                                  "command: see docs/backends.md."));
  }
  if (agent->built_in) {
    return refused(Error(ErrorKind::invalid_params,
                         agent->name + " needs no entry: tine finds it in PATH by itself")
                       .with_hint(agent->path.empty() ? "Install it: " + agent->install : ""));
  }
  const std::string name = asked.name.empty() ? agent->name : asked.name;
  if (!is_backend_name(name)) {
    return refused(Error(
        ErrorKind::invalid_params,
        "the name " + json::quoted(name) + " is not made of letters, digits, '.', '_' and '-'"));
  }
  if (agent->path.empty()) {
    return refused(Error(ErrorKind::backend_not_installed,
                         agent->title + " is not installed: there is no program " +
                             agent->command.front() + " in PATH")
                       .with_hint("Install it: " + agent->install));
  }
  if (config.user_file.empty()) {
    return refused(Error(ErrorKind::config_invalid, "the place of your configuration is not known")
                       .with_hint("Set HOME."));
  }
  std::string default_now;
  const auto changed = change_config_file(
      config.user_file, [&](const std::optional<std::string>& before) -> Result<std::string> {
        auto text = with_backend(env, before, *agent, name);
        if (!text) return text;
        // What is written must be read again.
        const auto after = config_of(env, *text);
        if (!after) return fail(after.error());
        default_now = after->default_backend;
        return text;
      });
  if (!changed) return refused(changed.error());
  print("Added the backend " + name + " (" + joined(agent->command, " ") + ") to " +
        visible_line(config.user_file) + ". The default backend is " + default_now +
        ".\nTry it: tine run --backend " + name + " \"Hello\"\n");
  return exit_code::good;
}

Run list_them(Options& /*options*/) {
  return [](Program& program) {
    const std::vector<Known> all = known_agents(program.env, program.config);
    print(program.common.json ? as_json(all, program.config) : as_text(all, program.config));
    return exit_code::good;
  };
}

Run add_one(Options& options) {
  const auto asked = std::make_shared<BackendsAsked>();
  options.argument("agent", asked->agent, "AGENT", "The agent's name in the list")
      .value("--name", asked->name, "NAME", "The backend's name (default: the agent's)");
  return [asked](Program& program) {
    return add(program.env, program.config, known_agents(program.env, program.config), *asked);
  };
}

constexpr std::array<Verb, 2> backends_verbs{{
    {.name = "list", .help = "List the known agents (the default)", .declare = list_them},
    {.name = "add", .help = "Add a known agent to your configuration", .declare = add_one},
}};

std::span<const Verb> below_backends() { return backends_verbs; }

}  // namespace

const Verb backends_verb{.name = "backends",
                         .help = "List the agents that tine knows; add one",
                         .declare = list_them,
                         .examples = "Examples:\n  tine backends\n  tine backends add opencode",
                         .verbs = below_backends};

}  // namespace tine::cli
