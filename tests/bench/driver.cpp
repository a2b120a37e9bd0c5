// The client of the benchmarks: starts an agent, speaks ACP to it over pipes, and prints what it
// measured as one JSON object of numbers. It is native so that its own cost does not hide the
// agent's.
//
//   bench_driver start RUNS -- COMMAND...            spawn to the answer to initialize; memory then
//   bench_driver roundtrip REQUESTS -- COMMAND...    a request that asks nothing of the agent
//   bench_driver list REQUESTS -- COMMAND...         session/list without sessions
//   bench_driver updates COUNT BYTES -- COMMAND...   a turn of so many chunks of text
//   bench_driver sessions COUNT... -- COMMAND...     memory with so many sessions open
//   bench_driver held-burst COUNT BYTES -- COMMAND...   } the longest that a small request waits
//   bench_driver held-prompt BYTES -- COMMAND...        } for its answer while the agent does
//   bench_driver held-replay COUNT -- COMMAND...        } something large
//   bench_driver flood COUNT BYTES -- COMMAND...     the same of an agent that is told by
//   `[[flood]]` bench_driver delay COUNT PAUSE-US -- COMMAND...  from the agent's write of an
//   update to our read bench_driver growth COUNT BYTES -- COMMAND...    memory while so many
//   updates go through bench_driver echo            is an agent that knows one answer: what the
//   pipes alone cost

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/agent.h"

namespace bench {
namespace {

using namespace std::chrono_literals;

/// A silent agent ends the benchmark after so long.
constexpr unsigned patience_seconds = 120;
/// What the agent does after its first answer should not be cut off by the look at its memory.
constexpr auto settling = 200ms;
/// Between two small requests, so that they are no load of their own.
constexpr auto probe_pause = 500us;
/// What the rehearsal agent takes in one prompt.
constexpr std::uint64_t messages_of_a_prompt = 1000;

using Numbers = std::vector<std::uint64_t>;

double ms(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

double quantile(std::vector<double> values, double which) {
  std::sort(values.begin(), values.end());
  const double last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(which * last)];
}

std::uint64_t initialize(Agent& agent) {
  return agent.ask("initialize", R"({"protocolVersion":1,"clientCapabilities":{}})");
}

std::uint64_t ask_for_session(Agent& agent) {
  return agent.ask("session/new", R"({"cwd":")" + std::filesystem::current_path().string() +
                                      R"(","mcpServers":[]})");
}

std::string new_session(Agent& agent) {
  constexpr std::string_view key = R"("sessionId":")";
  const std::string text = agent.answer(ask_for_session(agent)).text;
  const std::size_t at = text.find(key);
  if (at == std::string::npos) die("no session: " + text);
  const std::size_t begin = at + key.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

std::uint64_t prompt(Agent& agent, const std::string& session, const std::string& text,
                     const std::string& more_blocks = {}) {
  return agent.ask("session/prompt", R"({"sessionId":")" + session +
                                         R"(","prompt":[{"type":"text","text":")" + text + R"("})" +
                                         more_blocks + "]}");
}

std::string burst(std::uint64_t count, std::uint64_t bytes) {
  return "[[burst:" + std::to_string(count) + ":" + std::to_string(bytes) + "]]";
}

std::string flood(std::uint64_t count, std::uint64_t bytes) {
  return "[[flood: " + std::to_string(count) + " " + std::to_string(bytes) + "]]";
}

// --- the measures
// ----------------------------------------------------------------------------------

void start(const Numbers& numbers, char* const* command) {
  std::vector<double> times;
  std::vector<double> memory;
  for (std::uint64_t run = 0; run <= numbers.at(0); ++run) {
    const auto begin = Clock::now();
    Agent agent(command);
    const auto end = agent.answer(initialize(agent)).when;
    if (run == 0) continue;  // it found files that nobody had read before
    times.push_back(ms(end - begin));
    if (!memory.empty()) continue;
    std::this_thread::sleep_for(settling);
    memory.push_back(static_cast<double>(agent.memory_kb()));
  }
  std::printf(R"({"ms":%.4f,"memoryKb":%.0f})", quantile(times, 0.5), memory.at(0));
}

