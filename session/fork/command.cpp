#include "session/fork/command.h"

#include <charconv>
#include <string>
#include <vector>

namespace tine::session {
namespace {

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view blank = " \t\r\n";
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(blank); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(blank, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(blank, end);
  }
  return words;
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

Result<ForkCommand> parse_fork_command(std::string_view line, const Backends& backends) {
  std::vector<std::string_view> words = words_of(line);
  ForkCommand command;
  command.is_question = words.front().ends_with('?');
  words.erase(words.begin());
  for (const std::string_view word : words) {
    if (word.size() > 1 && word.front() == '@') {
      command.wish.at = point_of(word.substr(1));
    } else if (backends.named(word) != nullptr) {
      command.wish.backend = word;
    } else {
      std::string names;
      for (const auto& each : backends.all)
        names.append(names.empty() ? "" : ", ").append(each->name());
      return fail(ErrorKind::invalid_params,
                  "\"" + std::string(word) + "\" is neither a point, such as @3, nor a backend (" +
                      names + ")");
    }
  }
  return command;
}

}  // namespace tine::session
