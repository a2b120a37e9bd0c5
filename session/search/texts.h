#pragma once
// What can be found in a transcript: who said what. A message is one piece, however many records it
// came in; a tool call is two: what the tool was told, and what it has put out in the end. What a
// transcript says is redacted already, and nothing else is ever searched.
//
// Values, and an object on the stack of who reads a transcript, on any thread.

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "session/store/folder.h"
#include "session/store/line.h"

namespace tine::session::search {

/// As numbers in the index: never renumbered.
enum class Who : std::uint8_t {
  prompt = 1,
  answer = 2,
  thought = 3,
  tool = 4,    ///< what it was told
  output = 5,  ///< … and what it has put out
  plan = 6,
  error = 7,
  seed = 8,  ///< of another agent's session, told at the beginning
  title = 9  ///< of the session, at the place of its first words
};
/// prompt, answer, …
std::string_view name_of(Who who);

struct Piece {
  Who who = Who::prompt;
  std::int64_t at = 0;    ///< where its first record begins
  std::int64_t last = 0;  ///< … and the last one that belongs to it
  std::uint64_t turn = 0;
  std::uint64_t seq = 0;  ///< of the first record
  std::int64_t time_ms = 0;
  std::string text;
};

/// Reads a transcript from its beginning, or from where a turn had ended.
class PieceReader {
 public:
  /// Gets the pieces of each turn as it ends, and the place behind it. What happens between two
  /// turns belongs to the one before.
  struct Settled {
    std::vector<Piece> pieces;
    std::uint64_t turn = 0;
    std::int64_t end = 0;
  };
  using Settle = std::function<void(Settled settled)>;

  /// `turn`: the last one before the place where it reads on.
  PieceReader(std::uint64_t turn, Settle settle) : settle_(std::move(settle)), turn_(turn) {}

  void take(const store::Line& line, std::int64_t begin, std::int64_t end);
  /// At the end of what there is. Gives the pieces of a turn that `goes_on`; without one, all is
  /// settled.
  std::vector<Piece> finish(std::int64_t end, bool goes_on);
  bool turn_open() const { return open_; }
  /// The backend that the session has gone on with; empty: not told by what was read.
  const std::string& backend() const { return backend_; }
  /// The project's path, likewise.
  const std::string& project() const { return project_; }

 private:
  struct Call {
    std::string id;
    std::string first_told;  ///< by the first record that tells anything
    Piece told;
    Piece output;
  };

  void take_update(const store::Line& line, std::int64_t begin);
  void take_message(Who who, const store::Line& line, std::int64_t begin);
  void take_call(const store::Line& line, std::int64_t begin);
  void add(Who who, const store::Line& line, std::int64_t begin);
  void add(Piece piece);
  void end_message();
  void end_call(Call& call);
  void end_all();
  void settle(std::int64_t end);
  Piece piece_of(Who who, const store::Line& line, std::int64_t begin) const;

  Settle settle_;
  std::uint64_t turn_ = 0;
  bool open_ = false;
  std::string backend_;
  std::string project_;
  std::vector<Piece> pieces_;
  std::size_t bytes_ = 0;
  Piece message_;  // without text: there is none
  std::string message_id_;
  std::list<Call> calls_;
  Piece plan_;  // the last one of the turn
};

/// The text of a piece, read again. None: the transcript has it no more.
struct Place {
  Who who = Who::prompt;
  std::int64_t at = 0;
  std::int64_t last = 0;
};
struct Reread {
  std::string text;
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
};
std::optional<Reread> read_again(const store::File& transcript, const Place& place);

}  // namespace tine::session::search
