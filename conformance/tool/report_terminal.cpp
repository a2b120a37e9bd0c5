#include "conformance/tool/report.h"

namespace tine::conformance {
namespace {

/// As many pieces of evidence, and as many messages of each, as a terminal gets to see.
constexpr std::size_t shown_evidence = 3;
constexpr std::size_t most_messages = 12;

std::string_view colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "\x1b[32m";
    case Verdict::fail:
      return "\x1b[31m";
    case Verdict::warning:
      return "\x1b[33m";
    default:
      return "\x1b[2m";
  }
}

std::string indented(const std::string& text, const std::string& indent) {
  std::string out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out += indent + shown(std::string_view(text).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

std::string details(const Evidence& evidence) {
  std::string out = "    in " + evidence.scenario + "\n";
  if (!evidence.step.empty()) out += indented("at " + evidence.step, "      ");
  out += indented(evidence.reason, "      ");
  const std::size_t first =
      evidence.wire.size() > most_messages ? evidence.wire.size() - most_messages : 0;
  for (std::size_t i = first; i < evidence.wire.size(); ++i)
    out += "        " + shown(evidence.wire[i]) + "\n";
  if (!evidence.errors.empty()) out += "      stderr:\n" + indented(evidence.errors, "        ");
  return out;
}

void add(std::string& out, const Judgement& judgement, bool coloured) {
  const Requirement& requirement = *judgement.requirement;
  if (judgement.verdict == Verdict::not_exercised) {
    out += requirement.id + "  not exercised: " +
           (judgement.evidence.empty() ? "" : shown(judgement.evidence.front().reason)) + "\n";
    return;
  }
  std::string verdict(name_of(judgement.verdict));
  if (judgement.is_known) verdict += " (known)";
  if (judgement.is_surprise) verdict += ", against the baseline";
  if (coloured) verdict = std::string(colour_of(judgement.verdict)) + verdict + "\x1b[0m";
  out += requirement.id + "  " + verdict + "  " + std::string(name_of(requirement.tier)) +
         "\n    " + std::string(word_for(requirement)) + ": " + requirement.says + "\n";
  if (const std::string address = address_of(requirement); !address.empty())
    out += "    " + address + "\n";
  const bool bad = judgement.verdict == Verdict::fail || judgement.verdict == Verdict::warning;
  for (std::size_t i = 0; i < judgement.evidence.size() && i < shown_evidence; ++i) {
    const Evidence& each = judgement.evidence[i];
    if (bad) out += details(each);
  }
  if (bad && judgement.evidence.size() > shown_evidence)
    out +=
        "    and " + std::to_string(judgement.evidence.size() - shown_evidence) + " times more\n";
}

}  // namespace

std::string counts_of(const Run& run) {
  std::string out = std::to_string(run.count(Verdict::pass)) + " passed, " +
                    std::to_string(run.count(Verdict::fail)) + " failed";
  const auto more = [&](Verdict verdict, const std::string& word) {
    if (const std::size_t count = run.count(verdict); count > 0)
      out += ", " + std::to_string(count) + " " + word;
  };
  more(Verdict::warning, run.count(Verdict::warning) == 1 ? "warning" : "warnings");
  more(Verdict::not_applicable, "not applicable");
  more(Verdict::not_exercised, "not exercised");
  return out;
}

std::string terminal_report(const Run& run, bool strict, bool coloured) {
  std::string out;
  for (const Verdict verdict : {Verdict::not_applicable, Verdict::not_exercised, Verdict::pass,
                                Verdict::warning, Verdict::fail}) {
    for (const Judgement& each : run.judgements) {
      if (each.verdict != verdict) continue;
      if (verdict == Verdict::pass && !each.is_surprise) continue;
      if (verdict == Verdict::not_applicable) continue;
      add(out, each, coloured);
    }
  }
  for (const auto& [requirement, fact] : run.facts) {
    out += fact.id + "  told: " + requirement->says + "\n    " + shown(fact.value);
    if (!fact.reference.empty()) out += " (" + shown(fact.reference) + ")";
    out += "\n";
  }
  out += run.agent + ": " + run.verdict(strict) + " (" + counts_of(run) + ")\n";
  return out;
}

}  // namespace tine::conformance
