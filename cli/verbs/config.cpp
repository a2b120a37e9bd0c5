// `tine config`: the configuration in force, as a session in this directory would have it.

#include <memory>

#include "base/json/redact.h"
#include "cli/config/explain.h"
#include "cli/config/files.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "cli/working_directory.h"
#include "session/prices.h"

namespace tine::cli {
namespace {

int show(Program& program, bool with_sources) {
  const auto cwd = working_directory({});
  const Config& config = program.config;
  auto here = cwd ? overlay_project(config, *cwd, read_config_file) : Result<Config>(config);
  if (!here) return failed(here.error());
  session::Prices prices(here->prices_file, read_config_file);
  const auto fault = prices.take_fault();
  if (fault) here->warnings.push_back(fault->message);
  here->prices_file_exists = fault || prices.has_own();
  if (program.common.json) {
    print(json::redacted(explain_json(*here), program.redactor));
  } else {
    print(program.redactor.redacted(explain(*here, with_sources)));
  }
  return exit_code::good;
}

}  // namespace

const Verb config_verb{
    .name = "config",
    .help = "Show the configuration",
    .declare = [](Options& options) -> Run {
      const auto with_sources = std::make_shared<bool>(false);
      options.flag("--explain", *with_sources, "Also show the source of each value");
      return [with_sources](Program& program) { return show(program, *with_sources); };
    },
    .examples = "Examples:\n  tine config --explain\n  tine config --json | jq .settings"};

}  // namespace tine::cli
