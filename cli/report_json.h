#pragma once
// What `tine --version` and `tine doctor` print with --json.
//
// Plain functions.

#include <string>
#include <string_view>
#include <vector>

#include "executor/executor.h"

namespace tine::cli {

std::string version_json();

struct BackendReport {
  std::string_view name;
  std::string_view kind;
  bool is_default = false;
  executor::DoctorReport doctor;
};
/// `log_file` is empty when the log goes to stderr alone; `gaps` are those of the environment.
std::string doctor_json(const std::string& log_file, const std::vector<std::string>& gaps,
                        const std::vector<BackendReport>& backends);

}  // namespace tine::cli
