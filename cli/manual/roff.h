#pragma once
// Writes a manual page: the macros of man(7), from text with Markdown's emphasis, code and links.
//
// A value.

#include <cstddef>
#include <string>
#include <string_view>

#include "cli/manual/markdown.h"

namespace tine::cli::manual {

struct PageName {
  std::string name;
  char section = '1';
  std::string date;    ///< 2026-01-31
  std::string source;  ///< "tine 0.1.0"
  std::string manual;  ///< "User Commands"
};

class Roff {
 public:
  explicit Roff(const PageName& page);

  void heading(std::string_view text);
  void subheading(std::string_view text);
  void paragraph(std::string_view markdown);
  /// Indented below a line of its own.
  void term(std::string_view markdown_tag, std::string_view markdown);
  void item(std::string_view marker, std::string_view markdown);
  void code(std::string_view text);
  /// A line that is not filled, as in a synopsis; the words in capitals are placeholders.
  void usage(std::string_view text);
  /// A heading is one below the page's own; of a table each row is a term.
  void blocks(const Blocks& blocks);

  std::string text() const { return out_ + "\n"; }

 private:
  void line(std::string_view roff);
  void filled(std::string_view roff);
  void begin_paragraph();
  void table(const Block& block);

  std::string out_;
  bool is_below_heading_ = true;
};

/// Text as roff has it.
std::string escaped(std::string_view text);
/// The same of Markdown: code and strong words are bold, the targets of links are left out, and
/// pages of the documentation that are manual pages too are named as these.
std::string from_markdown(std::string_view markdown);

}  // namespace tine::cli::manual
