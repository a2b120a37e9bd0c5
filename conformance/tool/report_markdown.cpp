#include <algorithm>

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

}  // namespace

std::string markdown_report(const Run& run, bool strict) {
  std::string out = "# " + run.agent + ": " +
                    (run.is_failed(strict) ? "does not conform" : "conforms") + "\n\n" +
                    counts_of(run) + "; revision " + run.revision + " of the protocol\n\n" +
                    "| requirement | | verdict | |\n|---|---|---|---|\n";
  for (const Judgement& each : run.judgements) {
    const std::string address = address_of(*each.requirement);
    const std::string id =
        address.empty() ? each.requirement->id : "[" + each.requirement->id + "](" + address + ")";
    out += "| " + id + " | " + std::string(word_for(*each.requirement)) + ": " +
           cell(each.requirement->says) + " | " + std::string(name_of(each.verdict)) +
           (each.is_known ? " (known)" : "") + " | " +
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
