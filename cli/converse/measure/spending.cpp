#include "cli/converse/measure/spending.h"

#include <utility>

#include "base/visible.h"
#include "cli/amounts.h"
#include "cli/converse/measure/stock_list.h"
#include "cli/limits.h"
#include "session/store/store.h"

namespace tine::cli {
namespace {

/// Tokens of a question, and of the word that answers it with what the model thinks before.
constexpr std::uint64_t question = 30;
constexpr std::uint64_t answer = 60;

constexpr std::uint64_t questions = stock_questions.size();

}  // namespace

transport::Task<SpendingBasis> spending_basis(World& world, Result<std::string> root,
                                              std::string backend) {
  SpendingBasis basis;
  if (!root) co_return basis;
  session::store::Store store(world.loop, session::store::system_files(), world.env,
                              std::move(root));
  const session::store::Store::Place beginning;
  const auto newest = co_await store.page(std::string(), beginning, limits::measure_sessions);
  if (!newest) co_return basis;
  for (const session::store::Store::Found& each : *newest) {
    if (!each.state) continue;
    const auto known = each.state->backends.find(backend);
    if (known == each.state->backends.end() || !known->second.opening) continue;
    basis.opening = known->second.opening;
    basis.model = known->second.model;
    basis.seen_in = each.entry.id;
    break;
  }
  co_return basis;
}

Spending spending_of(const SpendingBasis& basis, const executor::Capabilities& can,
                     session::Prices& prices) {
  const std::uint64_t opening = basis.opening.value_or(0);
  const std::uint64_t call = opening + basis.past + question;
  Spending once;
  const auto add = [&once](std::uint64_t turns, std::uint64_t read, std::uint64_t uncached) {
    once.turns += turns;
    once.read += turns * read;
    once.uncached += uncached;
  };
  add(1, call, call);                                                        // cold
  add(3, call + question, 3 * question);                                     // resume, native, pty
  add(1, opening + basis.soft + question, opening + basis.soft + question);  // soft
  if (basis.waits) add(1, call + question, call + question);
  // Only some caches find what stands in the middle of another conversation's prompt.
  const std::uint64_t again = can.caches_any_prefix ? question : basis.past + question;
  add(questions, call, call + (questions - 1) * again);
  add(questions, call + questions * question, call + (questions - 1) * question);

  Spending all;
  all.turns = once.turns * basis.times;
  all.read = once.read * basis.times;
  all.uncached = once.uncached * basis.times;
  const session::Price* const price = prices.find(basis.model, call);
  if (price == nullptr || !basis.opening) return all;
  const auto written = can.counts_cache_writes ? price->written_for(can.cache_lifetime)
                                               : std::optional(price->input);
  if (!written) return all;
  constexpr double million = 1e6;
  all.dollars = (static_cast<double>(all.uncached) * *written +
                 static_cast<double>(all.read - all.uncached) * price->cached_input +
                 static_cast<double>(all.turns * answer) * price->output) /
                million;
  return all;
}

std::string spending_text(const std::string& backend, const SpendingBasis& basis,
                          const Spending& spending) {
  const std::string name = visible_line(backend);
  std::string text =
      name + ": up to " + std::to_string(spending.turns) +
      " turns of its model, which read about " + grouped(spending.read) + " tokens, about " +
      grouped(spending.uncached) +
      " of them outside the provider's cache.\nIn each of them: " + grouped(basis.past) +
      " tokens of a made-up list, ";
  if (basis.opening) {
    text += "and " + grouped(*basis.opening) + " that " + name +
            " tells its model in each conversation (as session " + basis.seen_in + " has shown).\n";
  } else {
    text += "and what " + name +
            " tells its model in each conversation; that is not known here, and comes on top.\n";
  }
  if (spending.dollars) {
    text += "At the prices of " + visible_line(basis.model) + " that tine knows: about " +
            money_text(spending.dollars) + ".\n";
  } else if (!basis.model.empty()) {
    text += "No price of " + visible_line(basis.model) + " is known.\n";
  }
  return text;
}

}  // namespace tine::cli
