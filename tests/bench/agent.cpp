#include "tests/bench/agent.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <utility>

namespace bench {
namespace {

constexpr std::size_t read_size = std::size_t{1} << 20U;

timespec as_timespec(std::chrono::nanoseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {seconds.count(), (time - seconds).count()};
}

/// Requests of the agent to us, and notifications. All agents put `method` before anything long.
bool has_method(std::string_view line) {
  return line.substr(0, 48).find(R"("method":)") != std::string_view::npos;
}

/// Some write the id first, some last.
std::uint64_t id_of(std::string_view answer) {
  constexpr std::string_view key = R"("id":)";
  std::size_t at = answer.substr(0, 48).find(key);
  if (at == std::string_view::npos) at = answer.rfind(key);
  if (at == std::string_view::npos) die("an answer without id: " + std::string(answer));
  return std::strtoull(std::string(answer.substr(at + key.size(), 24)).c_str(), nullptr, 10);
}

}  // namespace

void die(const std::string& why) {
  std::fprintf(stderr, "bench_driver: %s\n", why.c_str());
  std::exit(1);
}

Agent::Agent(char* const* command) : room_(2 * read_size) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  must(::pipe2(in.data(), O_CLOEXEC), "pipe");
  must(::pipe2(out.data(), O_CLOEXEC), "pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  const int error = ::posix_spawnp(&process_, command[0], &actions, nullptr, command, environ);
  if (error != 0) die(std::string("cannot start ") + command[0] + ": " + std::strerror(error));
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  to_ = in[1];
  from_ = out[0];
  // The other end of a pipe has a description, and with it flags, of its own.
  must(::fcntl(to_, F_SETFL, O_NONBLOCK), "fcntl");
}

Agent::~Agent() {
  ::close(to_);
  ::close(from_);
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

std::uint64_t Agent::ask(std::string_view method, std::string_view params) {
  const std::uint64_t id = ++last_id_;
  std::string line = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")";
  line.reserve(line.size() + method.size() + params.size() + 16);
  line.append(method).append(R"(","params":)").append(params).append("}\n");
  write(line);
  return id;
}

Answer Agent::answer(std::uint64_t id) {
  for (;;) {
    const auto found = answers_.find(id);
    if (found != answers_.end()) {
      Answer answer = std::move(found->second);
      answers_.erase(found);
      if (answer.text.find(R"("error":)") != std::string::npos) die("refused: " + answer.text);
      return answer;
    }
    read();
  }
}

void Agent::listen(std::chrono::microseconds time, std::uint64_t id) {
  const auto end = Clock::now() + time;
  while (!answered(id)) {
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(end - Clock::now());
    if (rest.count() <= 0 || !wait_readable(rest)) return;
    read();
  }
}

void Agent::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(to_, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (errno != EAGAIN) must(n, "writing to the agent");
    std::array<pollfd, 2> ends{pollfd{to_, POLLOUT, 0}, pollfd{from_, POLLIN, 0}};
    must(::poll(ends.data(), ends.size(), -1), "poll");
    if (ends[1].revents != 0) read();
  }
}

bool Agent::wait_readable(std::chrono::microseconds time) const {
  pollfd end{from_, POLLIN, 0};
  const timespec most = as_timespec(time);
  return must(::ppoll(&end, 1, &most, nullptr), "poll") != 0;
}

void Agent::read() {
  if (room_.size() - kept_ < read_size) room_.resize(2 * room_.size());
  const ssize_t n = must(::read(from_, room_.data() + kept_, read_size), "reading");
  if (n == 0) die("the agent has ended");
  const auto when = Clock::now();
  std::string_view rest(room_.data(), kept_ + static_cast<std::size_t>(n));
  std::size_t looked_at = kept_;
  for (;;) {
    const std::size_t newline = rest.find('\n', looked_at);
    if (newline == std::string_view::npos) break;
    take(rest.substr(0, newline), when);
    rest.remove_prefix(newline + 1);
    looked_at = 0;
  }
  std::memmove(room_.data(), rest.data(), rest.size());
  kept_ = rest.size();
}

void Agent::take(std::string_view line, Clock::time_point when) {
  if (has_method(line)) {
    ++updates_;
    if (look_) look_(line, when);
  } else {
    answers_[id_of(line)] = {when, std::string(line)};
  }
}

double Agent::cpu() const {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(process_, &clock) != 0) die("the agent has no clock");
  must(::clock_gettime(clock, &used), "clock_gettime");
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

std::uint64_t Agent::memory_kb() const {
  std::ifstream file("/proc/" + std::to_string(process_) + "/smaps_rollup");
  std::string word;
  std::uint64_t kilobytes = 0;
  while (file >> word) {
    if (word == "Pss:" && file >> kilobytes) return kilobytes;
  }
  die("cannot read how much memory the agent has");
}

}  // namespace bench
