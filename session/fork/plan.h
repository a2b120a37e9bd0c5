#pragma once
// Which way a fork is to be made: from the facts of its parent, the candidates in the order in
// which they are tried, each with what stands against it or with what it is expected to cost.
//
// Values and a pure function. It decides once; who walks the plan does not decide anew.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "session/fork/cost.h"
#include "session/fork/strategy.h"

namespace tine::session {

struct ForkFacts {
  /// Why a strategy cannot be used, in words for a person; those that can are not in it.
  std::map<Strategy, std::string> obstacles;
  /// Tokens that the model had read in the parent's last call before the point, and that it has
  /// answered then; none: not known.
  std::optional<std::uint64_t> prefix;
  std::optional<std::uint64_t> answer;
  /// Since the provider has seen them last; none: not known.
  std::optional<std::int64_t> age_ms;
  std::int64_t cache_lifetime_ms = 0;  ///< of the provider's cache; 0: not known
  std::uint64_t cache_step = 1;        ///< tokens in steps of which it answers
  /// What the request changes so that the provider's cache does not fit, in words; empty: nothing.
  std::string change;
  /// Whether the provider of the fork counts apart what goes into its cache.
  bool counts_writes = false;
  /// Tokens of the summary that a soft fork carries, or the most that it may have.
  std::uint64_t soft_tokens = 0;
  bool is_soft_exact = false;  ///< the summary has been made to know
  /// Tokens that the backend tells its model in each conversation; none: not known.
  std::optional<std::uint64_t> opening;
  // --- what may speak against a fork that can be made
  std::string other_project;  ///< in which the parent has worked; empty: in this one
  std::string head_then;      ///< the commit after the parent's last turn; empty: not known
  std::string head_now;
  std::optional<std::int64_t> unused_ms;  ///< since the parent was last used; none: not known
  std::int64_t stale_hours = 0;           ///< from which that is long; 0: never
  /// Of the past up to the point: what was asked and answered, and what tools have put out; zeros
  /// when it was not looked at.
  std::uint64_t said_bytes = 0;
  std::uint64_t tool_bytes = 0;

  /// What tokens cost; empty, or none of it: not known.
  std::function<std::optional<double>(const ForkCost&)> dollars;
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
  std::vector<std::string> advice;  ///< what speaks against the fork, in sentences

  const ForkCandidate* first_usable() const;
};

/// Whether the provider's cache has the parent's past; none: not known.
std::optional<bool> is_warm(const ForkFacts& facts);

ForkPlan plan_fork(const ForkFacts& facts, const ForkPolicy& policy);

/// "native: …; soft: …": what stands against each that cannot be used.
std::string obstacles_in(const ForkPlan& plan);

}  // namespace tine::session
