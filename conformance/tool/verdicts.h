#pragma once
// What a run says of each requirement.
//
// Values and functions without state.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "conformance/tool/facts.h"
#include "conformance/tool/requirements.h"
#include "conformance/tool/run.h"

namespace tine::conformance {

/// One thing that shows how a requirement fared.
struct Evidence {
  std::string scenario;  ///< "cancel.txt:12 a title"
  Verdict verdict = Verdict::pass;
  std::string reason;
  std::string step;
  std::vector<std::string> wire;
  std::string errors;
  std::string judge = {};  ///< the place in the source that found it; empty: the step did
};

struct Judgement {
  const Requirement* requirement = nullptr;
  Verdict verdict = Verdict::pass;
  std::vector<Evidence> evidence;  ///< of this verdict
  bool is_known = false;           ///< a failure that the baseline has
  bool is_surprise = false;        ///< a pass where the baseline has a failure
};

/// What an agent is called that does not say its name.
inline constexpr const char* nameless = "the agent";

struct Run {
  std::vector<std::string> command;
  std::string agent;  ///< its name and version, as it says
  std::string revision;
  std::size_t scenarios = 0;
  double seconds = 0;
  std::vector<Judgement> judgements;
  std::string kept = "conforms";  ///< what is said of it as a whole
  std::string broken = "does not conform";
  std::vector<std::pair<const Requirement*, Fact>> facts;

  std::size_t count(Verdict verdict) const;
  /// Whether it fails as a whole.
  bool is_failed(bool strict) const;
  const std::string& verdict(bool strict) const { return is_failed(strict) ? broken : kept; }
};

/// `baseline` has the ids of known failures.
std::vector<Judgement> judge_all(const Requirements& requirements,
                                 const std::vector<const Scenario*>& scenarios,
                                 const std::vector<ScenarioResult>& results,
                                 const std::set<std::string>& baseline);

}  // namespace tine::conformance
