#include "executor/acp/meter.h"

#include <algorithm>

#include "executor/token_counts.h"

namespace tine::executor::acp {
namespace {

constexpr CountNames names{.input = "inputTokens",
                           .cache_read = "cachedReadTokens",
                           .cache_write = "cachedWriteTokens",
                           .output = "outputTokens",
                           .thought = "thoughtTokens"};

}  // namespace

TurnUsage usage_of(json::View usage) {
  TurnUsage turn;
  if (!usage.is_object()) return turn;
  Tokens tokens = tokens_in(usage, names);
  // Several agents send zeros for a turn that was cut short: that is not known.
  if (is_nothing(tokens)) return turn;
  const std::uint64_t cached = tokens.cache_read.value_or(0) + tokens.cache_write.value_or(0);
  const auto total = count_in(usage, "totalTokens");
  if (tokens.input && cached > 0 && total == *tokens.input + tokens.output.value_or(0))
    *tokens.input -= std::min(*tokens.input, cached);
  turn.tokens = tokens;
  turn.raw = usage.raw();
  return turn;
}

}  // namespace tine::executor::acp
