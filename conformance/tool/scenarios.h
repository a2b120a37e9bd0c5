#pragma once
// The scenarios that are played: those of the program, or those of a person's own folder.
//
// Values and functions without state.

#include <string>
#include <vector>

#include "conformance/play/script.h"

namespace tine::conformance {

struct Scenario {
  Case what;
  std::string text;                  ///< as written, for --explain
  std::vector<std::string> prompts;  ///< names of the prompts that it sends: "SHORT"
  std::size_t own_prompts = 0;       ///< how many it sends in words of its own
};

/// `folder` empty: those of the program.
Checked<std::vector<Scenario>> read_scenarios(const std::string& folder);

/// Those of the program in a folder below its scenarios: "clients/".
Checked<std::vector<Scenario>> read_embedded_scenarios(const std::string& folder);

/// The scenarios of one file, which may use what lies in `shared/` beside it.
Checked<std::vector<Scenario>> read_scenario_file(const std::string& path);

}  // namespace tine::conformance
