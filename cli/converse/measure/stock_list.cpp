#include "cli/converse/measure/stock_list.h"

#include "base/tokens/estimate.h"

namespace tine::cli {
namespace {

constexpr std::array goods = {"walnut", "copper", "linen", "cork",   "barley", "slate",
                              "amber",  "hemp",   "cedar", "pewter", "wool"};
constexpr std::array places = {"north yard", "river shed", "old mill", "loft", "cellar"};

// What the heading is counted as. Marks differ in their tokens, but the lists that are compared
// must be of one length.
constexpr std::uint64_t heading_tokens = 24;

}  // namespace

std::string stock_list(std::string_view mark, std::uint64_t tokens) {
  std::string text = "Stock list " + std::string(mark) + "\n";
  std::uint64_t written = heading_tokens;
  for (std::size_t i = 0; written < tokens; ++i) {
    const std::string line = "Lot " + std::to_string(i + 1) + ": " +
                             std::to_string(7 + i * 13 % 90) + " crates of " +
                             goods[i % goods.size()] + ", " + places[i % places.size()] + "\n";
    written += tokens::estimate(line);
    text += line;
  }
  return text;
}

std::string stock_prompt(const std::string& list, std::string_view question) {
  return list + (list.empty() ? "" : "\n") +
         "Answer in one word, and use no tool: " + std::string(question);
}

}  // namespace tine::cli
