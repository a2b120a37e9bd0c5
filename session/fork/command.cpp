#include "session/fork/command.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>
#include <utility>

#include "protocol/v1/known_clients.h"

namespace tine::session {
namespace {

constexpr std::string_view blank = " \t\r\n";

/// The words of a text, one after the other.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) { skip(); }
  /// Empty: there is none.
  std::string_view first() const { return rest_.substr(0, rest_.find_first_of(blank)); }
  void drop() {
    rest_.remove_prefix(first().size());
    skip();
  }
  /// All that is left.
  std::string_view rest() const { return rest_; }

 private:
  void skip() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blank), rest_.size())); }
  std::string_view rest_;
};

/// Whether it is one word, which somebody may have meant for a backend's name. Some languages have
/// no blanks between words.
bool is_one_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x80 && std::isspace(c) == 0; });
}

/// A number is a turn, anything else a message.
SessionService::ForkAt point_of(std::string_view word) {
  SessionService::ForkAt at;
  std::uint64_t turn = 0;
  const char* const end = word.data() + word.size();
  const auto [rest, fault] = std::from_chars(word.data(), end, turn);
  if (fault == std::errc() && rest == end) {
    at.turn = turn;
  } else {
    at.message_id = std::string(word);
  }
  return at;
}

}  // namespace

Result<ForkCommand> parse_fork_command(std::vector<v1::ContentBlock> prompt,
                                       const Backends& backends) {
  ForkCommand command;
  Words words(prompt.front().text);
  command.is_question = words.first().ends_with('?');
  bool has_point = false;
  for (words.drop(); !words.first().empty(); words.drop()) {
    const std::string_view word = words.first();
    if (!has_point && word.size() > 1 && word.front() == '@') {
      command.wish.at = point_of(word.substr(1));
      has_point = true;
    } else if (command.wish.backend.empty() && backends.named(word) != nullptr) {
      command.wish.backend = word;
    } else {
      break;
    }
  }
  std::string first(words.rest());
  first.resize(first.find_last_not_of(blank) + 1);
  if (first.empty() || command.is_question) return command;
  if (prompt.size() == 1 && is_one_word(first)) {
    std::string names;
    for (const auto& each : backends.all)
      names.append(names.empty() ? "" : ", ").append(each->name());
    return fail(ErrorKind::invalid_params,
                "\"" + first + "\" is neither a point, such as @3, nor a backend (" + names +
                    "). A first prompt for the fork has more than one word");
  }
  prompt.front().text = std::move(first);
  command.first_prompt = std::move(prompt);
  return command;
}

std::string fork_text(const SessionService::Forked& forked, const v1::Client* client, bool works) {
  const ForkReport& report = forked.report;
  std::string text = "Forked after turn " + std::to_string(report.turn) + " (" + report.strategy +
                     "). The new session is \"" + forked.session->state().description + "\" (" +
                     forked.session->id() + ").";
  for (const ForkReport::Attempt& each : report.attempts) {
    if (!each.worked && each.strategy != name_of(Strategy::pty))
      text.append("\nNot ").append(each.strategy).append(": ").append(each.reason).append(".");
  }
  for (const std::string& each : report.advice) text.append("\nNote: ").append(each);
  if (report.expected.fresh)
    text.append("\nIn its first turn ").append(cost_text(report.expected)).append(".");
  if (works) text += "\nIt works on your prompt now, also while you do not have it open.";
  const std::string_view way = client != nullptr ? client->capabilities().way_to_open : "";
  text.append("\nTo open it, ").append(way.empty() ? v1::way_to_open({}) : way).append(".");
  return text;
}

std::string plan_text(const ForkPlan& plan, std::string_view backend) {
  std::string text = "A fork on " + std::string(backend) + " would be tried so:";
  for (const ForkCandidate& each : plan.candidates) {
    text.append("\n- ").append(name_of(each.strategy)).append(": ");
    text.append(each.obstacle.empty() ? cost_text(each.cost) : "not possible, " + each.obstacle);
  }
  for (const std::string& each : plan.advice) text.append("\nNote: ").append(each);
  if (plan.warm) {
    text.append(*plan.warm ? "\nThe provider's cache should still have this session's past."
                           : "\nThe provider's cache does not have this session's past any more.");
  }
  return text;
}

}  // namespace tine::session
