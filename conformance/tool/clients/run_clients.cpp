#include "conformance/tool/clients/run_clients.h"

#include <algorithm>

#include "base/json/writer.h"
#include "conformance/embedded.h"
#include "conformance/play/player.h"
#include "conformance/tool/clients/agent_side.h"
#include "conformance/tool/clients/stand_in.h"
#include "conformance/tool/clients/started_client.h"
#include "conformance/tool/launch.h"
#include "transport/process_tree.h"

namespace tine::conformance {
namespace {

/// As much of the end of what it wrote as a report shows.
constexpr std::size_t output_kept = 2000;

/// For the end of what a client leaves behind that has been seen to do so.
constexpr std::chrono::milliseconds short_patience{100};

constexpr std::string_view client_opening = R"(
== opening
use client_session
-> $P = {"stopReason":"end_turn"}
)";

/// Whether the client announces it.
bool is_met(std::string_view need, const std::string& initialize) {
  json::View value = json::View(initialize).find("clientCapabilities");
  while (!need.empty()) {
    const std::size_t dot = std::min(need.find('.'), need.size());
    value = value.find(need.substr(0, dot));
    need.remove_prefix(std::min(dot + 1, need.size()));
  }
  return value.is_object() || value.boolean() == true;
}

/// Behind the last step the agent ends, and the client with it.
void add_end(Case& what) {
  const auto add = [&](const char* source, auto step) {
    what.steps.push_back({.place = what.place, .source = source, .what = step});
  };
  const bool has_ended =
      !what.steps.empty() && std::holds_alternative<Exit>(what.steps.back().what);
  if (has_ended) return;
  add("eof", EndOfInput{});
  add("...", Anything{});
  add("exit any", Exit{Exit::any});
}

/// `leaves`: it has been seen to leave processes behind.
ScenarioResult play(Case what, const Agent& client, SchemaCheck& schema, bool& leaves) {
  ScenarioResult out;
  const Folder folder;
  const auto fail = [&](std::string reason) {
    out.verdict = Verdict::fail;
    out.reason = std::move(reason);
    return out;
  };
  for (const auto& [name, content] : what.files) {
    if (!write_text(folder.project() / name, content)) return fail("cannot write " + name);
  }
  const auto agent = make_stand_in(folder.path());
  if (!agent) return fail(agent.error());
  Launch launch = launch_of(client, folder);
  const auto fill = [&](std::string& word) {
    word = replaced(replaced(word, agent_word, *agent), cwd_word, folder.project().string());
  };
  std::for_each(launch.command.begin(), launch.command.end(), fill);
  std::for_each(launch.environment.begin(), launch.environment.end(), fill);
  AgentSide judge(schema);
  Outcome outcome;
  {
    const auto started = start_client(launch, folder, what.patience);
    if (!started) return fail(started.error());
    Bindings names;
    names.set("CWD", json::quoted(folder.project().string()));
    Player player(what, **started, judge, names, Manner::by_steps);
    outcome = player.perform();
  }
  const bool left = !have_ended(leaves ? short_patience : orphan_patience);
  leaves = leaves || left;
  if (left) transport::end_descendants(orphan_patience, [](pid_t, int) {});
  out.findings = judge.findings();
  out.initialize = judge.initialize();
  out.wire = std::move(outcome.wire);
  const std::size_t most = std::min(outcome.errors.size(), output_kept);
  out.errors = outcome.errors.substr(outcome.errors.size() - most);
  // What a client may do, such as a cancel when it is interrupted, is not asked of it.
  const bool was_chance = outcome.step.find(": <? ") != std::string::npos;
  if (!outcome.fault.empty() && !was_chance) {
    out.step = outcome.step;
    return fail(outcome.fault);
  }
  if (!outcome.fault.empty() || !outcome.chance.empty()) {
    out.verdict = Verdict::not_exercised;
    out.reason = outcome.fault.empty()
                     ? outcome.chance
                     : "this did not come: " + outcome.step + "; " + outcome.fault;
  } else if (left) {
    out.findings.push_back(
        {"ACP-CLIENT-044", "it has ended, and processes that it started have not", ""});
  }
  return out;
}

ScenarioResult play_if_it_applies(const Scenario& scenario, const Agent& client,
                                  const std::string& initialize, SchemaCheck& schema,
                                  bool& leaves) {
  for (const std::string& need : scenario.what.needs) {
    if (is_met(need, initialize)) continue;
    ScenarioResult out;
    out.verdict = Verdict::not_applicable;
    out.reason = "the client does not announce " + need;
    return out;
  }
  Case what = scenario.what;
  what.patience = client.patience;
  return play(std::move(what), client, schema, leaves);
}

}  // namespace

Checked<std::vector<Scenario>> read_client_scenarios() {
  auto scenarios = read_embedded_scenarios("clients/");
  if (!scenarios) return scenarios;
  for (Scenario& each : *scenarios) add_end(each.what);
  return scenarios;
}

Introduction introduce_client(const Agent& client, SchemaCheck& schema) {
  auto cases = read_script("opening", std::string(client_opening), [](const std::string& name) {
    return Checked<std::string>(std::string(embedded_file("scenarios/shared/" + name + ".txt")));
  });
  Case what = std::move(cases->front());
  what.patience = client.patience;
  add_end(what);
  bool leaves = false;
  const auto play_it = [&](std::size_t) { return play(what, client, schema, leaves); };
  const ScenarioResult result = play_shared(1, 1, play_it, [](std::size_t) {}).front();
  Introduction out{.initialize = result.initialize, .fault = {}, .doubt = {}};
  if (result.verdict != Verdict::pass) {
    out.fault = "the client was not seen through one prompt: " + result.reason;
    for (const std::string& each : result.wire) out.fault += "\n  " + shown(each);
    if (!result.errors.empty()) out.fault += "\n  it wrote: " + result.errors;
  }
  return out;
}

std::vector<ScenarioResult> play_clients(const std::vector<const Scenario*>& scenarios,
                                         const Agent& client, const Introduction& introduction,
                                         SchemaCheck& schema, unsigned jobs,
                                         const std::function<void(std::size_t)>& done) {
  // Of the process that plays: each has a copy of its own.
  bool leaves = false;
  const auto play_one = [&](std::size_t number) {
    return play_if_it_applies(*scenarios[number], client, introduction.initialize, schema, leaves);
  };
  return play_shared(scenarios.size(), jobs, play_one, done);
}

}  // namespace tine::conformance
