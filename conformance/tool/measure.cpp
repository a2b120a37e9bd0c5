#include "conformance/tool/measure.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "conformance/play/crew.h"
#include "conformance/play/player.h"
#include "conformance/tool/client.h"
#include "conformance/tool/launch.h"
#include "conformance/tool/secret_search.h"
#include "transport/process_tree.h"

namespace tine::conformance {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

/// How often the agent is started for a median.
constexpr std::size_t starts = 3;
/// For the end of an agent: how it ends is not the question here.
constexpr std::chrono::milliseconds end_patience{500};

/// A file's time may lie so far behind the clock.
constexpr std::chrono::seconds clock_step{1};

constexpr const char* measured_opening = R"(== opening
-> 1 initialize {"protocolVersion":1,"clientCapabilities":{},"clientInfo":{"name":"acp-conform","version":"1"}}
...
<- 1 = object
)";
constexpr const char* session = R"(-> 2 session/new {"cwd":"$CWD","mcpServers":[]}
...
<- 2 = {"sessionId":$S}
)";

std::string prompt_step(const char* id, const char* name) {
  return std::string("-> ") + id + " prompt \"$" + name + "\"\n...\n<- {\"id\":" + id +
         ",\"method\":absent}\n";
}

double milliseconds(Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

/// The memory of a process and of all that it has started, shared parts shared out, in kB.
double memory_of(pid_t pid) {
  double out = 0;
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Pss:")) out += std::strtod(line.c_str() + 4, nullptr);
  }
  for (const pid_t child : transport::children_of(pid)) out += memory_of(child);
  return out;
}

double memory_of_children() {
  double out = 0;
  for (const pid_t child : transport::children_of(::getpid())) out += memory_of(child);
  return out;
}

/// A client that notes the times.
class Stopwatch final : public Judge {
 public:
  explicit Stopwatch(SchemaCheck& schema) : client_(schema, false) {}

  std::string check(std::string_view line, const std::string& asked) override {
    const json::View message(line);
    const auto now = Clock::now();
    if (asked == "initialize") {
      initialized = milliseconds(now - begun);
      memory[0] = memory_of_children();
    } else if (asked == "session/new") {
      memory[1] = memory_of_children();
    } else if (asked == "session/prompt") {
      turns.back().whole = milliseconds(now - prompted_);
    } else if (message.find("method").equals("session/update") && !turns.empty()) {
      Turn& turn = turns.back();
      turn.last = milliseconds(now - prompted_);
      if (turn.updates++ == 0) turn.first = turn.last;
    }
    return client_.check(line, asked);
  }
  std::string check_noise(std::string_view line) override { return client_.check_noise(line); }
  std::string answer(std::string_view request) override { return client_.answer(request); }
  void note_sent(std::string_view line) override {
    client_.note_sent(line);
    if (!json::View(line).find("method").equals("session/prompt")) return;
    turns.emplace_back();
    prompted_ = Clock::now();
  }

  struct Turn {
    double first = 0;
    double last = 0;
    double whole = 0;
    double updates = 0;
  };
  Clock::time_point begun = Clock::now();
  double initialized = 0;
  std::array<double, 2> memory{};
  std::vector<Turn> turns;

 private:
  Client client_;
  Clock::time_point prompted_;
};

Case read_case(const std::string& text, const Agent& agent) {
  auto cases = read_script("measure", text,
                           [](const std::string& name) { return Checked<std::string>(name); });
  Case what = std::move(cases->front());
  what.patience = agent.patience;
  what.end_patience = end_patience;
  return what;
}

Bindings names_of(const Agent& agent, const Folder& folder) {
  Bindings names;
  names.set("CWD", json::quoted(folder.project().string()));
  for (const auto& [name, words] : agent.prompts) names.set(name, json::quoted(words));
  return names;
}

/// False: it did not get through it.
bool play(const Case& what, const Bindings& names, const Launch& launch, Judge& judge) {
  const auto server = start_program(launch);
  if (!server) return false;
  Player player(what, *server, judge, names, Manner::by_steps);
  return player.perform().fault.empty();
}

std::string rounded(double value, const char* unit) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), value < 10 ? "%.1f %s" : "%.0f %s", value, unit);
  return text.data();
}

