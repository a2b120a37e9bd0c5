#include "executor/rehearsal/script.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "executor/rehearsal/limits.h"

namespace tine::executor::rehearsal {
namespace {

constexpr std::array<std::string_view, 27> known = {
    "ask",   "burst",  "choose",   "compact", "edit",  "fail", "forget", "hang",  "input",
    "later", "notice", "open",     "pause",   "plan",  "read", "recall", "run",   "say",
    "slow",  "stop",   "stubborn", "think",   "title", "tool", "trust",  "usage", "write",
};

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Tells which places of a text lie in a line that is a quotation. They are asked for in order.
class Quotations {
 public:
  explicit Quotations(std::string_view text) : text_(text) {}
  bool hold(std::size_t place) {
    const std::size_t newline = text_.substr(seen_, place - seen_).rfind('\n');
    if (newline != std::string_view::npos) line_ = seen_ + newline + 1;
    seen_ = place;
    return text_.substr(line_).starts_with("> ");
  }

 private:
  std::string_view text_;
  std::size_t line_ = 0;  // where the last one begins
  std::size_t seen_ = 0;
};

}  // namespace

Result<Script> parse_script(std::string_view prompt) {
  Script script;
  std::string text;
  const std::size_t size = prompt.size();
  Quotations quotations(prompt);
  while (!prompt.empty()) {
    const std::size_t open = prompt.find("[[");
    const std::size_t close = open == std::string_view::npos ? open : prompt.find("]]", open + 2);
    if (close == std::string_view::npos) break;
    const std::string_view inside = prompt.substr(open + 2, close - open - 2);
    const std::size_t colon = inside.find(':');
    const std::string_view name = trim(inside.substr(0, colon));
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    if (!is_known || quotations.hold(size - prompt.size() + open)) {
      // Not ours, or not said to us: go on behind the first bracket, as a directive may begin
      // inside.
      text.append(prompt.substr(0, open + 1));
      prompt.remove_prefix(open + 1);
      continue;
    }
    if (script.directives.size() == limits::max_directives) {
      return fail(
          ErrorKind::invalid_params,
          "a rehearsal takes at most " + std::to_string(limits::max_directives) + " directives");
    }
    text.append(prompt.substr(0, open));
    script.directives.push_back({std::string(name), colon == std::string_view::npos
                                                        ? std::string()
                                                        : std::string(inside.substr(colon + 1))});
    prompt.remove_prefix(close + 2);
  }
  text.append(prompt);
  const std::string_view trimmed = trim(text);
  const auto begin = static_cast<std::size_t>(trimmed.data() - text.data());
  text.resize(begin + trimmed.size());
  text.erase(0, begin);
  script.text = std::move(text);
  return script;
}

std::vector<std::string> fields(std::string_view argument, char separator, std::size_t most) {
  std::vector<std::string> out;
  while (out.size() + 1 < most) {
    const std::size_t at = argument.find(separator);
    if (at == std::string_view::npos) break;
    out.emplace_back(argument.substr(0, at));
    argument.remove_prefix(at + 1);
  }
  out.emplace_back(argument);
  return out;
}

std::size_t number_or(std::string_view text, std::size_t otherwise, std::size_t most) {
  text = trim(text);
  std::size_t value = 0;
  const auto [rest, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault == std::errc::result_out_of_range) return most;
  if (fault != std::errc() || rest != text.data() + text.size()) return otherwise;
  return std::min(value, most);
}

}  // namespace tine::executor::rehearsal
