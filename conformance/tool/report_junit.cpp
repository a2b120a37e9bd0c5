#include "base/markup.h"
#include "conformance/tool/report.h"

namespace tine::conformance {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escaped_markup(value) + "\"";
}

std::string details(const Judgement& judgement) {
  std::string out;
  for (const Evidence& each : judgement.evidence) {
    out += each.scenario + "\n" + each.step + "\n" + each.reason + "\n";
    for (const std::string& line : each.wire) out += "  " + line + "\n";
    if (!each.errors.empty()) out += "stderr:\n" + each.errors + "\n";
  }
  return out;
}

std::string_view reason_of(const Judgement& judgement) {
  return judgement.evidence.empty() ? std::string_view() : judgement.evidence.front().reason;
}

}  // namespace

std::string junit_report(const Run& run, bool strict) {
  std::string cases;
  std::size_t failures = 0;
  std::size_t skipped = 0;
  for (const Judgement& each : run.judgements) {
    cases += "  <testcase" +
             attribute("classname", "acp." + std::string(name_of(each.requirement->tier))) +
             attribute("name", each.requirement->id + " " + each.requirement->says);
    const bool bad = each.verdict == Verdict::fail || (strict && each.verdict == Verdict::warning);
    if ((bad && !each.is_known) || each.is_surprise) {
      ++failures;
      const std::string_view why =
          each.is_surprise ? "it passes, and the baseline says that it fails" : reason_of(each);
      cases += ">\n    <failure" + attribute("message", why) + ">" + escaped_markup(details(each)) +
               "</failure>\n  </testcase>\n";
    } else if (each.verdict == Verdict::pass) {
      cases += "/>\n";
    } else {
      ++skipped;
      cases += ">\n    <skipped" +
               attribute("message",
                         std::string(name_of(each.verdict)) + ": " + std::string(reason_of(each))) +
               "/>\n  </testcase>\n";
    }
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite" +
         attribute("name", "acp-conform: " + run.agent) +
         attribute("tests", std::to_string(run.judgements.size())) +
         attribute("failures", std::to_string(failures)) +
         attribute("skipped", std::to_string(skipped)) +
         attribute("time", std::to_string(run.seconds)) + ">\n" + cases + "</testsuite>\n";
}

}  // namespace tine::conformance
