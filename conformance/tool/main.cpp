// acp-conform: judges ACP agents. docs/conformance.md tells how it is used.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <sstream>

#include "base/json/view.h"
#include "conformance/embedded.h"
#include "conformance/fixtures/agent.h"
#include "conformance/tool/clients/run_clients.h"
#include "conformance/tool/clients/stand_in.h"
#include "conformance/tool/exit_status.h"
#include "conformance/tool/matrix.h"
#include "conformance/tool/measure.h"
#include "conformance/tool/options.h"
#include "conformance/tool/output.h"
#include "conformance/tool/record/command.h"
#include "conformance/tool/replay.h"
#include "conformance/tool/report.h"
#include "conformance/tool/requirements.h"
#include "conformance/tool/run.h"
#include "conformance/tool/scenarios.h"
#include "conformance/tool/verdicts.h"
#include "conformance/tool/workplace.h"

namespace tine::conformance {
namespace {

bool tests(const Scenario& scenario, const std::string& id) {
  const auto& all = scenario.what.tests;
  return std::find(all.begin(), all.end(), id) != all.end();
}

int list(const Requirements& requirements, const std::vector<Scenario>& scenarios) {
  for (const Requirement& each : requirements.all) {
    const auto count = std::count_if(scenarios.begin(), scenarios.end(),
                                     [&](const Scenario& one) { return tests(one, each.id); });
    const std::string how = each.level == Level::told ? "told, not judged"
                            : each.is_watched         ? "every scenario"
                            : count > 0
                                ? std::to_string(count) + (count == 1 ? " scenario" : " scenarios")
                                : "not tested: " + each.untested;
    std::printf("%s  %s  %s: %s (%s)\n", each.id.c_str(), std::string(name_of(each.tier)).c_str(),
                std::string(word_for(each)).c_str(), each.says.c_str(), how.c_str());
  }
  return all_well;
}

int explain(const Requirements& requirements, const std::vector<Scenario>& scenarios,
            const std::string& id) {
  const Requirement* found = requirements.find(id);
  if (found == nullptr) return mistake("there is no requirement " + id + " (--list shows them)");
  std::printf("%s  %s  %s: %s\n", id.c_str(), std::string(name_of(found->tier)).c_str(),
              std::string(word_for(*found)).c_str(), found->says.c_str());
  for (const std::string& each : found->kit) std::printf("In acp-tck: %s\n", each.c_str());
  if (!found->page.empty())
    std::printf("%s, revision %s\n", address_of(*found).c_str(), requirements.revision.c_str());
  if (found->is_watched) std::puts("Every message of every scenario is judged by it.");
  if (!found->untested.empty()) std::printf("Not tested: %s\n", found->untested.c_str());
  for (const Scenario& each : scenarios) {
    if (tests(each, id)) std::printf("\n%s:\n%s\n", each.what.place.c_str(), each.text.c_str());
  }
  return all_well;
}

/// The first word of each line: what stands behind it tells why.
Checked<std::set<std::string>> read_baseline(const std::string& path,
                                             const Requirements& requirements) {
  std::set<std::string> out;
  if (path.empty()) return out;
  auto text = read_text(path);
  if (!text) return wrong(std::move(text.error()));
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const std::string id = line.substr(0, line.find_first_of(" \t\r#"));
    if (id.empty()) continue;
    if (requirements.find(id) == nullptr)
      return wrong(std::string(path).append(": there is no requirement ").append(id));
    out.insert(id);
  }
  return out;
}

std::string name_in(const std::string& initialize) {
  const json::View all(initialize);
  const bool is_client = all.find("clientCapabilities").exists() || all.find("clientInfo").exists();
  const json::View info = all.find(is_client ? "clientInfo" : "agentInfo");
  std::string name = info.find("name").string().value_or(is_client ? "the client" : nameless);
  const std::string version = info.find("version").string().value_or("");
  if (version.empty()) return name;
  return name.append(" ").append(version);
}

bool write_reports(const Run& run, const Options& options) {
  const auto maybe = [&](const std::string& path, std::string (*report)(const Run&, bool)) {
    return path.empty() || write_to(path, report(run, options.strict));
  };
  const bool json = maybe(options.json, json_report);
  const bool junit = maybe(options.junit, junit_report);
  const bool markdown = maybe(options.markdown, markdown_report);
  const bool html =
      options.html.empty() || write_to(options.html, html_matrix({&run, 1}, options.strict));
  return json && junit && markdown && html;
}

bool takes_stdout(const Options& options) {
  return options.json == "-" || options.junit == "-" || options.markdown == "-" ||
         options.html == "-";
}

int run(const Options& options, const Requirements& requirements,
        const std::vector<Scenario>& scenarios) {
  std::vector<const Scenario*> wanted;
  for (const Scenario& each : scenarios) {
    const bool is_wanted =
        options.only.empty() ||
        std::any_of(options.only.begin(), options.only.end(), [&](const std::string& id) {
          const Requirement* requirement = requirements.find(id);
          return tests(each, id) || (requirement != nullptr && requirement->is_watched);
        });
    if (!is_wanted) continue;
    wanted.push_back(&each);
  }
  if (wanted.empty()) return mistake("no scenario tests that (--list shows what is tested)");
  const auto baseline = read_baseline(options.baseline, requirements);
  if (!baseline) return mistake(baseline.error());

  const auto begin = std::chrono::steady_clock::now();
  SchemaCheck schema;
  const Introduction introduction = options.judges_client ? introduce_client(options.agent, schema)
                                                          : introduce(options.agent, schema);
  if (!introduction.fault.empty()) return mistake(introduction.fault);
  const Plan plan = make_plan(wanted, options.agent, introduction);
  const bool is_whole = options.only.empty() && options.scenarios.empty() && !options.judges_client;
  const std::size_t all_prompts = plan.prompts + (is_whole ? measuring_prompts(options.agent) : 0);
  const bool measures =
      is_whole && options.measures && all_prompts <= options.agent.budget.value_or(all_prompts);
  std::fprintf(stderr, "acp-conform: %s, %zu scenarios, %zu prompts at most\n",
               name_in(introduction.initialize).c_str(), wanted.size(),
               measures ? all_prompts : plan.prompts);
  if (!introduction.doubt.empty())
    std::fprintf(stderr, "acp-conform: %s\n", introduction.doubt.c_str());
  const bool on_terminal = ::isatty(STDERR_FILENO) != 0;
  std::size_t done = 0;
  const auto show = [&](std::size_t number) {
    ++done;
    if (!on_terminal) return;
    std::fprintf(stderr, "\r\x1b[K%zu/%zu %s", done, wanted.size(),
                 wanted[number]->what.title.c_str());
  };
  const auto results =
      options.judges_client
          ? play_clients(wanted, options.agent, introduction, schema, options.jobs, show)
          : play_all(plan, options.agent, introduction, schema, options.jobs, show);
  if (on_terminal) std::fputs("\r\x1b[K", stderr);

  Run out{
      .command = options.agent.command,
      .agent = name_in(introduction.initialize),
      .revision = requirements.revision,
      .scenarios = wanted.size(),
      .seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
      .judgements = judge_all(requirements, wanted, results, *baseline),
      .facts = {}};
  if (!options.replay.empty()) {
    out.kept = "does as it was recorded";
    out.broken = "does not do as it was recorded";
  }
  std::vector<Fact> facts = usage_facts(results);
  if (measures) {
    for (Fact& each : measured_facts(options.agent, schema)) facts.push_back(std::move(each));
  }
  for (Fact& each : facts) out.facts.emplace_back(requirements.find(each.id), std::move(each));
  if (!options.only.empty()) {
    std::erase_if(out.judgements, [&](const Judgement& each) {
      return std::find(options.only.begin(), options.only.end(), each.requirement->id) ==
             options.only.end();
    });
  }
  if (!write_reports(out, options)) return could_not_run;
  const std::string text = terminal_report(out, options.strict, ::isatty(STDOUT_FILENO) != 0);
  std::fputs(text.c_str(), takes_stdout(options) ? stderr : stdout);
  return out.is_failed(options.strict) ? not_kept : all_well;
}

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "record")
    return record_command(count - 1, arguments + 1);
  if (count == 3 && std::string_view(arguments[1]) == stand_in_word)
    return run_stand_in(arguments[2]);
  if (count > 1 && std::string_view(arguments[1]) == "matrix")
    return matrix_command(count - 1, arguments + 1);
  if (count == 2 && std::string_view(arguments[1]) == reference_word)
    return FixtureAgent({}).serve();
  Options options;
  if (const auto status = read_options(count, arguments, options)) return *status;
  const char* const file = options.judges_client ? "client_requirements.toml" : "requirements.toml";
  auto requirements = read_requirements(embedded_file(file), file);
  if (!requirements) return mistake(requirements.error().message);
  if (!options.replay.empty()) {
    const auto recorded = read_recorded(options, *requirements);
    if (!recorded) return mistake(recorded.error());
    return in_workplace([&] { return run(options, *requirements, *recorded); });
  }
  const auto scenarios = options.judges_client && options.scenarios.empty()
                             ? read_client_scenarios()
                             : read_scenarios(options.scenarios);
  if (!scenarios) return mistake(scenarios.error());
  if (options.list) return list(*requirements, *scenarios);
  if (!options.explain.empty()) return explain(*requirements, *scenarios, options.explain);
  return in_workplace([&] { return run(options, *requirements, *scenarios); });
}

}  // namespace
}  // namespace tine::conformance

int main(int count, char** arguments) { return tine::conformance::main(count, arguments); }
