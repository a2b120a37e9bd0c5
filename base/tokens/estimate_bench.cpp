// How fast tokens are estimated, in MB/s, by the kind of text.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/tokens/estimate.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t text_size = 20'000'000;
constexpr int rounds = 5;

volatile std::uint64_t sink = 0;

/// Shows the fastest of a few rounds: the others tell of the machine, not of the code.
void measure(const char* kind, std::string_view piece) {
  std::string text;
  while (text.size() < text_size) text += piece;
  double best = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    sink = tine::tokens::estimate(text);
    const std::chrono::duration<double> taken = Clock::now() - start;
    best = std::max(best, static_cast<double>(text.size()) / 1e6 / taken.count());
  }
  std::printf("%-10s %6.0f MB/s\n", kind, best);
}

}  // namespace

int main() {
  measure("prose", "The harbour wakes before the town does, and \"nobody\" said that it should.\n");
  measure("code",
          "  for (const auto& [key, value] : table) out += to_string(value[17]) + \"\\n\";\n");
  measure("JSON", R"({"jsonrpc":"2.0","id":1234,"params":{"sessionId":"a91f-77c0","ok":true}},)");
  measure("Chinese", "如果資料庫連線失敗，請先檢查網路設定，再重新啟動服務。");
  measure("Russian", "Старый трамвай идёт до конечной почти час. ");
  measure("base64",
          "HZhHzN5s+wuveH/iDze3exfszPncVrthsHU5pnA6lnk4P0beNMYdulKqwf8eAiuFFJ0lqAqZFC2tspMo");
}
