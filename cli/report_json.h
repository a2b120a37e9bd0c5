#pragma once
// What `tine version`, `tine doctor` and `tine run` print with --json.
//
// Plain functions.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "executor/executor.h"
#include "protocol/v1/types/prompt.h"

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

/// The one object that --json and --stream-json end with.
std::string result_json(const std::string& session_id, const std::string& output,
                        const Result<v1::PromptResponse>& response);

}  // namespace tine::cli
