#pragma once
// The turns of a session that have ended: their numbers, where their ends stand in the transcript,
// and the provider's names for them. A fork begins with what its parent had up to its point, by
// reference, and adds its own.
//
// Shared by a session and its forks; only its own session appends. What lies before the end of a
// turn never changes, so a fork at that end needs no copy. On the loop's thread.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session/store/index.h"

namespace tine::session {

/// A prompt to which its client has given an id, so that it is answered once however often it is
/// sent.
struct AskedPrompt {
  std::string id;
  std::uint32_t checksum = 0;  ///< of what it says: see content_checksum()
  bool sent = false;           ///< the backend was given it
};

/// The end of a turn.
struct TurnMark {
  std::uint64_t seq = 0;
  std::uint64_t turn = 0;     ///< number on the way from the first session to this one
  std::string provider_turn;  ///< empty: the provider has not kept it
  /// All that the turn's last call of the model had read; none: not known.
  std::optional<std::uint64_t> last_prompt;
  std::optional<std::uint64_t> last_answer;  ///< what that call has answered
  std::string conversation;  ///< the provider's name for the conversation that it belongs to
  /// Up to here that conversation has at most been told of what happened; 0: see History.
  std::uint64_t told_until = 0;
  std::optional<AskedPrompt> asked;  ///< none: its prompt had no id
  std::int64_t line = 0;             ///< where its line begins in the session's transcript
  std::int64_t end = 0;              ///< … and ends
};

class History {
 public:
  explicit History(store::IndexEntry where) : where_(std::move(where)) {}
  /// How the conversation knows what was before a fork.
  enum class Past : std::uint8_t {
    shared,  ///< the provider has branched it off
    retold   ///< it began anew, and is told of it
  };
  /// Goes on from `parent` after `seq`, the end of a turn, or 0 for the beginning.
  History(store::IndexEntry where, std::shared_ptr<const History> parent, std::uint64_t seq,
          Past past);

  /// The session whose transcript holds its own part.
  const store::IndexEntry& where() const { return where_; }
  const std::shared_ptr<const History>& parent() const { return parent_; }

  void add(TurnMark mark);

  /// 0: not a fork, or one of the beginning.
  std::uint64_t fork_seq() const { return fork_seq_; }
  /// Up to here the session's conversation has at most been told of what happened; 0: it has been
  /// there from the beginning.
  std::uint64_t retold_until() const { return retold_until_; }
  /// Whether the provider knows nothing of its own yet, and has to be told.
  bool is_to_be_retold() const;
  /// The fork's conversation begins anew after all.
  void retell() { first_retold_until_ = retold_until_ = fork_seq_; }
  /// A conversation goes on that was at most told of what happened until `seq`.
  void go_on_told(std::uint64_t seq) { retold_until_ = std::max(first_retold_until_, seq); }
  /// Turns that have ended, those before the fork included.
  std::uint64_t turns() const { return turns_; }
  /// The end of the last turn, or 0: what a client may name as the place up to which it knows all.
  std::uint64_t cursor() const { return own_.empty() ? fork_seq_ : own_.back().seq; }
  /// Those of this session alone.
  const std::vector<TurnMark>& own() const { return own_; }

  /// The end of the last turn that the provider has kept; none before the first.
  const TurnMark* last_kept_turn() const { return kept_turn_until(cursor()); }
  /// The last kept turn at or before `seq`.
  const TurnMark* kept_turn_until(std::uint64_t seq) const;
  /// The last turn of this session alone whose prompt had that id.
  const TurnMark* turn_asked(std::string_view id) const;
  /// The end of the turn of that number.
  const TurnMark* turn_numbered(std::uint64_t turn) const;
  /// The first turn that ends behind `seq`: the one that holds it.
  const TurnMark* turn_that_holds(std::uint64_t seq) const;
  /// Whether `seq` is the end of a turn, or 0.
  bool is_turn_end(std::uint64_t seq) const;

 private:
  /// Calls `see` with each mark, the last one first, until it gives true.
  template <class See>
  const TurnMark* find_back(See see) const;

  /// What retold_until() was at the end of the turn at `seq`, whatever came later.
  std::uint64_t retold_until_at(std::uint64_t seq) const;

  store::IndexEntry where_;
  std::shared_ptr<const History> parent_;
  std::uint64_t fork_seq_ = 0;
  std::uint64_t first_retold_until_ = 0;  // as the session began
  std::uint64_t retold_until_ = 0;
  std::uint64_t turns_ = 0;
  std::vector<TurnMark> own_;
};

}  // namespace tine::session
