#pragma once
// Chooses what a replay leaves out, so that a client gets no more than so many bytes: what can be
// left out of the oldest records, until the rest fits. What must go goes, also where that alone is
// more. Of a tool call that said its output again and again as it grew, only the last goes.
//
// It sees each record once, in order, before any is sent. It remembers a number for each large part
// that still fits, and a bit for each record. A value; once settled, any thread may read it.

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "session/outputs.h"

namespace tine::session {

class LoadBudget {
 public:
  /// `first`: a number before that of each record.
  LoadBudget(std::uint64_t first, std::uint64_t most) : first_(first), most_(most) {}

  void see(std::uint64_t seq, const Weight& weight);
  /// All was seen.
  void settle();

  enum class Choice : std::uint8_t {
    whole,      ///< goes as it is
    marked,     ///< with markers for what is left out
    said_anew,  ///< without its outputs: a later record of the call has them
  };
  /// A record that was not seen goes whole.
  Choice choice(std::uint64_t seq) const;

 private:
  /// A record of which something may be left out.
  struct Item {
    std::uint64_t seq = 0;
    std::uint64_t bytes = 0;
  };
  /// The last record of a tool call with a large part.
  struct Said {
    std::uint64_t seq = 0;
    unsigned parts = 0;
  };
  void follow(std::uint64_t seq, const Weight& weight);
  void drop(std::uint64_t seq);
  void leave_room(std::uint64_t most);

  std::uint64_t first_;
  std::uint64_t most_;
  std::uint64_t whole_ = 0;
  std::deque<Item> kept_;  // by number
  std::uint64_t kept_bytes_ = 0;
  std::uint64_t cut_until_ = 0;  // the highest number of those that no longer fit
  std::unordered_map<std::string, Said> open_calls_;
  std::vector<bool> said_anew_;  // by number, from first_ on
};

}  // namespace tine::session
