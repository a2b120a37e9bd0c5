#include "cli/doctor.h"

#include "base/json/writer.h"
#include "base/version.h"
#include "cli/exit_code.h"
#include "cli/print.h"

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
  std::string report_json;
  json::Writer writer(report_json);
  writer.begin_object().member("version", version()).key("backends").begin_array();
  bool good = false;
  for (const auto& backend : world.backends.all) {
    const executor::DoctorReport report = co_await backend->doctor();
    const bool preferred = backend.get() == world.backends.preferred;
    if (preferred) good = report.usable;
    text += "\n  " + std::string(backend->name()) + (preferred ? " (the default)" : "") + ": " +
            (report.usable ? "works" : "does not work") + "; " + indented(report.summary) + "\n";
    text += line("kind", backend->kind()) + line("program", report.binary) +
            line("version", report.version) + line("login", report.login) +
            line("forking", report.forking);
    writer.begin_object()
        .member("name", backend->name())
        .member("kind", backend->kind())
        .member("default", preferred)
        .member("usable", report.usable)
        .member("summary", std::string_view(report.summary))
        .member("program", std::string_view(report.binary))
        .member("version", std::string_view(report.version))
        .member("login", std::string_view(report.login))
        .member("forking", std::string_view(report.forking))
        .end_object();
  }
  writer.end_array().end_object();
  print(json ? report_json + "\n" : text);
  co_return good ? exit_code::good : exit_code::failed;
}

}  // namespace tine::cli
