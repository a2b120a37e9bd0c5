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
                          {"stderr", one.errors},
                          {"judge", one.judge}});
    }
    requirements.push_back({{"id", each.requirement->id},
                            {"level", word_for(*each.requirement)},
                            {"tier", name_of(each.requirement->tier)},
                            {"kit", each.requirement->kit},
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

namespace {

std::string text_in(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Evidence evidence_in(const Json& from, Verdict verdict) {
  Evidence out{.scenario = text_in(from, "scenario"),
               .verdict = verdict,
               .reason = text_in(from, "reason"),
               .step = text_in(from, "step"),
               .wire = {},
               .errors = text_in(from, "stderr")};
  for (const Json& line : from.value("wire", Json::array())) {
    if (line.is_string()) out.wire.push_back(line.get<std::string>());
  }
  return out;
}

}  // namespace

Checked<Run> read_json_report(std::string_view text, const Requirements& requirements) {
  const Json all = Json::parse(text, nullptr, false);
  if (!all.is_object() || !all.contains("agent") || !all.contains("requirements"))
    return wrong("not a report of acp-conform --json");
  Run out{.command = {},
          .agent = text_in(all, "agent"),
          .revision = text_in(all, "revision"),
          .scenarios = 0,
          .seconds = 0,
          .judgements = {},
          .facts = {}};
  for (const Json& each : all.value("facts", Json::array())) {
    if (!each.is_object()) return wrong("a fact that is no object");
    Fact fact{.id = text_in(each, "id"),
              .value = text_in(each, "value"),
              .reference = text_in(each, "reference")};
    if (const Requirement* requirement = requirements.find(fact.id))
      out.facts.emplace_back(requirement, std::move(fact));
  }
  for (const Json& each : all["requirements"]) {
    if (!each.is_object()) return wrong("a requirement that is no object");
    Judgement judgement{.requirement = requirements.find(text_in(each, "id")),
                        .verdict = Verdict::pass,
                        .evidence = {}};
    const auto verdict = verdict_named(text_in(each, "verdict"));
    if (!verdict) return wrong("no verdict of " + text_in(each, "id"));
    if (judgement.requirement == nullptr) continue;
    judgement.verdict = *verdict;
    judgement.is_known = each.value("known", false);
    judgement.is_surprise = each.value("surprise", false);
    for (const Json& one : each.value("evidence", Json::array()))
      judgement.evidence.push_back(evidence_in(one, *verdict));
    out.judgements.push_back(std::move(judgement));
  }
  return out;
}

}  // namespace tine::conformance
