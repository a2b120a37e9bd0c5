#include "tests/mock/prefix_cache.h"

#include <algorithm>
#include <utility>

namespace tine::mock {

Counted PrefixCache::count(const std::string& prompt, Time now) {
  std::erase_if(seen_, [now](const Entry& each) { return each.end <= now; });
  std::size_t common = 0;
  Entry* read = nullptr;
  for (Entry& each : seen_) {
    const auto [ours, theirs] =
        std::mismatch(prompt.begin(), prompt.end(), each.prompt.begin(), each.prompt.end());
    const auto length = static_cast<std::size_t>(ours - prompt.begin());
    if (length > common) {
      common = length;
      read = &each;
    }
  }
  if (read != nullptr) read->end = now + lifetime;
  Counted counted;
  counted.prompt = tokens_in(prompt.size());
  counted.cached = common / 4 / step * step;
  if (counted.cached < least) counted.cached = 0;
  return counted;
}

void PrefixCache::keep(std::string prompt, Time now) {
  seen_.push_back({.prompt = std::move(prompt), .end = now + lifetime});
}

}  // namespace tine::mock
