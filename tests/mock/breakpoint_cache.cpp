#include "tests/mock/breakpoint_cache.h"

#include <algorithm>
#include <string_view>

#include "tests/mock/prefix_cache.h"

namespace tine::mock {
namespace {

/// FNV-1a; the length keeps two blocks apart from one that is both.
std::uint64_t hashed(std::uint64_t before, std::string_view text) {
  std::uint64_t hash = before ^ text.size();
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

std::vector<BreakpointCache::Prefix> BreakpointCache::prefixes(const std::string& model,
                                                               const Prompt& prompt) {
  std::vector<Prefix> all(1);
  all[0].hash = hashed(0xcbf29ce484222325, model);
  std::uint64_t bytes = 0;
  for (const PromptBlock& block : prompt) {
    bytes += block.text.size();
    all.push_back(
        {.hash = hashed(all.back().hash, block.text), .tokens = PrefixCache::tokens_in(bytes)});
  }
  return all;
}

std::size_t BreakpointCache::readable(const std::vector<Prefix>& prefixes, const Prompt& prompt,
                                      Time now) const {
  for (std::size_t end = prompt.size(); end > 0; --end) {
    if (prompt[end - 1].lifetime.count() == 0) continue;
    const std::size_t first = end > lookback ? end - lookback : 0;
    for (std::size_t blocks = end; blocks > first; --blocks) {
      const auto entry = entries_.find(prefixes[blocks].hash);
      if (entry != entries_.end() && entry->second.end > now) return blocks;
    }
  }
  return 0;
}

CacheUse BreakpointCache::count(const std::string& model, const Prompt& prompt, Time now) const {
  const auto all = prefixes(model, prompt);
  CacheUse use;
  use.read = all[readable(all, prompt, now)].tokens;
  std::uint64_t hour_end = use.read;
  std::uint64_t end = use.read;
  for (std::size_t i = 0; i < prompt.size(); ++i) {
    const std::uint64_t tokens = all[i + 1].tokens;
    if (prompt[i].lifetime.count() == 0 || tokens < least) continue;
    end = std::max(end, tokens);
    if (prompt[i].lifetime == hour) hour_end = std::max(hour_end, tokens);
  }
  use.written_1h = hour_end - use.read;
  use.written_5m = end - hour_end;
  use.input = all.back().tokens - end;
  return use;
}

void BreakpointCache::keep(const std::string& model, const Prompt& prompt, Time now) {
  const auto all = prefixes(model, prompt);
  const auto read = entries_.find(all[readable(all, prompt, now)].hash);
  if (read != entries_.end()) read->second.end = now + read->second.lifetime;
  for (std::size_t i = 0; i < prompt.size(); ++i) {
    if (prompt[i].lifetime.count() == 0 || all[i + 1].tokens < least) continue;
    Entry& entry = entries_[all[i + 1].hash];
    entry.lifetime = std::max(entry.lifetime, prompt[i].lifetime);
    entry.end = now + entry.lifetime;
  }
}

}  // namespace tine::mock
