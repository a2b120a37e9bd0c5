#include <algorithm>
#include <set>

#include "base/markup.h"
#include "conformance/tool/report.h"

namespace tine::conformance {
namespace {

/// As much of each message as the page shows beside a pass, and beside anything else.
constexpr std::size_t most_of_pass = 300;
constexpr std::size_t most_of_other = 2000;
/// As many scenarios as it shows for a verdict.
constexpr std::size_t most_evidence = 10;

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --back: #fff; --fore: #1f2328; --soft: #59636e; --line: #d1d9e0;
  --raised: #f6f8fa; --pass: #1a7f37; --fail: #d1242f; --warning: #9a6700;
  font: 15px/1.45 system-ui, sans-serif }
@media (prefers-color-scheme: dark) { :root { --back: #0d1117; --fore: #e6edf3; --soft: #9198a1;
  --line: #3d444d; --raised: #161b22; --pass: #3fb950; --fail: #ff7b72; --warning: #d29922 } }
* { box-sizing: border-box }
body { margin: 0; padding: 1.5rem; background: var(--back); color: var(--fore) }
h1 { font-size: 1.5rem; margin: 0 0 .3rem } h2 { font-size: 1.1rem; margin: 0 }
p { margin: .3rem 0 1rem; color: var(--soft) } a { color: inherit }
.wide { overflow: auto; max-height: calc(100vh - 7rem); border: 1px solid var(--line);
  border-radius: 6px }
table { border-collapse: separate; border-spacing: 0; width: 100% }
th, td { padding: .35rem .6rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line) }
thead th { position: sticky; top: 0; z-index: 2; background: var(--raised); overflow-wrap: anywhere;
  min-width: 9.5rem; max-width: 12rem; font-size: .85rem }
tbody th { position: sticky; left: 0; z-index: 1; background: var(--back); font-weight: normal;
  min-width: 12rem }
thead th:first-child { left: 0; z-index: 3 }
small { display: block; font-weight: normal; color: var(--soft) }
td a { text-decoration: none; white-space: nowrap } td a:hover { text-decoration: underline }
.pass { color: var(--pass) } .fail { color: var(--fail); font-weight: 600 }
.warning { color: var(--warning); font-weight: 600 } .not { color: var(--soft) }
section { display: none }
section:target { display: block; position: fixed; z-index: 9; inset: 5vh 4vw; overflow: auto;
  padding: 1rem 1.2rem; background: var(--back); border: 1px solid var(--line); border-radius: 8px;
  box-shadow: 0 0 0 100vmax #0009 }
.close { position: sticky; top: 0; float: right; padding: .2rem .7rem; background: var(--raised);
  border: 1px solid var(--line); border-radius: 6px; text-decoration: none }
pre { margin: .5rem 0 1rem; padding: .6rem; background: var(--raised); border-radius: 6px;
  font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere }
@media (max-width: 40rem) { body { padding: .6rem } th, td { padding: .3rem .4rem }
  thead th { min-width: 6rem; font-size: .75rem } tbody th { min-width: 8.5rem; max-width: 8.5rem;
  font-size: .85rem; overflow-wrap: anywhere } tbody th .says { display: none } }
@media print { .wide { max-height: none; overflow: visible } }
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

const Judgement* find(const Run& run, const Requirement& requirement) {
  const auto found =
      std::find_if(run.judgements.begin(), run.judgements.end(),
                   [&](const Judgement& each) { return each.requirement->id == requirement.id; });
  return found == run.judgements.end() ? nullptr : &*found;
}

/// Those that any of the agents was judged by, in the order of the first that has them.
std::vector<const Requirement*> rows_of(std::span<const Run> runs) {
  std::vector<const Requirement*> out;
  std::set<std::string> seen;
  for (const Run& run : runs) {
    for (const Judgement& each : run.judgements) {
      if (seen.insert(each.requirement->id).second) out.push_back(each.requirement);
    }
  }
  return out;
}

std::string verdict_of(const Judgement& judgement) {
  std::string out(name_of(judgement.verdict));
  if (judgement.is_known) out += " (known)";
  if (judgement.is_surprise) out += " (against the baseline)";
  return out;
}

/// Where the evidence of a cell stands in the page.
std::string place_of(std::size_t column, const Requirement& requirement) {
  return std::to_string(column + 1) + "-" + requirement.id;
}

std::string head_of(const Run& run, bool strict) {
  const bool failed = run.is_failed(strict);
  std::string name = escaped_markup(run.agent);
  for (std::size_t at = 0; (at = name.find('/', at)) != std::string::npos; at += 6)
    name.insert(at + 1, "<wbr>");  // a line may end behind it
  std::string out = "<th>" + name + "<small class=\"";
  out.append(failed ? "fail" : "pass").append("\">");
  out.append(failed ? "does not conform" : "conforms").append("</small><small>");
  return out.append(counts_of(run)).append("</small></th>");
}

std::string head_of(const Requirement& requirement) {
  const std::string address = address_of(requirement);
  const std::string id = escaped_markup(requirement.id);
  std::string out = "<th id=\"" + id + "\">";
  out += address.empty() ? id : "<a href=\"" + address + "\">" + id + "</a>";
  out.append(" <small>").append(name_of(requirement.tier)).append("</small>");
  out.append("<small class=\"says\">").append(word_for(requirement)).append(": ");
  return out.append(escaped_markup(requirement.says)).append("</small></th>");
}

std::string evidence_of(const Evidence& evidence) {
  const std::size_t most = evidence.verdict == Verdict::pass ? most_of_pass : most_of_other;
  std::string out = "<h3>" + escaped_markup(evidence.scenario) + "</h3>";
  if (!evidence.reason.empty()) out += "<pre>" + escaped_markup(evidence.reason) + "</pre>";
  if (!evidence.step.empty()) out += "<p>at " + escaped_markup(shown(evidence.step)) + "</p>";
  if (!evidence.wire.empty()) {
    out += "<pre>";
    for (const std::string& line : evidence.wire) {
      out += escaped_markup(std::string_view(line).substr(0, most));
      out += line.size() > most ? "…\n" : "\n";
    }
    out += "</pre>";
  }
  if (!evidence.errors.empty())
    out += "<p>The end of stderr:</p><pre>" + escaped_markup(evidence.errors) + "</pre>";
  return out;
}

std::string section_of(const Run& run, std::size_t column, const Judgement& judgement) {
  const Requirement& requirement = *judgement.requirement;
  const std::string id = escaped_markup(requirement.id);
  std::string out = "<section id=\"" + place_of(column, requirement) +
                    "\"><a class=\"close\" href=\"#" + id + "\">close</a><h2>" + id +
                    ": <span class=\"";
  out.append(class_of(judgement.verdict)).append("\">").append(verdict_of(judgement));
  out.append("</span></h2><p>").append(escaped_markup(run.agent)).append("</p><p>");
  out.append(word_for(requirement)).append(": ").append(escaped_markup(requirement.says));
  out += "</p>";
  const std::size_t shown_ones = std::min(most_evidence, judgement.evidence.size());
  for (std::size_t i = 0; i < shown_ones; ++i) out += evidence_of(judgement.evidence[i]);
  if (shown_ones < judgement.evidence.size())
    out += "<p>and " + std::to_string(judgement.evidence.size() - shown_ones) + " times more</p>";
  return out + "</section>\n";
}

/// What is told of the agents, and not judged.
std::string fact_rows(std::span<const Run> runs) {
  std::vector<const Requirement*> rows;
  for (const Run& run : runs) {
    for (const auto& each : run.facts) {
      if (std::find(rows.begin(), rows.end(), each.first) == rows.end()) rows.push_back(each.first);
    }
  }
  std::string out;
  for (const Requirement* row : rows) {
    out += "<tr>" + head_of(*row);
    for (const Run& run : runs) {
      out += "<td>";
      for (const auto& [requirement, fact] : run.facts) {
        if (requirement != row) continue;
        out += escaped_markup(fact.value);
        if (!fact.reference.empty())
          out += "<small>reference: " + escaped_markup(fact.reference) + "</small>";
      }
      out += "</td>";
    }
    out += "</tr>\n";
  }
  return out;
}

}  // namespace

std::string html_matrix(std::span<const Run> runs, bool strict) {
  std::string title = "What " + std::to_string(runs.size()) + " agents keep of the protocol";
  if (runs.size() == 1) {
    title = escaped_markup(runs[0].agent);
    title += " " + runs[0].verdict(strict);
  }
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>" +
      title + "</title><style>" + std::string(style) + "</style></head><body>\n<h1>" + title +
      "</h1>\n<p>Each verdict leads to what went over the wire. Judged by acp-conform, revision " +
      escaped_markup(runs.empty() ? "" : runs[0].revision) +
      " of the protocol.</p>\n<div class=\"wide\"><table>\n<thead><tr><th>Requirement</th>";
  for (const Run& run : runs) out += head_of(run, strict);
  out += "</tr></thead>\n<tbody>\n";
  std::string sections;
  for (const Requirement* requirement : rows_of(runs)) {
    out += "<tr>" + head_of(*requirement);
    for (std::size_t column = 0; column < runs.size(); ++column) {
      const Judgement* judgement = find(runs[column], *requirement);
      if (judgement == nullptr) {
        out += "<td></td>";
        continue;
      }
      out.append("<td><a class=\"").append(class_of(judgement->verdict)).append("\" href=\"#");
      out.append(place_of(column, *requirement)).append("\">");
      out.append(verdict_of(*judgement)).append("</a></td>");
      sections += section_of(runs[column], column, *judgement);
    }
    out += "</tr>\n";
  }
  return out + fact_rows(runs) + "</tbody></table></div>\n" + sections + "</body></html>\n";
}

}  // namespace tine::conformance
