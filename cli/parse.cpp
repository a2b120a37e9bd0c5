#include "cli/parse.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/config/nearest.h"
#include "cli/exit_code.h"
#include "cli/outline.h"

namespace tine::cli {
namespace {

constexpr const char* about =
    "An ACP agent server: forkable, resumable, recorded and metered sessions in front of coding "
    "agents.\n"
    "Without a verb it serves ACP when stdin is a pipe; on a terminal it prints the settings for "
    "editors.";

void add_common_options(Options options) {
  Common& common = options.common();
  options.flag("--version", common.version, "Print version, commit and protocol versions")
      .flag("--json", common.json, "Print JSON")
      .setting("--backend", "NAME", "The name of the backend for new sessions")
      .setting("--fork-strategy", "STRATEGY",
               "How forks are made: auto, native, pty or soft (docs/forks.md)")
      .value("--login", common.login, "BACKEND",
             "Log in to a backend with the backend's own program, then exit")
      .value("--mirror", common.mirror, "FILE",
             "Record all protocol messages in FILE (FILE.PID while another process writes FILE)");
}

/// The words of a command line, of which some may be verbs; none: all verbs are wanted.
using Words = std::vector<std::string_view>;

bool is_wanted(const Words& words, const Verb& verb) {
  return words.empty() || std::find(words.begin(), words.end(), verb.name) != words.end();
}

/// Adds a verb, and those of the ones below it that are wanted.
void add_verb(CLI::App& above, const Verb& verb, const Words& words, CommandLine& line) {
  CLI::App* const app = above.add_subcommand(verb.name, verb.help);
  app->fallthrough();
  app->footer(verb.examples);
  if (verb.declare != nullptr) {
    Options options(*app, line.common);
    app->callback([app, &line, run = verb.declare(options)] {
      // The verb that is below runs, where one was named.
      if (app->get_subcommands().empty()) line.run = run;
    });
  }
  if (verb.verbs == nullptr) return;
  for (const Verb& each : verb.verbs())
    if (is_wanted(words, each)) add_verb(*app, each, words, line);
  app->require_subcommand(verb.declare == nullptr ? 1 : 0, 1);
}

/// The verbs that can follow `app`, or its long options and those of what it follows.
std::vector<std::string> names_after(const CLI::App& app, bool options) {
  std::vector<std::string> names;
  if (!options) {
    for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
    return names;
  }
  for (const CLI::App* each = &app; each != nullptr; each = each->get_parent()) {
    for (const CLI::Option* option : each->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  }
  return names;
}

/// What is wrong with the arguments, and where to look further.
std::string complaint_about(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* verb = &app;
  std::string command = "tine";
  for (auto after = verb->get_subcommands(); !after.empty(); after = verb->get_subcommands()) {
    verb = after.back();
    command += " " + verb->get_name();
  }
  std::string text = error.what();
  if (const std::vector<std::string> rest = app.remaining(true); !rest.empty()) {
    const std::string& word = rest.front();
    const bool option = word.starts_with('-');
    const std::vector<std::string> names = names_after(*verb, option);
    const std::vector<std::string_view> known(names.begin(), names.end());
    text = "'" + command + "' ";
    if (option) {
      text += "has no option '" + word + "'";
    } else if (known.empty()) {
      text += "expects nothing at '" + word + "'";
    } else {
      text += "has no verb '" + word + "'";
    }
    text += suggestion(word, known);
  }
  return "tine: " + text + "\nTry " + command + " --help.\n";
}

void add_all(CLI::App& app, const Words& words, CommandLine& line) {
  app.fallthrough();
  add_common_options(Options(app, line.common));
  for (const Verb& verb : all_verbs())
    if (is_wanted(words, verb)) add_verb(app, verb, words, line);
  app.require_subcommand(0, 1);
}

VerbOutline outline_of(const CLI::App& app) {
  VerbOutline out;
  out.name = app.get_name();
  out.help = app.get_description();
  out.examples = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    const bool is_argument = option->get_positional();
    out.options.push_back(
        {.names = is_argument ? option->get_name(true) : option->get_name(),
         .type = option->get_items_expected_max() > 0 ? option->get_type_name() : std::string(),
         .help = option->get_description(),
         .is_argument = is_argument,
         .is_required = option->get_required(),
         .repeats = option->get_expected_max() > 1});
  }
  for (const CLI::App* verb : app.get_subcommands({})) out.verbs.push_back(outline_of(*verb));
  return out;
}

}  // namespace

VerbOutline outline() {
  CommandLine line;
  CLI::App app(about, "tine");
  add_all(app, {}, line);
  return outline_of(app);
}

std::variant<CommandLine, Notice> parse_command_line(int argc, char** argv) {
  // A good command line needs no other verb than its own, and most start-ups have a good one.
  try {
    CommandLine line;
    CLI::App app(about, "tine");
    add_all(app, Words(argv, argv + argc), line);
    app.parse(argc, argv);
    return line;
  } catch (const CLI::ParseError&) {
    // Help and complaints are made of all verbs.
  }
  CommandLine line;
  CLI::App app(about, "tine");
  add_all(app, {}, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return Notice{app.help(), exit_code::good};
    return Notice{complaint_about(app, error), exit_code::usage};
  }
  return line;
}

}  // namespace tine::cli
