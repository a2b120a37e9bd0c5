#include "session/title.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/json/utf8.h"
#include "session/limits.h"

namespace tine::session {
namespace {

constexpr std::string_view ellipsis = "…";

/// Blanks in a row become one; control characters count as blanks.
std::string folded(std::string_view line) {
  std::string out;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    const bool blank = byte <= 0x20 || byte == 0x7F;
    if (!blank) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != ' ') {
      out.push_back(' ');
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// The beginning of the prompt without its secrets. A secret that the limit would cut in two is
/// undecided there, and so held back.
std::string clean_beginning(std::string_view prompt, Redactor& redactor) {
  if (prompt.size() <= limits::title_source) return redactor.redacted(prompt);
  std::string clean;
  RedactionStream stream(redactor);
  stream.feed(prompt.substr(0, limits::title_source), clean);
  return clean;
}

/// Cuts at a word where there is one.
std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most - ellipsis.size();
  const std::size_t word = text.rfind(' ', end);
  if (word != std::string::npos && word > end / 2) end = word;
  text.resize(json::character_start(text, end));
  return text.append(ellipsis);
}

constexpr std::string_view mark_begin = " (fork ";
constexpr std::string_view digits_and_dots = "0123456789.";

/// What a fork's title is made of: "<base> (fork <number>)<rest>".
struct ForkTitle {
  std::string_view base;
  std::string_view number;
  std::string_view rest;
};

std::optional<ForkTitle> fork_title_of(std::string_view title) {
  const std::size_t begin = title.rfind(mark_begin);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t number = begin + mark_begin.size();
  const std::size_t end = title.find_first_not_of(digits_and_dots, number);
  if (end == std::string_view::npos || end == number || title[end] != ')') return std::nullopt;
  const std::string_view rest = title.substr(end + 1);
  if (!rest.empty() && !rest.starts_with(": ")) return std::nullopt;
  return ForkTitle{title.substr(0, begin), title.substr(number, end - number), rest};
}

std::string fork_title_from(std::string_view base, std::string_view number, std::size_t most) {
  const std::string mark = std::string(mark_begin).append(number).append(")");
  return cut(std::string(base), most - std::min(mark.size(), most / 2)).append(mark);
}

}  // namespace

std::string title_from(std::string_view text, Redactor& redactor) {
  const std::string clean = clean_beginning(text, redactor);
  std::string_view prompt = clean;
  std::string title;
  while (title.empty() && !prompt.empty()) {
    const std::size_t newline = prompt.find('\n');
    title = folded(prompt.substr(0, newline));
    prompt.remove_prefix(newline == std::string_view::npos ? prompt.size() : newline + 1);
  }
  return cut(std::move(title), limits::title);
}

std::string fork_title(std::string_view parent, std::span<const std::string> siblings) {
  if (parent.empty()) return {};
  const auto fork = fork_title_of(parent);
  std::string prefix = fork ? std::string(fork->number) + "." : std::string();
  // Forks of forks of forks: the number must not take the room of the words.
  if (prefix.size() > limits::title / 4) prefix.clear();
  std::uint64_t highest = 0;
  for (const std::string& each : siblings) {
    const auto sibling = fork_title_of(each);
    if (!sibling || !sibling->number.starts_with(prefix)) continue;
    const std::string_view own = sibling->number.substr(prefix.size());
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(own.data(), own.data() + own.size(), number);
    if (fault == std::errc() && end == own.data() + own.size() && number < UINT32_MAX)
      highest = std::max(highest, number);
  }
  return fork_title_from(fork ? fork->base : parent, prefix + std::to_string(highest + 1),
                         limits::title);
}

std::string with_own_prompt(std::string_view fork, std::string_view prompt) {
  const auto parts = fork_title_of(fork);
  if (!parts || !parts->rest.empty() || prompt.empty()) return {};
  std::string title = fork_title_from(parts->base, parts->number, limits::title / 2);
  title += ": ";
  return title.append(cut(std::string(prompt), limits::title - title.size()));
}

}  // namespace tine::session
