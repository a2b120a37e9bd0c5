#include "conformance/tool/markup.h"
#include "conformance/tool/report.h"

namespace tine::conformance {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td, th { border-top: 1px solid #8884; padding: .4rem .6rem; text-align: left; vertical-align: top }
pre { overflow-x: auto; background: #8881; padding: .6rem; font-size: .85rem; white-space: pre-wrap;
  overflow-wrap: anywhere }
.pass { color: #1a7f37 } .fail { color: #d1242f; font-weight: bold } .warning { color: #9a6700 }
.not { opacity: .6 }
)";

std::string_view class_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::warning:
      return "warning";
    default:
      return "not";
  }
}

std::string evidence_of(const Judgement& judgement) {
  if (judgement.verdict == Verdict::pass) return {};
  std::string out;
  for (const Evidence& each : judgement.evidence) {
    out += "<div>" + escaped_markup(each.reason) + "</div>";
    if (each.wire.empty()) continue;
    out += "<details><summary>" + escaped_markup(each.scenario) + "</summary><pre>";
    if (!each.step.empty()) out += "at " + escaped_markup(each.step) + "\n\n";
    for (const std::string& line : each.wire) out += escaped_markup(line) + "\n";
    if (!each.errors.empty()) out += "\nstderr:\n" + escaped_markup(each.errors);
    out += "</pre></details>";
  }
  return out;
}

std::string facts_of(const Run& run) {
  if (run.facts.empty()) return {};
  std::string out = "<h2>Facts</h2>\n<table>\n<tr><th>Told</th><th></th><th>Reference</th></tr>\n";
  for (const auto& [requirement, fact] : run.facts) {
    out += "<tr id=\"" + escaped_markup(fact.id) + "\"><td>" + escaped_markup(fact.id) + "<br>" +
           escaped_markup(requirement->says) + "</td><td>" + escaped_markup(fact.value) +
           "</td><td>" + escaped_markup(fact.reference) + "</td></tr>\n";
  }
  return out + "</table>\n";
}

}  // namespace

std::string html_report(const Run& run, bool strict) {
  std::string title = escaped_markup(run.agent);
  title += run.is_failed(strict) ? " does not conform" : " conforms";
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
      title + "</title><style>" + std::string(style) + "</style></head><body>\n<h1>" + title +
      "</h1>\n<p>" + counts_of(run) + "; revision " + escaped_markup(run.revision) +
      " of the protocol</p>\n<table>\n<tr><th>Requirement</th><th>Verdict</th><th></th></tr>\n";
  for (const Judgement& each : run.judgements) {
    const std::string address = address_of(*each.requirement);
    const std::string id = escaped_markup(each.requirement->id);
    out.append("<tr id=\"").append(id).append("\"><td>");
    if (!address.empty()) out.append("<a href=\"").append(address).append("\">");
    out.append(id).append(address.empty() ? "<br>" : "</a><br>");
    out += std::string(word_for(*each.requirement)) + ": " +
           escaped_markup(each.requirement->says) + "</td><td class=\"" +
           std::string(class_of(each.verdict)) + "\">" + std::string(name_of(each.verdict)) +
           (each.is_known ? " (known)" : "") + "</td><td>" + evidence_of(each) + "</td></tr>\n";
  }
  return out + "</table>\n" + facts_of(run) + "</body></html>\n";
}

}  // namespace tine::conformance
