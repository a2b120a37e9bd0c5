#include "conformance/tool/replay.h"

namespace tine::conformance {

Checked<std::vector<Scenario>> read_recorded(Options& options, Requirements& requirements) {
  auto scenarios = read_scenario_file(options.replay);
  if (!scenarios) return scenarios;
  if (scenarios->empty()) return wrong(options.replay + " has no case (== TITLE)");
  std::size_t number = 0;
  for (Scenario& each : *scenarios) {
    std::string id = std::to_string(++number);
    id.insert(0, id.size() < 3 ? 3 - id.size() : 0, '0').insert(0, "REPLAY-");
    requirements.all.push_back({.id = id,
                                .page = {},
                                .says = "The agent does as it did: " + each.what.title,
                                .untested = {}});
    each.what.tests.push_back(std::move(id));
    options.only.insert(options.only.end(), each.what.tests.begin(), each.what.tests.end());
  }
  return scenarios;
}

}  // namespace tine::conformance
