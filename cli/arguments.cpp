#include "cli/arguments.h"

#include <CLI/CLI.hpp>

#include "cli/exit_code.h"

namespace tine::cli {
namespace {

constexpr const char* about =
    "An ACP agent server: forkable, resumable, recorded and metered sessions in front of coding "
    "agents.\n"
    "With a pipe on stdin and no verb it serves ACP; on a terminal it tells how to set up an "
    "editor.";

constexpr const char* which =
    "The session's id, or so much of its beginning that it is the only one";

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
  list->add_flag("--tree", arguments.tree, "Draw which session was forked from which");
  list->add_flag("--all", arguments.all, "Those of every project");
  one(verb(SessionVerb::show, "show", "Show all that is known of a session"));
  CLI::App* verify = verb(SessionVerb::verify, "verify", "Check transcripts, line by line");
  auto* ids = verify->add_option("ids", arguments.ids, which)->type_name("ID");
  verify->add_flag("--all", arguments.all, "Those of every session")->excludes(ids);
  CLI::App* give = verb(SessionVerb::export_history, "export", "Print a session's whole history");
  one(give);
  give->add_option("--format", arguments.format, "jsonl (default) or markdown")
      ->check(CLI::IsMember({"jsonl", "markdown"}))
      ->type_name("FORMAT");
  give->add_flag("--skip-damaged", arguments.skip_damaged, "Go on behind damaged lines");
  CLI::App* clean = verb(SessionVerb::clean, "clean", "Remove what was not used for a while");
  clean
      ->add_option("--days", arguments.days,
                   "Not used for so many days; without it the configured limits hold")
      ->check(CLI::Range(std::int64_t{1}, most_days))
      ->type_name("N");
  clean->add_flag("--dry-run", arguments.dry_run, "Only show what would go");
  CLI::App* remove = verb(SessionVerb::remove, "delete", "Delete a session");
  one(remove);
  remove->add_flag("--yes", arguments.yes, "Do not ask");
  remove->add_flag("--purge", arguments.purge,
                   "Also remove at once what its forks do not need of it");
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

}  // namespace

std::variant<Arguments, Notice> parse_arguments(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(about, "tine");
  app.fallthrough();
  app.add_flag("--version", arguments.version, "Print version, commit and protocol versions");
  app.add_flag("--json", arguments.json, "Print JSON");
  app.add_option("--backend", arguments.backend,
                 "The backend for new sessions, by its configured name");
  app.add_option("--login", arguments.login,
                 "Log in to a backend with its own program, and do nothing else")
      ->type_name("BACKEND");
  app.add_option("--mirror", arguments.mirror, "Record the protocol's traffic in FILE")
      ->type_name("FILE");

  const auto verb = [&](Verb value, const char* name, const char* help) {
    CLI::App* sub = app.add_subcommand(name, help);
    sub->fallthrough();
    sub->callback([&arguments, value] { arguments.verb = value; });
    return sub;
  };
  verb(Verb::acp, "acp", "Serve ACP on stdin and stdout")
      ->add_flag("--fork-from-caller", arguments.fork_from_caller,
                 "Begin the first session as a fork of the one that tine was started in");
  CLI::App* run = verb(Verb::run, "run", "Run one prompt and print the answer");
  run->add_option("prompt", arguments.prompt, "What to ask; - reads it from stdin")->required();
  run->add_option("--cwd", arguments.cwd, "Where to work (default: here)")->type_name("DIR");
  run->add_flag("--stream-json", arguments.stream_json, "Print each update as a line of JSON");
  run->add_flag("--approve", arguments.approve,
                "Allow, once each, what the agent asks permission for");
  run->add_flag("--trust", arguments.trust,
                "Let the folder's own configuration start programs (docs/trust.md)");
  verb(Verb::demo, "demo", "Show what tine does, with the agent that is built in");
  verb(Verb::doctor, "doctor", "Show which backends there are and whether they work");
  CLI::App* config = verb(Verb::config, "config", "Show the configuration");
  config->add_flag("--explain", arguments.explain, "Also show where each value comes from");
  CLI::App* redact = verb(Verb::redact, "redact", "Copy stdin to stdout without its secrets");
  auto* files = redact->add_option("files", arguments.files, "Files to check")->type_name("FILE");
  redact
      ->add_flag("--check", arguments.check,
                 "List where files hold secrets; exit 1 when there are any")
      ->needs(files);
  add_session_verbs(*verb(Verb::session, "session", "Look after sessions"), arguments.session);
  add_trust_verbs(*verb(Verb::trust, "trust", "See and change which folders are trusted"),
                  arguments.trusted);
  app.require_subcommand(0, 1);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
      return Notice{app.help(), exit_code::good};
    return Notice{"tine: " + std::string(error.what()) + "\nTry tine --help.\n", exit_code::usage};
  }
  return arguments;
}

}  // namespace tine::cli
