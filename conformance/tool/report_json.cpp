#include <nlohmann/json.hpp>

#include "conformance/tool/report.h"

namespace tine::conformance {

using Json = nlohmann::ordered_json;

std::string json_report(const Run& run, bool strict) {
  Json requirements = Json::array();
  for (const Judgement& each : run.judgements) {
    Json evidence = Json::array();
    for (const Evidence& one : each.evidence) {
      evidence.push_back({{"scenario", one.scenario},
                          {"reason", one.reason},
                          {"step", one.step},
                          {"wire", one.wire},
                          {"stderr", one.errors}});
    }
    requirements.push_back({{"id", each.requirement->id},
                            {"level", word_for(*each.requirement)},
                            {"says", each.requirement->says},
                            {"address", address_of(*each.requirement)},
                            {"verdict", name_of(each.verdict)},
                            {"known", each.is_known},
                            {"surprise", each.is_surprise},
                            {"evidence", evidence}});
  }
  Json facts = Json::array();
  for (const auto& [requirement, fact] : run.facts) {
    facts.push_back({{"id", fact.id},
                     {"says", requirement->says},
                     {"value", fact.value},
                     {"reference", fact.reference}});
  }
  const Json all = {{"agent", run.agent},
                    {"command", run.command},
                    {"revision", run.revision},
                    {"scenarios", run.scenarios},
                    {"seconds", run.seconds},
                    {"conforms", !run.is_failed(strict)},
                    {"counts",
                     {{"pass", run.count(Verdict::pass)},
                      {"fail", run.count(Verdict::fail)},
                      {"warning", run.count(Verdict::warning)},
                      {"notApplicable", run.count(Verdict::not_applicable)},
                      {"notExercised", run.count(Verdict::not_exercised)}}},
                    {"facts", facts},
                    {"requirements", requirements}};
  return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tine::conformance
