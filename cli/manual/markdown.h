#pragma once
// The blocks of a page of the documentation, as far as its Markdown goes: headings, paragraphs,
// code, lists and tables.
//
// Values and plain functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tine::cli::manual {

struct Block {
  enum class Kind : std::uint8_t { heading, paragraph, code, item, table };
  Kind kind = Kind::paragraph;
  int level = 0;       ///< of a heading
  std::string text;    ///< with what stands for emphasis, code and links; code: as it is
  std::string marker;  ///< of an item: "-", or its number with a dot
  std::vector<std::vector<std::string>> rows;  ///< of a table, its heads first
};
using Blocks = std::vector<Block>;

Blocks read_markdown(std::string_view text);

/// What stands below the heading that begins with these words, up to the next one. Empty: there is
/// no such heading.
Blocks directly_below(const Blocks& page, std::string_view heading);

}  // namespace tine::cli::manual
