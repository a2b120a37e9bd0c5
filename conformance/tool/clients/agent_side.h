#pragma once
// The agent that a client under test talks to: it looks at every message, keeps what is wrong by
// the requirement that says so, and answers what a scenario lets pass.
//
// One for each run of a scenario; the schema outlives it; no threads.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "conformance/play/judge.h"
#include "conformance/schema/schema_check.h"
#include "conformance/tool/client.h"

namespace tine::conformance {

class AgentSide final : public Judge {
 public:
  explicit AgentSide(SchemaCheck& schema) : schema_(schema) {}

  std::string check(std::string_view line, const std::string& asked) override;
  std::string check_noise(std::string_view line) override;
  std::string answer(std::string_view request) override;
  void note_sent(std::string_view line) override;

  const std::vector<Finding>& findings() const { return findings_; }
  /// The parameters of the client's initialize; empty: none yet.
  const std::string& initialize() const { return initialize_; }

 private:
  void find(const std::string& requirement, std::string what, std::string_view line);
  void check_schema(std::string_view line);
  void check_initialize(json::View params, std::string_view line);
  void check_call(std::string_view method, json::View params, std::string_view line);
  void check_prompt(json::View id, json::View params, std::string_view line);
  void check_paths(json::View value, std::string_view line);
  bool announces(std::string_view path) const;

  SchemaCheck& schema_;
  SchemaCheck::Pending pending_;
  std::vector<Finding> findings_;
  std::string initialize_;
  std::string announced_;                                    // our response to it
  std::map<std::string, std::string, std::less<>> asked_;    // by the client and open: id, method
  std::map<std::string, std::string, std::less<>> prompts_;  // open ones: id, session
  std::set<std::string, std::less<>> sessions_;
  std::size_t made_ = 0;
};

}  // namespace tine::conformance
