#include "conformance/tool/matrix.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "conformance/embedded.h"
#include "conformance/play/script.h"
#include "conformance/tool/exit_status.h"
#include "conformance/tool/output.h"
#include "conformance/tool/report.h"

namespace tine::conformance {
namespace {

constexpr const char* about_matrix =
    "acp-conform matrix [OPTIONS] REPORT…\n"
    "Puts the reports that acp-conform --json has written of several agents beside each other.";

}  // namespace

int matrix_command(int count, char** arguments) {
  std::vector<std::string> reports;
  std::string html;
  std::string markdown;
  bool strict = false;
  CLI::App app(about_matrix, "acp-conform matrix");
  app.add_option("REPORT", reports, "A file that --json has written")->required();
  app.add_option("--html", html, "Write a page there (-: to stdout)")->type_name("FILE");
  app.add_option("--markdown", markdown, "Write tables there (default: to stdout)")
      ->type_name("FILE");
  app.add_flag("--strict", strict, "A SHOULD that is not kept counts as a failure");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& fault) {
    return app.exit(fault) == 0 ? all_well : could_not_run;
  }
  const auto requirements =
      read_requirements(embedded_file("requirements.toml"), "requirements.toml");
  if (!requirements) return mistake(requirements.error().message);
  std::vector<Run> runs;
  for (const std::string& path : reports) {
    const auto text = read_text(path);
    if (!text) return mistake(text.error());
    auto run = read_json_report(*text, *requirements);
    if (!run) return mistake(path + ": " + run.error());
    if (run->agent == nameless) run->agent = std::filesystem::path(path).stem().string();
    runs.push_back(std::move(*run));
  }
  if (html.empty() && markdown.empty()) markdown = "-";
  const bool page = html.empty() || write_to(html, html_matrix(runs, strict));
  const bool tables = markdown.empty() || write_to(markdown, markdown_matrix(runs, strict));
  return page && tables ? all_well : could_not_run;
}

}  // namespace tine::conformance
