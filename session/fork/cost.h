#pragma once
// What a call of a model costs a fork, in tokens by what the provider's cache has to do with them,
// and in money.
//
// Values and plain functions.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "executor/usage.h"
#include "session/prices.h"

namespace tine::session {

/// What is not known is none, which is not zero.
struct ForkCost {
  std::optional<std::uint64_t> fresh;  ///< tokens that no cache is involved in
  std::optional<std::uint64_t> cache_read;
  std::optional<std::uint64_t> cache_write;
  std::optional<double> dollars;

  bool operator==(const ForkCost&) const = default;
};

/// What was expected of a fork's first call of the model, and what it did cost.
struct ForkBill {
  ForkCost expected;       ///< of the parent's past
  ForkCost actual;         ///< of the whole call, the prompt among it
  bool shortfall = false;  ///< far less came from the cache than expected
};

/// Compares the two.
ForkBill fork_bill(const ForkCost& expected, const ForkCost& actual);

/// The tokens of a call. Its money is not known yet.
ForkCost cost_of(const executor::Tokens& call);
/// What those tokens cost of a model whose provider keeps what it caches so long; none: not known.
std::optional<double> dollars_for(const ForkCost& tokens, std::string_view model,
                                  std::chrono::seconds lifetime, Prices& prices);
/// What a turn cost in all: what it has read, as above, and what was answered.
std::optional<double> dollars_of_turn(const executor::Tokens& turn, std::string_view model,
                                      std::chrono::seconds lifetime, Prices& prices);
/// The model that has read the most of a turn; empty: nobody says which.
std::string_view main_model(const executor::TurnUsage& usage);

void write_cost(json::Writer& writer, const ForkCost& cost);
ForkCost cost_in(json::View object);
/// "2000 tokens and 42 tokens from the provider's cache, 0.01 dollars"
std::string cost_text(const ForkCost& cost);

}  // namespace tine::session
