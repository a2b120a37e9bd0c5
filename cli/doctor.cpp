#include "cli/doctor.h"

#include "base/version.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/report_json.h"

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

}  // namespace

std::vector<std::string> gaps_in(const Env& env, HomeSource home) {
  std::vector<std::string> gaps;
  if (home == HomeSource::password_database) {
    gaps.push_back("HOME is not set; tine takes " + env.variable("HOME").value_or(std::string()) +
                   " from the password database");
  }
  if (home == HomeSource::nowhere)
    gaps.emplace_back("HOME is not set, and the password database has no home for this user");
  if (env.variable("PATH").value_or(std::string()).empty())
    gaps.emplace_back("PATH is not set, so programs are found only by an absolute path");
  return gaps;
}

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

}  // namespace tine::cli
