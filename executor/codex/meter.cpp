#include "executor/codex/meter.h"

#include <algorithm>
#include <utility>

#include "executor/token_counts.h"

namespace tine::executor::codex {
namespace {

using Count = std::optional<std::uint64_t>;

constexpr CountNames names{.input = "inputTokens",
                           .cache_read = "cachedInputTokens",
                           .cache_write = "cacheWriteInputTokens",
                           .output = "outputTokens",
                           .thought = "reasoningOutputTokens"};

/// Codex counts what came from the cache, or went to it, within its input.
Tokens tokens_of(json::View counts) {
  Tokens tokens = tokens_in(counts, names);
  if (tokens.input) {
    const std::uint64_t cached = tokens.cache_read.value_or(0) + tokens.cache_write.value_or(0);
    *tokens.input -= std::min(*tokens.input, cached);
  }
  return tokens;
}

/// Each part of `now` less that of `before`; false when one has become less, as if it had been
/// counted anew.
bool subtract(Tokens& now, const Tokens& before) {
  const auto part = [](Count& count, const Count& old) {
    if (!count) return true;
    if (*count < old.value_or(0)) return false;
    count = *count - old.value_or(0);
    return true;
  };
  return part(now.input, before.input) && part(now.cache_read, before.cache_read) &&
         part(now.cache_write, before.cache_write) && part(now.output, before.output) &&
         part(now.thought, before.thought);
}

}  // namespace

std::optional<Tokens> Meter::read(json::View token_usage, bool may_repeat) {
  const Tokens total = tokens_of(token_usage.find("total"));
  const std::optional<Tokens> before = std::exchange(total_, total);
  if (!before && may_repeat) return std::nullopt;
  Tokens spent = total;
  if (!before || !subtract(spent, *before)) spent = tokens_of(token_usage.find("last"));
  if (is_nothing(spent)) return std::nullopt;
  return spent;
}

}  // namespace tine::executor::codex