/// Values by the ids of the facts.
Json measure(const Agent& agent, SchemaCheck& schema) {
  Json out = Json::object();
  std::vector<double> times;
  for (std::size_t i = 0; i < starts; ++i) {
    const Folder folder;
    Stopwatch watch(schema);
    std::string text = measured_opening;
    const bool is_last = i + 1 == starts;
    std::vector<const char*> sent;
    if (is_last) {
      text += session;
      for (const char* const name : {"SHORT", "FLOOD"}) {
        if (!agent.prompts.contains(name)) continue;
        text += prompt_step(sent.empty() ? "3" : "4", name);
        sent.push_back(name);
      }
    }
    const bool is_played =
        play(read_case(text, agent), names_of(agent, folder), launch_of(agent, folder), watch);
    transport::end_descendants(orphan_patience, [](pid_t, int) {});
    if (watch.initialized > 0) times.push_back(watch.initialized);
    if (!is_played || !is_last) continue;
    out["ACP-PERF-002"] =
        rounded(watch.memory[0] / 1000, "MB") + ", then " + rounded(watch.memory[1] / 1000, "MB");
    for (std::size_t turn = 0; turn < sent.size() && turn < watch.turns.size(); ++turn) {
      const Stopwatch::Turn& each = watch.turns[turn];
      if (sent[turn] == std::string_view("SHORT")) {
        out["ACP-PERF-003"] = rounded(each.first, "ms") + ", then " + rounded(each.whole, "ms");
      } else if (each.updates > 1 && each.last > each.first) {
        out["ACP-PERF-004"] =
            rounded((each.updates - 1) * 1000 / (each.last - each.first), "a second");
      }
    }
  }
  std::sort(times.begin(), times.end());
  if (!times.empty()) out["ACP-PERF-001"] = rounded(times[times.size() / 2], "ms");
  return out;
}

Json look_for_secret(const Agent& agent, SchemaCheck& schema) {
  const auto words = agent.prompts.find("REMEMBER");
  if (words == agent.prompts.end()) return Json::object();
  const Folder folder;
  const std::string secret = made_up_secret();
  const Launch launch = launch_of(agent, folder);
  Bindings names = names_of(agent, folder);
  names.set("SECRET", json::quoted(words->second + " My token is " + secret));
  const auto begun = std::filesystem::file_time_type::clock::now() - clock_step;
  Client client(schema, false);
  const bool is_played =
      play(read_case(measured_opening + std::string(session) + prompt_step("3", "SECRET"), agent),
           names, launch, client);
  transport::end_descendants(orphan_patience, [](pid_t, int) {});
  if (!is_played) return Json::object();
  return {{"ACP-SECRETS-001", files_with(secret, {folder.path(), home_of(launch)}, begun)}};
}

/// The agent of the tests, which is part of this program.
Agent reference() {
  Agent out;
  out.command = {std::filesystem::read_symlink("/proc/self/exe").string(), reference_word};
  std::string numbers;
  for (int i = 1; i <= 400; ++i) numbers += std::to_string(i) + ", ";
  out.prompts = {{"SHORT", "[[say:pong]]"}, {"FLOOD", "[[slow:800:0]]" + numbers}};
  return out;
}

}  // namespace

std::size_t measuring_prompts(const Agent& agent) {
  return agent.prompts.count("SHORT") + agent.prompts.count("FLOOD") +
         agent.prompts.count("REMEMBER");
}

std::vector<Fact> measured_facts(const Agent& agent, SchemaCheck& schema) {
  const auto work = [&](std::size_t number) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return (number == 0   ? measure(agent, schema)
            : number == 1 ? measure(reference(), schema)
                          : look_for_secret(agent, schema))
        .dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  std::vector<Json> found;
  for (const std::string& each : share_out(3, 1, work, [](std::size_t) {}))
    found.push_back(Json::parse(each, nullptr, false));
  std::vector<Fact> out;
  for (const std::size_t number : {0U, 2U}) {
    if (!found[number].is_object()) continue;
    for (const auto& [id, value] : found[number].items()) {
      const bool is_known = number == 0 && found[1].is_object() && found[1].contains(id);
      out.push_back({id, value.get<std::string>(),
                     is_known ? "the reference: " + found[1][id].get<std::string>() : ""});
    }
  }
  return out;
}

}  // namespace tine::conformance
