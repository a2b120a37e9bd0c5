#include "session/title.h"

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
  if (title.size() <= limits::title) return title;
  std::size_t end = limits::title - ellipsis.size();
  const std::size_t word = title.rfind(' ', end);
  if (word != std::string::npos && word > end / 2) end = word;
  title.resize(json::character_start(title, end));
  return title.append(ellipsis);
}

}  // namespace tine::session
