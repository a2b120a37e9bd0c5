#pragma once
// Measures what each way to ask costs on a backend: a new session, a resumed one, each kind of
// fork, and related questions as delegations beside replies. Its sessions vanish with the process.
//
// A value and a plain function.

#include <cstdint>
#include <string>
#include <vector>

#include "cli/program.h"

namespace tine::cli {

struct Measure {
  std::vector<std::string> backends;  ///< none: the default one
  std::int64_t times = 1;
  std::int64_t past = 0;  ///< tokens of the list in the first prompt of each session
  std::int64_t wait = 0;  ///< seconds until the provider's cache has forgotten; 0: that is left out
  std::string model;      ///< empty: as configured
  std::string cwd;        ///< empty: the current directory
  bool yes = false;       ///< may spend without a question
};

/// Measures, and tells; gives the exit code.
int run_measure(Program& program, Measure wish);

}  // namespace tine::cli
