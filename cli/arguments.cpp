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
  verb(Verb::acp, "acp", "Serve ACP on stdin and stdout");
  CLI::App* run = verb(Verb::run, "run", "Run one prompt and print the answer");
  run->add_option("prompt", arguments.prompt, "What to ask; - reads it from stdin")->required();
  run->add_option("--cwd", arguments.cwd, "Where to work (default: here)")->type_name("DIR");
  run->add_flag("--stream-json", arguments.stream_json, "Print each update as a line of JSON");
  run->add_flag("--approve", arguments.approve,
                "Allow, once each, what the agent asks permission for");
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
