#include "executor/codex/meter.h"

#include <algorithm>
#include <utility>

namespace tine::executor::codex {
namespace {

using Count = std::optional<std::uint64_t>;

/// Codex counts what came from the cache, or went to it, within its input.
Tokens tokens_of(json::View counts) {
  Tokens tokens;
  tokens.cache_read = count_in(counts, "cachedInputTokens");
  tokens.cache_write = count_in(counts, "cacheWriteInputTokens");
  tokens.output = count_in(counts, "outputTokens");
  tokens.thought = count_in(counts, "reasoningOutputTokens");
  if (const Count input = count_in(counts, "inputTokens")) {
    const std::uint64_t cached = tokens.cache_read.value_or(0) + tokens.cache_write.value_or(0);
    tokens.input = *input - std::min(*input, cached);
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

/// Zeros alone are of a call that was cut short, or of none.
bool is_nothing(const Tokens& tokens) {
  return tokens.prompt().value_or(0) == 0 && tokens.output.value_or(0) == 0;
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
