// `tine doctor`: what backends there are and whether they work.

#include "base/version.h"
#include "cli/exit_code.h"
#include "cli/gaps.h"
#include "cli/print.h"
#include "cli/report_json.h"
#include "cli/verb.h"

namespace tine::cli {
namespace {

std::string line(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  std::string out = "    ";
  out.append(name)
      .append(std::string(name.size() < 10 ? 10 - name.size() : 1, ' '))
      .append(visible_line(value))
      .append("\n");
  return out;
}

/// What a backend says may have several lines.
std::string indented(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) out.append(c == '\n' ? "\n    " : std::string_view(&c, 1));
  return out;
}

std::string told(const BackendReport& backend) {
  const executor::DoctorReport& report = backend.doctor;
  return "\n  " + std::string(backend.name) + (backend.is_default ? " (the default)" : "") + ": " +
         (report.usable ? "works" : "does not work") + "; " + indented(report.summary) + "\n" +
         line("kind", backend.kind) + line("program", report.binary) +
         line("version", report.version) + line("login", report.login) +
         line("forking", report.forking);
}

/// The exit code is good when the default backend is usable.
transport::Task<int> doctor(World& world, HomeSource home, bool json) {
  std::string text = "tine " + std::string(version()) + "\n";
  text += line("log", world.log_file.empty() ? "stderr only" : world.log_file);
  std::vector<std::string> gaps = gaps_in(world.env, home);
  if (const auto fault = world.prices.take_fault()) gaps.push_back(fault->message);
  for (const std::string& each : gaps) text += line("lacks", each);
  std::vector<BackendReport> reports;
  bool good = false;
  for (const auto& backend : world.backends.all) {
    executor::DoctorReport report = co_await backend->doctor();
    const bool preferred = backend.get() == world.backends.preferred;
    if (preferred) good = report.usable;
    reports.push_back({.name = backend->name(),
                       .kind = backend->kind(),
                       .is_default = preferred,
                       .doctor = std::move(report)});
  }
  for (const BackendReport& each : reports) text += told(each);
  print(json ? doctor_json(world.log_file, gaps, reports) : text);
  co_return good ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb doctor_verb{
    .name = "doctor",
    .help = "Show the backends and whether they work",
    .declare = [](Options& /*options*/) -> Run {
      return [](Program& program) {
        return program.run([&program](World& world, transport::CancelSource /*shutdown*/) {
          return doctor(world, program.home, program.common.json);
        });
      };
    },
    .examples =
        "Examples:\n  tine doctor\n  tine doctor --json | jq '.backends[] | .name, .usable'"};

}  // namespace tine::cli
