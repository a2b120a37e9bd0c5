// usage: tine_tokens: answers each text, which comes as its length, a line end and the bytes, with
// its estimate, a blank and the length of the prefix that has half as many tokens at most.

#include <cstddef>
#include <iostream>
#include <string>

#include "base/tokens/estimate.h"

int main() {
  std::size_t length = 0;
  while (std::cin >> length) {
    std::cin.get();
    std::string text(length, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(length));
    const std::uint64_t tokens = tine::tokens::estimate(text);
    std::cout << tokens << ' ' << tine::tokens::prefix_within(text, tokens / 2) << '\n';
  }
}
