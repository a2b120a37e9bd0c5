#include "tests/mock/script.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace tine::mock {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \n") - begin + 1);
}

/// Where the `]]` is that ends the directive whose inside begins at `at`.
std::size_t end_of_directive(std::string_view text, std::size_t at) {
  for (std::size_t depth = 1;; at += 2) {
    const std::size_t close = text.find("]]", at);
    if (close == std::string_view::npos) return close;
    const std::size_t open = text.find("[[", at);
    depth += open < close ? 1 : -1;
    if (depth == 0) return close;
    at = std::min(open, close);
  }
}

}  // namespace

std::size_t calls_of(const Step& step) {
  if (step.name == "calls") return parts_of(step.argument, " | ").size();
  constexpr std::array<std::string_view, 6> tools = {"run",  "escalate", "patch",
                                                     "plan", "call",     "mcp"};
  return std::find(tools.begin(), tools.end(), step.name) == tools.end() ? 0 : 1;
}

std::vector<std::string> parts_of(std::string_view argument, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = argument.find(separator);
    parts.emplace_back(argument.substr(0, end));
    if (end == std::string_view::npos) return parts;
    argument.remove_prefix(end + separator.size());
  }
}

std::string Speech::text() const {
  std::string text;
  for (const std::string& chunk : chunks) text += chunk;
  return text;
}

/// The clock that CLOCK_MONOTONIC is in every process, in nanoseconds.
std::string Speech::chunk(std::size_t i) const {
  if (!clock) return chunks[i];
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::to_string(std::chrono::nanoseconds(now).count()) + " ";
}

Speech speech_of(const Step& step) {
  Speech speech;
  speech.clock = step.name == "clock";
  if (step.name == "slow" || speech.clock) {
    const auto parts = words(step.argument, 2);
    speech.pause_ms = std::stoi(parts.at(1));
    for (int i = 0; i < std::stoi(parts.at(0)); ++i)
      speech.chunks.push_back(std::to_string(i) + " ");
    return speech;
  }
  for (std::size_t at = 0; at < step.argument.size();) {
    const std::size_t space = step.argument.find(' ', at);
    const std::size_t end = space == std::string::npos ? step.argument.size() : space + 1;
    speech.chunks.push_back(step.argument.substr(at, end - at));
    at = end;
  }
  return speech;
}

std::vector<Step> steps_of_answer(const Situation& situation) {
  const std::string_view prompt = situation.prompt;
  std::vector<Step> steps;
  std::size_t answer = 0;  // the results that it follows
  std::size_t at = 0;
  while ((at = prompt.find("[[", at)) != std::string_view::npos) {
    const std::size_t end = end_of_directive(prompt, at + 2);
    if (end == std::string_view::npos) break;
    const std::string_view inside = prompt.substr(at + 2, end - at - 2);
    at = end + 2;
    const std::size_t colon = inside.find(':');
    Step step{.name = std::string(trimmed(inside.substr(0, colon))), .argument = {}};
    if (colon != std::string_view::npos) step.argument = trimmed(inside.substr(colon + 1));
    if (step.name == "recall") step = {.name = "say", .argument = situation.told};
    const std::size_t called = calls_of(step);
    if (answer == situation.results) steps.push_back(std::move(step));
    answer += called;
  }
  if (steps.empty()) steps.push_back({.name = "say", .argument = "ok"});
  return steps;
}

std::vector<std::string> words(std::string_view argument, std::size_t most) {
  std::vector<std::string> out;
  std::string_view rest = trimmed(argument);
  while (!rest.empty()) {
    const std::size_t end = out.size() + 1 == most ? std::string_view::npos : rest.find(' ');
    out.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : trimmed(rest.substr(end));
  }
  return out;
}

}  // namespace tine::mock
