#include "cli/arguments.h"

#include <CLI/CLI.hpp>

#include "cli/config/nearest.h"
#include "cli/exit_code.h"

namespace tine::cli {
namespace {

constexpr const char* about =
    "An ACP agent server: forkable, resumable, recorded and metered sessions in front of coding "
    "agents.\n"
    "Without a verb it serves ACP when stdin is a pipe; on a terminal it prints the settings for "
    "editors.";

constexpr const char* which = "The session's id, or any unique prefix of it";

/// The most days that can be asked for: a hundred years.
constexpr std::int64_t most_days = 36'500;

void add_session_verbs(CLI::App& session, SessionArguments& arguments) {
  const auto verb = [&](SessionVerb value, const char* name, const char* help) {
    CLI::App* sub = session.add_subcommand(name, help);
    sub->fallthrough();
    sub->callback([&arguments, value] { arguments.verb = value; });
    return sub;
  };
  const auto one = [&](CLI::App* sub) {
    sub->add_option("id", arguments.id, which)->required()->type_name("ID");
  };
  CLI::App* list = verb(SessionVerb::list, "list", "List the sessions of this directory's project");
  list->add_flag("--tree", arguments.tree, "Show forks below their parents");
  list->add_flag("--all", arguments.all, "Include the sessions of all projects");
  one(verb(SessionVerb::show, "show", "Show the details of a session"));
  CLI::App* verify = verb(SessionVerb::verify, "verify", "Check transcripts, line by line");
  auto* ids = verify->add_option("ids", arguments.ids, which)->type_name("ID");
  verify->add_flag("--all", arguments.all, "Check all sessions")->excludes(ids);
  CLI::App* give = verb(SessionVerb::export_history, "export", "Print a session's whole history");
  one(give);
  give->add_option("--format", arguments.format, "jsonl (default) or markdown")
      ->check(CLI::IsMember({"jsonl", "markdown"}))
      ->type_name("FORMAT");
  give->add_flag("--skip-damaged", arguments.skip_damaged,
                 "Skip damaged lines instead of stopping");
  CLI::App* clean = verb(SessionVerb::clean, "clean", "Remove old sessions");
  clean
      ->add_option("--days", arguments.days,
                   "Remove sessions that were not used for N days (default: the configured limits)")
      ->check(CLI::Range(std::int64_t{1}, most_days))
      ->type_name("N");
  clean->add_flag("--dry-run", arguments.dry_run, "Only show what would be removed");
  CLI::App* seed = verb(SessionVerb::seed, "seed", "Have new sessions begin as forks of a session");
  one(seed);
  seed->add_flag("--off", arguments.off, "No longer");
  CLI::App* remove = verb(SessionVerb::remove, "delete", "Delete a session");
  one(remove);
  remove->add_flag("--yes", arguments.yes, "Do not ask");
  remove->add_flag("--purge", arguments.purge,
                   "Also remove its files, except the part that its forks need");
  session.require_subcommand(1);
}

void add_trust_verbs(CLI::App& trust, TrustArguments& arguments) {
  const auto verb = [&](TrustVerb value, const char* name, const char* help) {
    CLI::App* sub = trust.add_subcommand(name, help);
    sub->fallthrough();
    sub->callback([&arguments, value] { arguments.verb = value; });
    return sub;
  };
  verb(TrustVerb::list, "list", "List what was answered");
  for (CLI::App* sub : {verb(TrustVerb::add, "add", "Trust a folder for what it starts now"),
                        verb(TrustVerb::remove, "remove", "Forget what was answered")})
    sub->add_option("folder", arguments.folder, "The folder (default: here)")->type_name("DIR");
  trust.require_subcommand(1);
}

void add_backends_verbs(CLI::App& backends, BackendsArguments& arguments) {
  CLI::App* list = backends.add_subcommand("list", "List the known agents (the default)");
  list->fallthrough();
  CLI::App* add = backends.add_subcommand("add", "Add a known agent to your configuration");
  add->fallthrough();
  add->callback([&arguments] { arguments.verb = BackendsVerb::add; });
  add->add_option("agent", arguments.agent, "The agent's name in the list")
      ->required()
      ->type_name("AGENT");
  add->add_option("--name", arguments.name, "The backend's name (default: the agent's)")
      ->type_name("NAME");
  backends.require_subcommand(0, 1);
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

}  // namespace

std::variant<Arguments, Notice> parse_arguments(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(about, "tine");
  app.fallthrough();
  app.add_flag("--version", arguments.version, "Print version, commit and protocol versions");
  app.add_flag("--json", arguments.json, "Print JSON");
  app.add_option("--backend", arguments.backend, "The name of the backend for new sessions");
  app.add_option("--fork-strategy", arguments.fork_strategy,
                 "How forks are made: auto, native, pty or soft (docs/forks.md)")
      ->type_name("STRATEGY");
  app.add_option("--login", arguments.login,
                 "Log in to a backend with the backend's own program, then exit")
      ->type_name("BACKEND");
  app.add_option(
         "--mirror", arguments.mirror,
         "Record all protocol messages in FILE (FILE.PID while another process writes FILE)")
      ->type_name("FILE");

  const auto verb = [&](Verb value, const char* name, const char* help) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->fallthrough();
    sub->callback([&arguments, value] { arguments.verb = value; });
    return sub;
  };
  const auto add_fork_from_caller = [&arguments](CLI::App& sub) {
    sub.add_flag("--fork-from-caller", arguments.fork_from_caller,
                 "Begin the first session with what was said in the agent's session that started "
                 "tine");
  };
  add_fork_from_caller(*verb(Verb::acp, "acp", "Serve ACP on stdin and stdout"));
  CLI::App* run = verb(Verb::run, "run", "Run one prompt and print the answer");
  run->add_option("prompt", arguments.prompt, "The prompt; - reads it from stdin")->required();
  run->add_option("--cwd", arguments.cwd, "The working directory (default: the current one)")
      ->type_name("DIR");
  add_fork_from_caller(*run);
  run->add_flag("--stream-json", arguments.stream_json, "Print each update as one line of JSON");
  run->add_flag("--approve", arguments.approve, "Allow every request for permission, once each");
  run->add_flag("--trust", arguments.trust,
                "Let the folder's own configuration start programs (docs/trust.md)");
  verb(Verb::demo, "demo", "Show a conversation with a fork, played by the built-in agent");
  verb(Verb::doctor, "doctor", "Show the backends and whether they work");
  CLI::App* config = verb(Verb::config, "config", "Show the configuration");
  config->add_flag("--explain", arguments.explain, "Also show the source of each value");
  CLI::App* redact = verb(Verb::redact, "redact", "Copy stdin to stdout with secrets removed");
  auto* files = redact->add_option("files", arguments.files, "Files to check")->type_name("FILE");
  redact
      ->add_flag("--check", arguments.check,
                 "List the places of secrets in files; exit with 1 if there are any")
      ->needs(files);
  add_session_verbs(
      *verb(Verb::session, "session", "List, show, check, export and remove sessions"),
      arguments.session);
  add_trust_verbs(*verb(Verb::trust, "trust", "See and change which folders are trusted"),
                  arguments.trusted);
  add_backends_verbs(*verb(Verb::backends, "backends", "List the agents that tine knows; add one"),
                     arguments.backends);
  app.require_subcommand(0, 1);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return Notice{app.help(), exit_code::good};
    return Notice{complaint_about(app, error), exit_code::usage};
  }
  return arguments;
}

}  // namespace tine::cli
