#include "session/summary.h"

#include <string_view>

#include "session/limits.h"

namespace tine::session {
namespace {

std::string cut(std::string_view text) {
  if (text.size() <= limits::summary_part) return std::string(text);
  std::size_t end = limits::summary_part;
  // Not within a character.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + " […]";
}

std::string told(const executor::PastTurn& turn) {
  return "User: " + cut(turn.prompt) + "\n\nYou: " + cut(turn.answer) + "\n\n";
}

}  // namespace

std::string summary_of(const std::vector<executor::PastTurn>& turns) {
  std::string out =
      "The conversation so far was lost. What follows is taken from its transcript, shortened; go "
      "on from there.\n\n";
  if (turns.empty()) return out;
  const std::string first = told(turns.front());
  std::size_t bytes = out.size() + first.size();
  std::size_t from = turns.size();
  while (from > 1 && bytes + told(turns[from - 1]).size() <= limits::summary) {
    bytes += told(turns[--from]).size();
  }
  out += first;
  if (from > 1) out += "(" + std::to_string(from - 1) + " turns are left out.)\n\n";
  for (; from < turns.size(); ++from) out += told(turns[from]);
  return out;
}

}  // namespace tine::session
