#include "cli/report_json.h"

#include <nlohmann/json.hpp>

#include "base/json/document.h"
#include "base/version.h"
#include "protocol/v1/types/initialize.h"

namespace tine::cli {

using json::Document;

std::string version_json() {
  Document out;
  out["version"] = version();
  out["commit"] = commit();
  out["protocolVersions"] = Document::array({v1::protocol_version});
  return json::text_of(out) + "\n";
}

std::string doctor_json(const std::string& log_file, const std::vector<std::string>& gaps,
                        const std::vector<BackendReport>& backends) {
  Document out;
  out["version"] = version();
  out["log"] = nullptr;
  if (!log_file.empty()) out["log"] = log_file;
  out["lacks"] = gaps;
  out["backends"] = Document::array();
  for (const BackendReport& each : backends) {
    Document& backend = out["backends"].emplace_back();
    backend["name"] = each.name;
    backend["kind"] = each.kind;
    backend["default"] = each.is_default;
    backend["usable"] = each.doctor.usable;
    backend["summary"] = each.doctor.summary;
    backend["program"] = each.doctor.binary;
    backend["version"] = each.doctor.version;
    backend["login"] = each.doctor.login;
    backend["forking"] = each.doctor.forking;
  }
  return json::text_of(out) + "\n";
}

}  // namespace tine::cli
