#pragma once
// Which way a fork is to be made: from the facts of its parent, the candidates in the order in
// which they are tried, each with what stands against it or with what it is expected to cost.
//
// Values and a pure function. It decides once; who walks the plan does not decide anew.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "session/fork/strategy.h"

namespace tine::session {

struct ForkFacts {
  /// Why a strategy cannot be used, in words for a person; those that can are not in it.
  std::map<Strategy, std::string> obstacles;
  /// Tokens that the model had read in the parent's last call before the point; none: not known.
  std::optional<std::uint64_t> prefix;
  /// Since the provider has seen them last; none: not known.
  std::optional<std::int64_t> age_ms;
  std::int64_t cache_lifetime_ms = 0;  ///< of the provider's cache; 0: not known
  /// What the request changes so that the provider's cache does not fit, in words; empty: nothing.
  std::string change;
  /// The most tokens that a soft fork carries.
  std::uint64_t soft_tokens = 0;
};

/// Tokens of the first call of the model that the parent's past is expected to cost; none: not
/// known.
struct ForkCost {
  std::optional<std::uint64_t> fresh;
  std::optional<std::uint64_t> cached;

  bool operator==(const ForkCost&) const = default;
};

struct ForkCandidate {
  Strategy strategy = Strategy::native;
  std::string obstacle;  ///< empty: it can be used
  ForkCost cost;
};

struct ForkPlan {
  std::vector<ForkCandidate> candidates;  ///< in the order in which they are tried
  /// Whether the provider's cache still has the parent's past; none: not known.
  std::optional<bool> warm;

  const ForkCandidate* first_usable() const;
};

ForkPlan plan_fork(const ForkFacts& facts, const ForkPolicy& policy);

/// "native: …; soft: …": what stands against each that cannot be used.
std::string obstacles_in(const ForkPlan& plan);

}  // namespace tine::session
