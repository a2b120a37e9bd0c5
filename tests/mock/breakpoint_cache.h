#pragma once
// An honest model of a prompt cache with breakpoints, as Anthropic's is: a request can read only a
// prefix that ended at a breakpoint of an earlier one, for the same model, block for block the
// same, and looked for not far before one of its own breakpoints. Entries die when they have not
// been read for as long as their breakpoint says. Four bytes make a token.
//
// A value of one server.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tine::mock {

/// A piece of what the model reads: a tool, a part of the system prompt or of a message.
struct PromptBlock {
  std::string text;
  std::chrono::seconds lifetime{0};  ///< of the entry that ends with it; 0 where no breakpoint is
};

/// The tokens of one request's prompt; each is counted once.
struct CacheUse {
  std::uint64_t input = 0;  ///< neither read from the cache nor written to it
  std::uint64_t read = 0;
  std::uint64_t written_5m = 0;
  std::uint64_t written_1h = 0;
};

class BreakpointCache {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Prompt = std::vector<PromptBlock>;
  static constexpr std::size_t lookback = 20;   ///< blocks, the breakpoint's own among them
  static constexpr std::uint64_t least = 1024;  ///< tokens of a prefix that is worth an entry
  static constexpr std::chrono::seconds hour{3600};
  static constexpr std::chrono::seconds five_minutes{300};

  CacheUse count(const std::string& model, const Prompt& prompt, Time now) const;
  /// Enters what the request writes, which others may read when its answer begins. One that is
  /// refused writes nothing.
  void keep(const std::string& model, const Prompt& prompt, Time now);

 private:
  struct Entry {
    std::chrono::seconds lifetime{0};
    Time end;
  };
  struct Prefix {
    std::uint64_t hash = 0;
    std::uint64_t tokens = 0;
  };
  static std::vector<Prefix> prefixes(const std::string& model, const Prompt& prompt);
  /// How many blocks can be read.
  std::size_t readable(const std::vector<Prefix>& prefixes, const Prompt& prompt, Time now) const;

  std::map<std::uint64_t, Entry> entries_;
};

}  // namespace tine::mock
