#include "conformance/tool/verdicts.h"

#include <algorithm>
#include <iterator>

namespace tine::conformance {
namespace {

/// Which of two says more about a requirement that both are about.
int weight(Verdict verdict) {
  switch (verdict) {
    case Verdict::fail:
      return 4;
    case Verdict::warning:
      return 3;
    case Verdict::not_exercised:
      return 2;
    case Verdict::pass:
      return 1;
    case Verdict::not_applicable:
      return 0;
  }
  return 0;
}

Verdict lenient(Verdict verdict, const Requirement& requirement) {
  return verdict == Verdict::fail && requirement.level != Level::must ? Verdict::warning : verdict;
}

}  // namespace

std::size_t Run::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(judgements.begin(), judgements.end(),
                    [&](const Judgement& each) { return each.verdict == verdict; }));
}

bool Run::is_failed(bool strict) const {
  return std::any_of(judgements.begin(), judgements.end(), [&](const Judgement& each) {
    const bool bad = each.verdict == Verdict::fail || (strict && each.verdict == Verdict::warning);
    return each.is_surprise || (bad && !each.is_known);
  });
}

std::vector<Judgement> judge_all(const Requirements& requirements,
                                 const std::vector<const Scenario*>& scenarios,
                                 const std::vector<ScenarioResult>& results,
                                 const std::set<std::string>& baseline) {
  std::map<std::string, std::vector<Evidence>> all;
  const auto played = [](const ScenarioResult& each) {
    return each.verdict != Verdict::not_applicable && !each.wire.empty();
  };
  const bool any_played = std::any_of(results.begin(), results.end(), played);
  for (const Requirement& each : requirements.all) {
    if (each.is_watched && any_played)
      all[each.id].push_back({"every scenario", Verdict::pass, {}, {}, {}, {}});
  }
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const Case& what = scenarios[i]->what;
    const ScenarioResult& result = results[i];
    const std::string name = what.place + " " + what.title;
    for (const std::string& id : what.tests) {
      all[id].push_back(
          {name, result.verdict, result.reason, result.step, result.wire, result.errors});
    }
    for (const Finding& each : result.findings) {
      all[each.requirement].push_back(
          {name, Verdict::fail, each.what, each.line, result.wire, result.errors, each.judge});
    }
  }
  std::vector<Judgement> out;
  for (const Requirement& requirement : requirements.all) {
    const auto found = all.find(requirement.id);
    if (found == all.end() || requirement.level == Level::told) continue;
    Judgement judgement{
        .requirement = &requirement, .verdict = Verdict::not_applicable, .evidence = {}};
    for (Evidence& each : found->second) {
      each.verdict = lenient(each.verdict, requirement);
      if (weight(each.verdict) > weight(judgement.verdict)) judgement.verdict = each.verdict;
    }
    std::copy_if(found->second.begin(), found->second.end(), std::back_inserter(judgement.evidence),
                 [&](const Evidence& each) { return each.verdict == judgement.verdict; });
    const bool bad = judgement.verdict == Verdict::fail || judgement.verdict == Verdict::warning;
    judgement.is_known = bad && baseline.contains(requirement.id);
    judgement.is_surprise = judgement.verdict == Verdict::pass && baseline.contains(requirement.id);
    out.push_back(std::move(judgement));
  }
  return out;
}

}  // namespace tine::conformance
