#include "conformance/tool/run.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/json/scanner.h"
#include "base/json/writer.h"
#include "conformance/play/crew.h"
#include "conformance/play/player.h"
#include "conformance/tool/folder.h"
#include "conformance/tool/launch.h"
#include "transport/process_tree.h"

namespace tine::conformance {
namespace {

using Json = nlohmann::json;

/// As much of the end of stderr as a report shows.
constexpr std::size_t errors_kept = 2000;
/// For the end of an agent that has been seen not to end.
constexpr std::chrono::milliseconds short_patience{500};

/// The prompt FLOOD has the agent count so far.
constexpr int last_counted = 400;

constexpr std::string_view opening_case = R"(
== opening
-> 1 initialize {"protocolVersion":1,"clientCapabilities":{},"clientInfo":{"name":"acp-conform","version":"1"}}
...
<- 1 = object
-> 2 session/new {"cwd":"$CWD","mcpServers":[]}
...
<- 2 = *
...
)";

Bindings names_for(const Agent& agent, const Folder& folder) {
  Bindings names;
  names.set("CWD", json::quoted(folder.project().string()));
  names.set("OTHER", json::quoted(folder.other().string()));
  std::string counted;  // a glob for an answer with all of these numbers
  for (int i = 1; i <= last_counted; ++i) counted += "*" + std::to_string(i);
  names.set("COUNTED", json::quoted(counted + "*"));
  for (const auto& [name, words] : agent.prompts) names.set("PROMPT_" + name, json::quoted(words));
  return names;
}

/// Whether the agent announces it; with a `!` before the name, whether it does not.
bool is_met(std::string_view need, const std::string& initialize) {
  const bool absent = need.starts_with('!');
  if (absent) need.remove_prefix(1);
  json::View value = json::View(initialize).find("agentCapabilities");
  while (!need.empty()) {
    const std::size_t dot = std::min(need.find('.'), need.size());
    value = value.find(need.substr(0, dot));
    need.remove_prefix(std::min(dot + 1, need.size()));
  }
  const bool announced = value.exists() && !value.is_null() && value.boolean() != false;
  return announced != absent;
}

/// What ends wrong is a matter of its own, whatever the scenario is about.
void judge_ending(const Outcome& outcome, bool left_children, std::vector<Finding>& findings) {
  if (!outcome.ending.empty()) {
    const bool has_ended = outcome.ending.starts_with("expected exit");
    findings.push_back({has_ended ? "ACP-END-002" : "ACP-END-001", outcome.ending, "", {}});
  } else if (left_children) {
    findings.push_back(
        {"ACP-END-003", "it has ended, and processes that it started have not", "", {}});
  }
}

/// What has been seen of the agent's end: then it is not waited for so long.
struct Habits {
  bool stays = false;            // it does not end by itself
  bool leaves_children = false;  // it ends before what it has started
};

/// Whether the agent is killed in it, and cannot end what it has started.
bool is_killed_in(const Case& what) {
  return std::any_of(what.steps.begin(), what.steps.end(), [](const Step& step) {
    const auto* signal = std::get_if<Signal>(&step.what);
    return signal != nullptr && signal->number == SIGKILL;
  });
}

ScenarioResult play(const Case& what, const Agent& agent, SchemaCheck& schema, Habits& habits) {
  ScenarioResult out;
  const Folder folder;
  for (const auto& [name, content] : what.files) {
    if (write_text(folder.project() / name, content)) continue;
    out.verdict = Verdict::fail;
    out.reason = "cannot write " + name;
    return out;
  }
  Client client(schema, what.allows);
  Outcome outcome;
  {
    const auto server = start_program(launch_of(agent, folder));
    if (!server) {
      out.verdict = Verdict::fail;
      out.reason = "it cannot be started";
      return out;
    }
    Player player(what, *server, client, names_for(agent, folder), Manner::by_steps);
    outcome = player.perform();
  }
  // What it started and left is now ours.
  const auto patience =
      habits.leaves_children ? short_patience : std::min(agent.patience, orphan_patience);
  const bool left = !have_ended(patience);
  const bool is_left_behind = left && !is_killed_in(what);
  habits.leaves_children = habits.leaves_children || is_left_behind;
  if (left) transport::end_descendants(orphan_patience, [](pid_t, int) {});
  out.findings = client.findings();
  out.usages = client.usages();
  out.initialize = client.initialize();
  out.wants_login = client.wants_login();
  out.wire = std::move(outcome.wire);
  const std::size_t most = std::min(outcome.errors.size(), errors_kept);
  out.errors = outcome.errors.substr(outcome.errors.size() - most);
  if (!outcome.fault.empty()) {
    out.verdict = Verdict::fail;
    out.reason = outcome.fault;
    out.step = outcome.step;
  } else if (!outcome.chance.empty()) {
    out.verdict = Verdict::not_exercised;
    out.reason = outcome.chance;
  } else {
    judge_ending(outcome, is_left_behind, out.findings);
  }
  return out;
}

/// Why a scenario is not played, as a result; none: it is.
std::optional<ScenarioResult> why_not(const Scenario& scenario, const Agent& agent,
                                      const std::string& initialize) {
  ScenarioResult out;
  for (const std::string& need : scenario.what.needs) {
    if (is_met(need, initialize)) continue;
    out.verdict = Verdict::not_applicable;
    out.reason = need.starts_with('!') ? "the agent announces " + need.substr(1)
                                       : "the agent does not announce " + need;
    return out;
  }
  for (const std::string& prompt : scenario.prompts) {
    if (agent.prompts.contains(prompt)) continue;
    out.verdict = Verdict::not_exercised;
    out.reason = "no prompt " + prompt + " is sent in this run";
    return out;
  }
  return std::nullopt;
}

ScenarioResult play_if_it_applies(const Scenario& scenario, bool is_paid, const Agent& agent,
                                  const std::string& initialize, SchemaCheck& schema,
                                  Habits& habits) {
  if (auto reason = why_not(scenario, agent, initialize)) return std::move(*reason);
  ScenarioResult out;
  if (!is_paid) {
    out.verdict = Verdict::not_exercised;
    out.reason =
        "the budget of " + std::to_string(agent.budget.value_or(0)) + " prompts is used up";
    return out;
  }
  Case what = scenario.what;
  what.patience = agent.patience;
  what.end_patience = habits.stays ? std::min(agent.patience, short_patience) : agent.patience;
  out = play(what, agent, schema, habits);
  const auto found =
      std::find_if(out.findings.begin(), out.findings.end(),
                   [](const Finding& each) { return each.requirement == "ACP-END-001"; });
  if (found == out.findings.end()) return out;
  if (habits.stays) out.findings.erase(found);
  habits.stays = true;
  return out;
}

// --- results on their way from the processes that play

std::string text_of(const ScenarioResult& result) {
  Json findings = Json::array();
  for (const Finding& each : result.findings)
    findings.push_back({each.requirement, each.what, each.line, each.judge});
  Json usages = Json::array();
  for (const TurnUsage& each : result.usages)
    usages.push_back(
        {each.session, each.is_cancelled, each.total ? Json(*each.total) : Json(), each.output});
  const Json all = {{"verdict", static_cast<int>(result.verdict)},
                    {"usages", usages},
                    {"reason", result.reason},
                    {"step", result.step},
                    {"wire", result.wire},
                    {"errors", result.errors},
                    {"initialize", result.initialize},
                    {"wants_login", result.wants_login},
                    {"findings", findings}};
  return all.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ScenarioResult result_of(const std::string& text) {
  ScenarioResult out;
  const Json all = Json::parse(text, nullptr, false);
  if (!all.is_object()) {  // the process that played it has died
    out.verdict = Verdict::fail;
    out.reason = text;
    return out;
  }
  out.verdict = static_cast<Verdict>(all["verdict"].get<int>());
  out.reason = all["reason"].get<std::string>();
  out.step = all["step"].get<std::string>();
  out.wire = all["wire"].get<std::vector<std::string>>();
  out.errors = all["errors"].get<std::string>();
  out.initialize = all["initialize"].get<std::string>();
  out.wants_login = all["wants_login"].get<bool>();
  for (const Json& each : all["findings"]) {
    out.findings.push_back({each[0].get<std::string>(), each[1].get<std::string>(),
                            each[2].get<std::string>(), each[3].get<std::string>()});
  }
  for (const Json& each : all["usages"]) {
    TurnUsage& usage = out.usages.emplace_back();
    usage.session = each[0].get<std::string>();
    usage.is_cancelled = each[1].get<bool>();
    if (each[2].is_number()) usage.total = each[2].get<std::int64_t>();
    usage.output = each[3].get<std::int64_t>();
  }
  return out;
}

std::string said(const ScenarioResult& result) {
  std::string out = result.reason;
  for (const std::string& each : result.wire) out += "\n  " + shown(each);
  if (!result.errors.empty()) out += "\n  stderr: " + result.errors;
  return out;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::warning:
      return "warning";
    case Verdict::not_applicable:
      return "not applicable";
    case Verdict::not_exercised:
      return "not exercised";
  }
  return {};
}

std::optional<Verdict> verdict_named(std::string_view name) {
  for (const Verdict each : {Verdict::pass, Verdict::fail, Verdict::warning,
                             Verdict::not_applicable, Verdict::not_exercised}) {
    if (name_of(each) == name) return each;
  }
  return std::nullopt;
}

std::vector<ScenarioResult> play_shared(std::size_t count, unsigned jobs,
                                        const std::function<ScenarioResult(std::size_t)>& play_one,
                                        const std::function<void(std::size_t)>& done) {
  const auto play_apart = [&](std::size_t number) {
    // What is left behind becomes a child of the process that plays, and is found.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    // An interrupted run goes on in none of its processes.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return text_of(play_one(number));
  };
  std::vector<ScenarioResult> out;
  for (const std::string& each : share_out(count, jobs, play_apart, done))
    out.push_back(result_of(each));
  return out;
}

Introduction introduce(const Agent& agent, SchemaCheck& schema) {
  const auto cases = read_script("opening", std::string(opening_case), [](const std::string& name) {
    return Checked<std::string>(name);
  });
  Case what = cases->front();
  what.patience = agent.patience;
  what.end_patience = short_patience;  // how it ends is not the question here
  Habits habits;
  const auto play_it = [&](std::size_t) { return play(what, agent, schema, habits); };
  const ScenarioResult result = play_shared(1, 1, play_it, [](std::size_t) {}).front();
  Introduction out{.initialize = result.initialize, .fault = {}, .doubt = {}};
  if (result.wants_login) {
    out.fault = "the agent wants a login: log in with its own program first";
    for (const json::View method : json::View(out.initialize).find("authMethods").elements())
      out.fault += "\n  " + method.find("name").string().value_or("");
  }
  if (out.initialize.empty()) out.fault = "the agent did not answer initialize: " + said(result);
  if (out.fault.empty() && !result.reason.empty())
    out.doubt = "it does not open a session, which most scenarios need: " + said(result);
  return out;
}

Plan make_plan(std::vector<const Scenario*> scenarios, const Agent& agent,
               const Introduction& introduction) {
  Plan out;
  for (const Scenario* each : scenarios) {
    const std::size_t prompts = why_not(*each, agent, introduction.initialize)
                                    ? 0
                                    : each->prompts.size() + each->own_prompts;
    out.is_paid.push_back(!agent.budget || out.prompts + prompts <= *agent.budget);
    if (out.is_paid.back()) out.prompts += prompts;
  }
  out.scenarios = std::move(scenarios);
  return out;
}

std::vector<ScenarioResult> play_all(const Plan& plan, const Agent& agent,
                                     const Introduction& introduction, SchemaCheck& schema,
                                     unsigned jobs, const std::function<void(std::size_t)>& done) {
  // Of the process that plays: each has a copy of its own.
  Habits habits;
  const auto play_one = [&](std::size_t number) {
    return play_if_it_applies(*plan.scenarios[number], plan.is_paid[number], agent,
                              introduction.initialize, schema, habits);
  };
  return play_shared(plan.scenarios.size(), jobs, play_one, done);
}

}  // namespace tine::conformance
