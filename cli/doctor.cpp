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

}  // namespace

transport::Task<int> doctor(World& world, bool json) {
  std::string text = "tine " + std::string(version()) + "\n";
  text += line("log", world.log_file.empty() ? "stderr only" : world.log_file);
  std::vector<BackendReport> reports;
  bool good = false;
  for (const auto& backend : world.backends.all) {
    executor::DoctorReport report = co_await backend->doctor();
    const bool preferred = backend.get() == world.backends.preferred;
    if (preferred) good = report.usable;
    text += "\n  " + std::string(backend->name()) + (preferred ? " (the default)" : "") + ": " +
            (report.usable ? "works" : "does not work") + "; " + indented(report.summary) + "\n";
    text += line("kind", backend->kind()) + line("program", report.binary) +
            line("version", report.version) + line("login", report.login) +
            line("forking", report.forking);
    reports.push_back({.name = backend->name(),
                       .kind = backend->kind(),
                       .is_default = preferred,
                       .doctor = std::move(report)});
  }
  print(json ? doctor_json(world.log_file, reports) : text);
  co_return good ? exit_code::good : exit_code::failed;
}

}  // namespace tine::cli