/// Sends a request again and again, each after the answer to the one before.
void repeat(const Numbers& numbers, char* const* command, std::string_view method,
            std::string_view params) {
  Agent agent(command);
  agent.answer(initialize(agent));
  std::vector<double> times;
  double cpu = 0;
  const std::uint64_t warm_up = numbers.at(0) / 10;
  for (std::uint64_t i = 0; i < numbers.at(0) + warm_up; ++i) {
    if (i == warm_up) cpu = agent.cpu();
    const auto begin = Clock::now();
    const auto end = agent.answer(agent.ask(method, params)).when;
    if (i >= warm_up) times.push_back(1000 * ms(end - begin));
  }
  cpu = (agent.cpu() - cpu) * 1e6 / static_cast<double>(times.size());
  std::printf(R"({"p50Us":%.3f,"p99Us":%.3f,"cpuUs":%.3f})", quantile(times, 0.5),
              quantile(times, 0.99), cpu);
}

void round_trip(const Numbers& numbers, char* const* command) {
  repeat(numbers, command, "authenticate", R"({"methodId":"none-needed"})");
}

void list(const Numbers& numbers, char* const* command) {
  repeat(numbers, command, "session/list", "{}");
}

struct Burst {
  double seconds = 0;
  double cpu = 0;  // of the agent, in seconds
  std::uint64_t received = 0;
};

/// Plays a turn of many updates; `many` is the prompt for so many of them.
Burst play(const Numbers& numbers, char* const* command,
           std::string (*many)(std::uint64_t count, std::uint64_t bytes)) {
  Agent agent(command);
  agent.answer(initialize(agent));
  const std::string session = new_session(agent);
  agent.answer(prompt(agent, session, many(numbers.at(0) / 10, numbers.at(1))));
  const std::uint64_t before = agent.updates();
  const double cpu_before = agent.cpu();
  const auto begin = Clock::now();
  const auto end = agent.answer(prompt(agent, session, many(numbers.at(0), numbers.at(1)))).when;
  return {.seconds = ms(end - begin) / 1000,
          .cpu = agent.cpu() - cpu_before,
          .received = agent.updates() - before};
}

void tell(const Burst& burst, double count) {
  std::printf(R"({"perSecond":%.0f,"cpuUs":%.4f,"received":%lu})", count / burst.seconds,
              burst.cpu * 1e6 / count, burst.received);
}

void updates(const Numbers& numbers, char* const* command) {
  const Burst played = play(numbers, command, burst);
  tell(played, static_cast<double>(played.received));
}

/// Counts what the agent behind the other one says, as chunks may be merged on the way.
void flooded(const Numbers& numbers, char* const* command) {
  tell(play(numbers, command, flood), static_cast<double>(numbers.at(0)));
}

/// The agent says what the clock shows when it writes: see tests/agent/script.h.
void delay(const Numbers& numbers, char* const* command) {
  constexpr std::string_view key = R"("text":")";
  Agent agent(command);
  agent.answer(initialize(agent));
  const std::string session = new_session(agent);
  const auto clock = [&](std::uint64_t count) {
    return "[[clock: " + std::to_string(count) + " " + std::to_string(numbers.at(1)) + "]]";
  };
  agent.answer(prompt(agent, session, clock(numbers.at(0) / 10)));
  std::vector<double> times;
  agent.on_update([&](std::string_view line, Clock::time_point when) {
    const std::size_t at = line.find(key);
    if (at == std::string_view::npos) return;
    const std::string said(line.substr(at + key.size(), 24));
    const Clock::time_point then{std::chrono::nanoseconds(std::strtoll(said.c_str(), nullptr, 10))};
    times.push_back(1000 * ms(when - then));
  });
  agent.answer(prompt(agent, session, clock(numbers.at(0))));
  if (times.size() < numbers.at(0)) die("some updates are missing");
  std::printf(R"({"p50Us":%.3f,"p99Us":%.3f})", quantile(times, 0.5), quantile(times, 0.99));
}

/// The first tenth of the updates is there for the memory to become what it will stay.
void growth(const Numbers& numbers, char* const* command) {
  constexpr std::uint64_t looks = 50;
  Agent agent(command);
  agent.answer(initialize(agent));
  const std::string session = new_session(agent);
  double early = 0;
  double most = 0;
  std::uint64_t seen = 0;
  agent.on_update([&](std::string_view, Clock::time_point) {
    if (++seen % (numbers.at(0) / looks) != 0) return;
    double& sofar = seen <= numbers.at(0) / 10 ? early : most;
    sofar = std::max(sofar, static_cast<double>(agent.memory_kb()));
  });
  agent.answer(prompt(agent, session, flood(numbers.at(0), numbers.at(1))));
  std::printf(R"({"earlyKb":%.0f,"mostKb":%.0f})", early, most);
}

