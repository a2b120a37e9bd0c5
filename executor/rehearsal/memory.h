#pragma once
// What a rehearsed conversation remembers, and what remembering would cost: turns that point back
// to the ones before, so that a fork is one pointer, and the simple model of a provider's prompt
// cache.
//
// Values shared between branches; never changed once made. No threads.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "executor/usage.h"

namespace tine::executor::rehearsal {

struct Turn {
  std::shared_ptr<const Turn> before;
  std::string id;
  std::uint64_t number = 1;  ///< of the turn on its branch
  std::string told;          ///< what recall recites: the prompt without its directives
  std::string prompt;
  std::string answer;
  std::uint64_t sent = 0;  ///< tokens of the request: all before it and its prompt
  std::uint64_t end = 0;   ///< tokens of all up to its answer

  Turn() = default;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  /// Lets go of a long past without recursion.
  ~Turn();
};
using Branch = std::shared_ptr<const Turn>;

/// The turns of a branch, oldest first.
std::vector<const Turn*> turns(const Branch& branch);

/// The turn of that id on the branch; the empty id is the beginning. False: there is none.
bool find_turn(const Branch& branch, std::string_view id, Branch& found);

/// The model: four bytes make a token, and each request begins with the same `preamble` tokens.
inline constexpr std::uint64_t preamble = 2000;
/// The cache answers in steps of this many tokens.
inline constexpr std::uint64_t cache_step = 64;
inline constexpr std::uint64_t context_window = 200'000;

std::uint64_t tokens_in(std::string_view text);

/// What is to be remembered of a turn.
struct Said {
  std::string id;  ///< of the turn; empty: the next one
  std::string told;
  std::string prompt;
  std::string answer;
  std::uint64_t thought = 0;  ///< tokens
};

/// The number that the next turn of the branch gets, and the id that goes with it.
std::uint64_t next_number(const Branch& branch);
std::string turn_id(std::uint64_t number);
/// The number that such an id bears, or else 0.
std::uint64_t turn_number(std::string_view id);

/// Appends a turn and says what it costs: what the last request of this branch had sent is read
/// from the cache, the rest is fresh. Nothing is ever evicted; nothing is counted as written.
Branch remember(const Branch& branch, Said said, Tokens& cost);

}  // namespace tine::executor::rehearsal
