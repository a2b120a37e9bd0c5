#include "tests/mock/prefix_cache.h"

#include <algorithm>

namespace tine::mock {

Counted PrefixCache::count(const std::string& prompt) {
  std::size_t common = 0;
  for (const std::string& earlier : seen_) {
    const auto [ours, theirs] =
        std::mismatch(prompt.begin(), prompt.end(), earlier.begin(), earlier.end());
    common = std::max(common, static_cast<std::size_t>(ours - prompt.begin()));
  }
  seen_.push_back(prompt);
  Counted counted;
  counted.prompt = tokens_in(prompt.size());
  counted.cached = common / 4 / step * step;
  if (counted.cached < least) counted.cached = 0;
  return counted;
}

}  // namespace tine::mock
