#include "session/summary.h"

#include <string_view>

#include "base/json/utf8.h"
#include "session/limits.h"

namespace tine::session {
namespace {

std::string cut(std::string text) {
  if (text.size() <= limits::summary_part) return text;
  text.resize(json::character_start(text, limits::summary_part));
  return text + " […]";
}

/// More secrets may be known now than when the transcript was written.
std::string told(const executor::PastTurn& turn, Redactor& redactor) {
  return "User: " + cut(redactor.redacted(turn.prompt)) +
         "\n\nYou: " + cut(redactor.redacted(turn.answer)) + "\n\n";
}

}  // namespace

std::string summary_of(const std::vector<executor::PastTurn>& turns, Redactor& redactor) {
  std::string out =
      "The conversation so far was lost. What follows is taken from its transcript, shortened; go "
      "on from there.\n\n";
  if (turns.empty()) return out;
  out += told(turns.front(), redactor);
  std::string last;
  std::size_t from = turns.size();
  for (; from > 1; --from) {
    std::string turn = told(turns[from - 1], redactor);
    if (out.size() + last.size() + turn.size() > limits::summary) break;
    last.insert(0, turn);
  }
  if (from > 1) out += "(" + std::to_string(from - 1) + " turns are left out.)\n\n";
  return out + last;
}

}  // namespace tine::session
