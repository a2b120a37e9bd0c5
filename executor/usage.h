#pragma once
// What a turn cost, in one convention for all providers: disjoint parts, and a number that the
// provider did not report stays unknown.
//
// Values.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/v1/types/prompt.h"

namespace tine::executor {

struct Tokens {
  std::optional<std::uint64_t> input;  ///< fresh: neither read from a cache nor written to it
  std::optional<std::uint64_t> cache_read;
  std::optional<std::uint64_t> cache_write;
  std::optional<std::uint64_t> output;
  std::optional<std::uint64_t> thought;  ///< inside output

  bool operator==(const Tokens&) const = default;

  /// Nothing at all is known.
  bool unknown() const;
  /// All that the model read: input, cache_read and cache_write. Unknown while input is.
  std::optional<std::uint64_t> prompt() const;
  /// What was said: output without thought. Unknown while output is.
  std::optional<std::uint64_t> answer() const;
  /// The part of the prompt that came from the cache; unknown while either is, or of an empty
  /// prompt.
  std::optional<double> cache_hit_ratio() const;
  /// Adds part by part; an unknown part leaves the sum as it is.
  void add(const Tokens& more);
  /// As the protocol has it.
  v1::Usage on_the_wire() const;
};

struct ModelTokens {
  std::string model;
  Tokens tokens;
};

/// Whence it is known what the counts of a turn mean.
enum class UsageSource : std::uint8_t {
  provider,  ///< the provider counts this way
  preset,    ///< an agent has reported them, and it is known how that agent counts
  detected,  ///< an agent has reported them, and its totals show how it counts
  assumed,   ///< an agent has reported them; they are taken for disjoint parts of a turn
  estimate,  ///< modelled here, not reported by a provider
};
std::string_view name_of(UsageSource source);

struct TurnUsage {
  Tokens tokens;
  UsageSource source = UsageSource::provider;
  std::vector<ModelTokens> models;  ///< empty: one model, not named
  std::string raw;                  ///< JSON: the provider's own fields, as it reported them
  std::optional<v1::ContextUsage> context;

  bool estimated() const { return source == UsageSource::estimate; }

  Tokens first_call;  ///< what the turn's first call of the model cost
  /// All that the model read in the turn's last call: what a fork at its end begins with, and is
  /// expected to find in the provider's cache. Unknown also where the provider has rewritten it.
  std::optional<std::uint64_t> last_prompt;
  /// What that call has answered, without its thoughts: the next call reads it too.
  std::optional<std::uint64_t> last_answer;

  /// Adds what more was spent, model by model.
  void add_spent(const TurnUsage& more);
  /// Adds what one call of the model cost.
  void add_call(const Tokens& call);
};

}  // namespace tine::executor
