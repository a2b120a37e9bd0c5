#pragma once
// What a measurement is going to spend, before it begins: what is known of the backend, and what
// follows from that.
//
// Values and plain functions; the coroutine refers to what it is given.

#include <cstdint>
#include <optional>
#include <string>

#include "cli/world.h"
#include "executor/executor.h"
#include "session/prices.h"

namespace tine::cli {

struct SpendingBasis {
  std::uint64_t past = 0;  ///< tokens of the list in the first prompt
  std::uint64_t soft = 0;  ///< the most that a soft fork carries
  std::uint64_t times = 1;
  bool waits = false;  ///< for an expired cache, which a fork is to find
  /// Tokens that the backend tells its model in each conversation, the session that has shown it,
  /// and the model that it had; none: no session has.
  std::optional<std::uint64_t> opening;
  std::string seen_in;
  std::string model;
};

/// From the newest sessions of the store at `root`.
transport::Task<SpendingBasis> spending_basis(World& world, Result<std::string> root,
                                              std::string backend);

struct Spending {
  std::uint64_t turns = 0;
  std::uint64_t read = 0;      ///< tokens
  std::uint64_t uncached = 0;  ///< … that no cache will have
  std::optional<double> dollars;
};
/// At the most: ways that the backend does not have cost nothing.
Spending spending_of(const SpendingBasis& basis, const executor::Capabilities& can,
                     session::Prices& prices);

/// In words for a person.
std::string spending_text(const std::string& backend, const SpendingBasis& basis,
                          const Spending& spending);

}  // namespace tine::cli
