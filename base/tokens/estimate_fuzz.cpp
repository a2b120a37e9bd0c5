// What the estimate promises, for any bytes in any two pieces, and prefixes within a budget.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json/utf8.h"
#include "base/tokens/estimate.h"

namespace {

using tine::tokens::estimate;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const std::size_t chosen = std::size_t{data[0]} * 256 + data[1];
  const std::uint64_t whole = estimate(text);
  require((whole == 0) == text.empty());

  const std::size_t cut = chosen % (text.size() + 1);
  require(estimate(text.substr(0, cut)) + estimate(text.substr(cut)) >= whole);
  const std::size_t between = tine::json::character_start(text, cut);
  require(estimate(text.substr(0, between)) <= whole);

  const std::uint64_t most = chosen % (whole + 2);
  const std::size_t length = tine::tokens::prefix_within(text, most);
  require(length <= text.size());
  require(estimate(text.substr(0, length)) <= most);
  require(most < whole || length == text.size());
  return 0;
}
