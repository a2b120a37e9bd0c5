#include "conformance/tool/record/command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include "base/redact/redactor.h"
#include "conformance/play/server.h"
#include "conformance/tool/exit_status.h"
#include "conformance/tool/output.h"
#include "conformance/tool/record/passage.h"
#include "conformance/tool/record/recorder.h"
#include "transport/stdio.h"

namespace tine::conformance {
namespace {

constexpr const char* about_record =
    "acp-conform record [--output FILE] -- AGENT [ARGUMENT…]\n"
    "Put it in the place of the agent's command in an editor. It passes on all that the two say, "
    "and writes it to a file that acp-conform replay plays. Secrets are left out. It ends with the "
    "agent, and with its exit status.";

Redactor::Key random_key() {
  std::random_device source;
  Redactor::Key key{};
  for (auto& each : key) each = static_cast<std::uint8_t>(source());
  return key;
}

std::vector<KnownSecret> learn_environment(Redactor& redactor) {
  std::vector<KnownSecret> known;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable(*each);
    const std::size_t equals = std::min(variable.find('='), variable.size());
    if (!is_secret_name(variable.substr(0, equals)) || equals == variable.size()) continue;
    if (KnownSecret secret = redactor.know(variable.substr(equals + 1), "env"))
      known.push_back(std::move(secret));
  }
  return known;
}

std::string time_now(const char* form) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  std::string out(32, '\0');
  out.resize(std::strftime(out.data(), out.size(), form, &parts));
  return out;
}

}  // namespace

int record_command(int count, char** arguments) {
  char** const end = arguments + count;
  char** const dashes =
      std::find_if(arguments, end, [](const char* each) { return std::string(each) == "--"; });
  std::vector<std::string> command;
  if (dashes != end) command.assign(dashes + 1, end);
  std::string output = "recorded-" + time_now("%Y%m%d-%H%M%S") + ".txt";
  CLI::App app(about_record, "acp-conform record");
  app.add_option("--output", output,
                 "The file to write; where there is one, -2 or the next number is put behind its "
                 "name (default: recorded-DATE-TIME.txt here)")
      ->type_name("FILE");
  try {
    app.parse(static_cast<int>(dashes - arguments), arguments);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? all_well : could_not_run;
  }
  if (command.empty())
    return mistake("no agent: acp-conform record [--output FILE] -- AGENT [ARGUMENT…]");

  PassedSignals signals;
  auto stdio = transport::claim_stdio();
  if (!stdio) return mistake(stdio.error().message);
  auto file = ScriptFile::make(output);
  if (!file) return mistake(file.error());
  Launch launch{.command = command, .environment = {}, .cwd = {}, .errors = {}};
  for (char** each = environ; *each != nullptr; ++each) launch.environment.emplace_back(*each);
  const auto agent = start_program(launch);
  if (!agent) {
    file->remove();
    return mistake("cannot start " + command.front());
  }
  Redactor redactor(random_key());
  const auto known = learn_environment(redactor);
  std::fprintf(stderr, "acp-conform: recording to %s\n", file->path().c_str());
  Recorder recorder(*file, redactor);
  recorder.begin(command, time_now("%Y-%m-%d"));
  return Passage(std::move(*stdio), *agent, signals, recorder).run();
}

}  // namespace tine::conformance
