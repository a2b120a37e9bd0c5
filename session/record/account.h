#pragma once
// What a transcript tells of its session, gathered line by line: all that state.toml says, the ends
// of the turns, and whether a turn was left open. The same code reads the lines of this process and
// those of others, so a state that is rebuilt from the transcript is the one that was lost.
//
// A value, owned by the session's record; the history is shared with forks.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session/record/history.h"
#include "session/store/line.h"
#include "session/store/state.h"
#include "session/store/writer.h"

namespace tine::session {

struct Account {
  store::State state;
  std::shared_ptr<History> history;
  bool turn_open = false;
  std::optional<AskedPrompt> asked;  ///< of the open turn; none: its prompt has no id
  /// Of the open turn, in the order in which they began.
  std::vector<std::string> open_tool_calls;

  /// The number that the next turn gets.
  std::uint64_t next_turn() const { return history->turns() + 1; }

  /// `begin` and `end`: where the line's bytes lie.
  void take(const store::Line& line, std::int64_t begin, std::int64_t end);
  void take_update(json::View update);

  /// Where the transcript ends, as far as it was taken.
  store::WritePoint end() const;

 private:
  void take_tool_call(json::View update, bool is_new);
  void take_backend(json::View data);
  void take_turn_end(const store::Line& line, std::int64_t begin, std::int64_t end);
};

/// The mark of a line that ends a turn; none for any other.
std::optional<TurnMark> mark_of(const store::Line& line, std::int64_t begin, std::int64_t end);

}  // namespace tine::session
