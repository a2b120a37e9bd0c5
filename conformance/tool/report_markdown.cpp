#include <algorithm>
#include <set>

#include "conformance/tool/report.h"

namespace tine::conformance {
namespace {

/// Fit for a cell of a table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char each : shown(text)) {
    if (each == '|') out.push_back('\\');
    out.push_back(each);
  }
  return out;
}

/// A verdict in a narrow cell.
std::string_view sign_of(const Run& run, const Requirement& requirement) {
  for (const Judgement& each : run.judgements) {
    if (each.requirement->id != requirement.id) continue;
    switch (each.verdict) {
      case Verdict::pass:
        return "yes";
      case Verdict::fail:
        return "**no**";
      case Verdict::warning:
        return "no";
      case Verdict::not_applicable:
        return "-";
      case Verdict::not_exercised:
        return "?";
    }
  }
  return "";
}

}  // namespace

std::string markdown_matrix(std::span<const Run> runs, bool strict) {
  std::string out =
      "| agent | | passed | failed | warnings | not applicable | not exercised |\n"
      "|---|---|---:|---:|---:|---:|---:|\n";
  std::string heads = "| requirement | |";
  std::string line = "|---|---|";
  std::set<const Requirement*> differs;
  for (const Run& run : runs) {
    out += "| " + cell(run.agent) + " | " + run.verdict(strict);
    for (const Verdict each : {Verdict::pass, Verdict::fail, Verdict::warning,
                               Verdict::not_applicable, Verdict::not_exercised})
      out += " | " + std::to_string(run.count(each));
    out += " |\n";
    heads += " " + cell(run.agent) + " |";
    line += "---|";
    for (const Judgement& each : run.judgements) {
      if (each.verdict != Verdict::pass) differs.insert(each.requirement);
    }
  }
  out += "\n" + heads + "\n" + line + "\n";
  std::set<const Requirement*> done;
  for (const Run& each_run : runs) {
    for (const Judgement& each : each_run.judgements) {
      const Requirement& requirement = *each.requirement;
      if (!differs.contains(&requirement) || !done.insert(&requirement).second) continue;
      out += "| " + requirement.id + " | " + cell(requirement.says) + " |";
      for (const Run& run : runs) out.append(" ").append(sign_of(run, requirement)).append(" |");
      out += "\n";
    }
  }
  return out;
}

std::string markdown_report(const Run& run, bool strict) {
  std::string out = "# " + run.agent + ": " + run.verdict(strict) + "\n\n" + counts_of(run) +
                    "; revision " + run.revision + " of the protocol\n\n" +
                    "| requirement | tier | | verdict | |\n|---|---|---|---|---|\n";
  for (const Judgement& each : run.judgements) {
    const std::string address = address_of(*each.requirement);
    const std::string id =
        address.empty() ? each.requirement->id : "[" + each.requirement->id + "](" + address + ")";
    out += "| " + id + " | " + std::string(name_of(each.requirement->tier)) + " | " +
           std::string(word_for(*each.requirement)) + ": " + cell(each.requirement->says) + " | " +
           std::string(name_of(each.verdict)) + (each.is_known ? " (known)" : "") + " | " +
           (each.evidence.empty() ? "" : cell(each.evidence.front().reason)) + " |\n";
  }
  for (const Judgement& each : run.judgements) {
    if (each.verdict != Verdict::fail && each.verdict != Verdict::warning) continue;
    out += "\n## " + each.requirement->id + "\n";
    for (const Evidence& one : each.evidence) {
      out += "\n" + one.scenario + (one.step.empty() ? "" : ", at `" + shown(one.step) + "`") +
             ":\n\n    " + shown(one.reason) + "\n\n";
      for (const std::string& line : one.wire) out += "    " + shown(line) + "\n";
    }
  }
  if (!run.facts.empty()) out += "\n## Facts\n\n| | | |\n|---|---|---|\n";
  for (const auto& [requirement, fact] : run.facts) {
    out += "| " + fact.id + " " + cell(requirement->says) + " | " + cell(fact.value) + " | " +
           cell(fact.reference) + " |\n";
  }
  return out;
}

}  // namespace tine::conformance
