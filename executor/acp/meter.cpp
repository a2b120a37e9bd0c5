#include "executor/acp/meter.h"

#include <algorithm>
#include <utility>

#include "executor/token_counts.h"

namespace tine::executor::acp {
namespace {

constexpr CountNames count_names{.input = "inputTokens",
                                 .cache_read = "cachedReadTokens",
                                 .cache_write = "cachedWriteTokens",
                                 .output = "outputTokens",
                                 .thought = "thoughtTokens"};

using Count = std::optional<std::uint64_t>;

bool is_less(const Count& now, const Count& before) { return now && before && *now < *before; }

/// A session that begins to count anew has been restarted by its agent.
bool is_restarted(const Tokens& now, const Tokens& before) {
  return is_less(now.input, before.input) || is_less(now.output, before.output) ||
         is_less(now.cache_read, before.cache_read) || is_less(now.cache_write, before.cache_write);
}

Count added(const Count& now, const Count& before) {
  if (!now) return now;
  return *now - before.value_or(0);
}

Tokens added(const Tokens& now, const Tokens& before) {
  return {.input = added(now.input, before.input),
          .cache_read = added(now.cache_read, before.cache_read),
          .cache_write = added(now.cache_write, before.cache_write),
          .output = added(now.output, before.output),
          .thought = is_less(now.thought, before.thought) ? now.thought
                                                          : added(now.thought, before.thought)};
}

}  // namespace

/// The protocol leaves open whether the input holds what came from the cache. The total of an agent
/// tells, where it gives one that fits.
Meter::Reading Meter::reading_of(const Tokens& tokens, json::View usage) const {
  const std::uint64_t cached = tokens.cache_read.value_or(0) + tokens.cache_write.value_or(0);
  const std::uint64_t plain = tokens.input.value_or(0) + tokens.output.value_or(0);
  const auto total = count_in(usage, "totalTokens");
  const auto source = counting_ ? UsageSource::preset : UsageSource::detected;
  if (total == plain) return {.cache_inside = cached > 0, .source = source};
  if (total == plain + cached) return {.cache_inside = false, .source = source};
  if (!counting_) return {};
  return {.cache_inside = counting_->cache == Counting::Cache::inside, .source = source};
}

TurnUsage Meter::read(json::View usage) {
  TurnUsage turn;
  if (!usage.is_object()) return turn;
  Tokens tokens = tokens_in(usage, count_names);
  // Several agents send zeros for a turn that was cut short: that is not known.
  if (is_nothing(tokens)) return turn;
  const Reading reading = reading_of(tokens, usage);
  if (reading.cache_inside && tokens.input) {
    const std::uint64_t cached = tokens.cache_read.value_or(0) + tokens.cache_write.value_or(0);
    *tokens.input -= std::min(*tokens.input, cached);
  }
  if (counting_ && counting_->scope == Counting::Scope::session) {
    const Tokens before = std::exchange(reported_, tokens);
    const bool unseen = std::exchange(unseen_, false);
    if (unseen) return turn;
    if (!is_restarted(tokens, before)) tokens = added(tokens, before);
  }
  turn.tokens = tokens;
  turn.raw = usage.raw();
  turn.source = reading.source;
  return turn;
}

}  // namespace tine::executor::acp
