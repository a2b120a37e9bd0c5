#include "cli/manual/markdown.h"

#include <algorithm>
#include <iterator>

namespace tine::cli::manual {
namespace {

using Kind = Block::Kind;

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return std::string(text.substr(0, text.find_last_not_of(" \t") + 1));
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// The cells of a row like | a | b |; a bar within code is written \|.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cells.back() += '|';
      ++i;
    } else if (line[i] == '|') {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  cells.pop_back();
  for (std::string& cell : cells) cell = trimmed(cell);
  return cells;
}

/// "- " or "12. " at the beginning of a line; empty: there is none.
std::string marker_of(std::string_view line) {
  if (line.starts_with("- ")) return "-";
  const std::size_t digits = line.find_first_not_of("0123456789");
  const bool is_number =
      digits != 0 && digits != std::string_view::npos && line.substr(digits).starts_with(". ");
  return is_number ? std::string(line.substr(0, digits + 1)) : std::string();
}

/// Puts blocks together, line by line.
class Reader {
 public:
  void take(std::string_view line) {
    if (is_fenced_) return take_fenced(line);
    const std::string text = trimmed(line);
    if (text.starts_with("```")) {
      is_fenced_ = true;
      begin(Kind::code);
    } else if (text.empty()) {
      if (open_ == Kind::code) return blocks_.back().text.append("\n"), void();
      is_open_ = false;
    } else if (line.starts_with('#')) {
      const std::size_t level = line.find_first_not_of('#');
      begin(Kind::heading).level = static_cast<int>(level);
      blocks_.back().text = trimmed(line.substr(level));
      is_open_ = false;
    } else if (line.starts_with('|')) {
      if (!is_open_ || open_ != Kind::table) begin(Kind::table);
      if (!line.starts_with("|---")) blocks_.back().rows.push_back(cells_of(line));
    } else if (is_code(line)) {
      if (!is_open_ || open_ != Kind::code) begin(Kind::code);
      blocks_.back().text.append(line.substr(4)).append("\n");
    } else if (const std::string marker = marker_of(text); !marker.empty()) {
      begin(Kind::item).marker = marker;
      blocks_.back().text = trimmed(std::string_view(text).substr(marker.size()));
    } else {
      const bool goes_on = is_open_ && (open_ == Kind::paragraph || open_ == Kind::item);
      if (!goes_on) begin(Kind::paragraph);
      std::string& all = blocks_.back().text;
      all.append(all.empty() ? "" : " ").append(text);
    }
  }

  Blocks finish() && {
    for (Block& each : blocks_) {
      if (each.kind != Kind::code) continue;
      each.text.resize(each.text.find_last_not_of('\n') + 1);
    }
    return std::move(blocks_);
  }

 private:
  /// Four blanks make code, unless they go on with an item.
  bool is_code(std::string_view line) const {
    if (indent_of(line) < 4) return false;
    const bool goes_on = is_open_ && (open_ == Kind::item || open_ == Kind::paragraph);
    return !goes_on;
  }

  void take_fenced(std::string_view line) {
    if (trimmed(line).starts_with("```")) {
      is_fenced_ = false;
      is_open_ = false;
    } else {
      blocks_.back().text.append(line).append("\n");
    }
  }

  Block& begin(Kind kind) {
    open_ = kind;
    is_open_ = true;
    Block& block = blocks_.emplace_back();
    block.kind = kind;
    return block;
  }

  Blocks blocks_;
  Kind open_ = Kind::paragraph;
  bool is_open_ = false;  // what follows without an empty line belongs to it
  bool is_fenced_ = false;
};

}  // namespace

Blocks read_markdown(std::string_view text) {
  Reader reader;
  while (!text.empty()) reader.take(take_line(text));
  return std::move(reader).finish();
}

Blocks directly_below(const Blocks& page, std::string_view heading) {
  const auto is_heading = [](const Block& each) { return each.kind == Kind::heading; };
  const auto begin = std::find_if(page.begin(), page.end(), [&](const Block& each) {
    return is_heading(each) && each.text.starts_with(heading);
  });
  if (begin == page.end()) return {};
  return {std::next(begin), std::find_if(std::next(begin), page.end(), is_heading)};
}

}  // namespace tine::cli::manual
