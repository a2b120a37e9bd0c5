#pragma once
// An honest model of a provider's prompt cache: what is counted as read from it really was the
// beginning of an earlier request. Four bytes make a token; the cache answers in steps, and not for
// little. A request dies when nothing has been read of it for five minutes.
//
// A value of one server.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tine::mock {

struct Counted {
  std::uint64_t prompt = 0;  ///< all tokens of the request
  std::uint64_t cached = 0;  ///< of these
};

class PrefixCache {
 public:
  static constexpr std::uint64_t step = 128;
  static constexpr std::uint64_t least = 1024;

  static std::uint64_t tokens_in(std::uint64_t bytes) { return (bytes + 3) / 4; }
  static constexpr std::chrono::minutes lifetime{5};
  using Time = std::chrono::steady_clock::time_point;

  /// `prompt` is all that the model reads, in its order.
  Counted count(const std::string& prompt, Time now);
  /// Enters the prompt, from which others may read when its answer begins.
  void keep(std::string prompt, Time now);

 private:
  struct Entry {
    std::string prompt;
    Time end;
  };
  std::vector<Entry> seen_;
};

}  // namespace tine::mock