void sessions(const Numbers& numbers, char* const* command) {
  Agent agent(command);
  agent.answer(initialize(agent));
  std::uint64_t open = 0;
  std::string separator = "{";
  for (const std::uint64_t count : numbers) {
    for (; open < count; ++open) agent.answer(ask_for_session(agent));
    std::this_thread::sleep_for(settling);
    std::printf(R"(%s"%lu":%lu)", separator.c_str(), count, agent.memory_kb());
    separator = ",";
  }
  std::printf("}");
}

/// Sends small requests of one session until another request has its answer.
void probe(Agent& agent, const std::string& session, std::uint64_t until) {
  double worst = 0;
  std::uint64_t probes = 0;
  while (!agent.answered(until)) {
    const auto begin = Clock::now();
    const auto id =
        agent.ask("session/set_mode", R"({"sessionId":")" + session + R"(","modeId":"auto"})");
    worst = std::max(worst, ms(agent.answer(id).when - begin));
    ++probes;
    agent.listen(probe_pause, until);
  }
  std::printf(R"({"worstMs":%.4f,"probes":%lu})", worst, probes);
}

void held_by_burst(const Numbers& numbers, char* const* command) {
  Agent agent(command);
  agent.answer(initialize(agent));
  const std::string busy = new_session(agent);
  const std::string other = new_session(agent);
  probe(agent, other, prompt(agent, busy, burst(numbers.at(0), numbers.at(1))));
}

/// A file of source code, attached to the prompt. The first small request follows right behind.
void held_by_prompt(const Numbers& numbers, char* const* command) {
  constexpr std::string_view line = R"(  if (at == end) return \"none\";\n)";
  Agent agent(command);
  agent.answer(initialize(agent));
  const std::string busy = new_session(agent);
  const std::string other = new_session(agent);
  std::string text;
  while (text.size() < numbers.at(0)) text.append(line);
  const std::string file =
      R"(,{"type":"resource","resource":{"uri":"file:///a.cpp","text":")" + text + R"("}})";
  probe(agent, other, prompt(agent, busy, "[[say:Read.]]", file));
}

void held_by_replay(const Numbers& numbers, char* const* command) {
  Agent agent(command);
  agent.answer(initialize(agent));
  const std::string busy = new_session(agent);
  const std::string other = new_session(agent);
  std::string messages;
  for (std::uint64_t i = 0; i < messages_of_a_prompt; ++i) messages += "[[say:Some words.]]";
  for (std::uint64_t said = 0; said < numbers.at(0); said += messages_of_a_prompt)
    agent.answer(prompt(agent, busy, messages));
  const std::uint64_t load = agent.ask(
      "session/load", R"({"sessionId":")" + busy + R"(","cwd":")" +
                          std::filesystem::current_path().string() + R"(","mcpServers":[]})");
  probe(agent, other, load);
}

[[noreturn]] void echo() {
  std::string room(std::size_t{64} * 1024, '\0');
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, room.data(), room.size());
    if (n <= 0) std::exit(0);
    const std::string_view line(room.data(), static_cast<std::size_t>(n));
    const std::string_view id =
        line.substr(0, line.find(",\"method\""));  // {"jsonrpc":"2.0","id":N
    std::string answer(id);
    answer.append(R"(,"result":{"sessions":[]}})").push_back('\n');
    must(::write(STDOUT_FILENO, answer.data(), answer.size()), "writing");
  }
}

struct Measure {
  std::string_view name;
  void (*run)(const Numbers& numbers, char* const* command);
};

constexpr Measure measures[] = {
    {"start", start},
    {"roundtrip", round_trip},
    {"list", list},
    {"updates", updates},
    {"flood", flooded},
    {"delay", delay},
    {"growth", growth},
    {"sessions", sessions},
    {"held-burst", held_by_burst},
    {"held-prompt", held_by_prompt},
    {"held-replay", held_by_replay},
};

void main(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "echo") echo();
  Numbers numbers;
  int at = 2;
  for (; at < argc && std::string_view(argv[at]) != "--"; ++at)
    numbers.push_back(std::strtoull(argv[at], nullptr, 10));
  const auto* const measure = std::find_if(std::begin(measures), std::end(measures),
                                           [&](const Measure& each) { return each.name == name; });
  if (measure == std::end(measures) || numbers.empty() || at + 1 >= argc)
    die("usage: bench_driver MEASURE NUMBER... -- COMMAND...");
  ::alarm(patience_seconds);
  measure->run(numbers, argv + at + 1);
  std::puts("");
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  bench::main(argc, argv);
  return 0;
}
