#pragma once
// What happened in a session, in order: prompts, updates and how turns ended, each with its number.
// A fork begins with what its parent had up to its point, by reference, and adds its own.
//
// Shared by a session and its forks; only its own session appends. What lies before the end of a
// turn never changes, so a fork at that end needs no copy. On the loop's thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executor/usage.h"
#include "protocol/v1/types/prompt.h"
#include "protocol/v1/update.h"

namespace tine::session {

struct TurnEnd {
  std::uint64_t turn = 0;  ///< number on the way from the first session to this one
  std::string stop;        ///< a stop reason, or "error"
  std::string provider_turn;
  executor::Tokens tokens;
};

struct Record {
  std::uint64_t seq = 0;
  v1::Update
      update;  ///< without its session, which differs for each fork; unused by the end of a turn
  std::optional<TurnEnd> turn_end;
};

class History {
 public:
  History() = default;
  /// Goes on from `parent` after `seq`, the end of a turn, or 0 for the beginning.
  History(std::shared_ptr<const History> parent, std::uint64_t seq);

  /// Adds an update. A chunk that continues the last one's message is merged into it, when it may
  /// be.
  void add(const v1::Update& update, bool may_merge);
  /// Gives the end's seq.
  std::uint64_t end_turn(TurnEnd end);

  std::uint64_t last_seq() const { return first_seq_ + records_.size() - 1; }
  /// Turns that have ended, those before the fork included.
  std::uint64_t turns() const { return turns_; }

  /// The end of the last turn that the provider has kept; none before the first.
  const Record* last_kept_turn() const;
  /// The end of the turn of that number, or of the one that holds the message of that id.
  const Record* turn_numbered(std::uint64_t turn) const;
  const Record* turn_with_message(std::string_view message_id) const;
  /// Whether `seq` is the end of a turn, or 0.
  bool is_turn_end(std::uint64_t seq) const;
  /// The last kept turn at or before `seq`.
  const Record* kept_turn_until(std::uint64_t seq) const;

  /// The record of that number, own or inherited; nullptr beyond the end.
  const Record* at(std::uint64_t seq) const;

 private:
  std::shared_ptr<const History> parent_;
  std::uint64_t first_seq_ = 1;
  std::uint64_t turns_ = 0;
  std::vector<Record> records_;
};

/// The id of the message that a chunk belongs to, as JSON; empty for anything else.
std::string_view message_id(const v1::Update& update);

}  // namespace tine::session
