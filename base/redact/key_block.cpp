#include "base/redact/key_block.h"

#include <algorithm>
#include <string_view>

#include "base/redact/charset.h"

namespace tine::redact {
namespace {

/// The shortest run of base64 that makes a line one of a key; where the text ends; and on the line
/// of the header, where keys are put whose newlines have become blanks.
constexpr std::size_t min_key_run = 16;
constexpr std::size_t min_last_run = 4;
constexpr std::size_t min_run_beside_header = 40;

constexpr std::size_t armour_dashes = 5;
constexpr std::size_t max_label = 64;
constexpr int max_blank_lines = 3;
constexpr int max_header_lines = 8;
/// How much may stand in a line beside its run of base64.
constexpr std::size_t max_beside_run = 256;

/// A line of what stands between the armour's lines. It ends at a newline, written out or escaped;
/// at a quote, since keys in source code are strings put together; and at a blank after a run as
/// long as a key's line, since newlines are lost in variables.
struct Line {
  std::size_t end = 0;     // past its last character
  std::size_t next = 0;    // where the next begins
  std::size_t run = 0;     // the length of the longest run of base64
  std::size_t others = 0;  // letters and digits outside that run
  std::size_t footer = 0;  // past the dashes of -----END, when it is there
  bool random = false;     // the run holds what words do not
  bool header = false;     // Name: value
  bool comma = false;
  bool newline = false;  // it ends with one
  bool blank = false;    // it ends with one of these
  bool last = false;     // the text ends with it
  bool other = false;    // too much stands beside the run
};

std::size_t skip_dashes(Reach& reach, std::size_t i) { return reach.run_end(i, sets::dash, 8); }

/// Past the dashes after -----END …, which begins at `i`; 0 when it does not.
std::size_t footer_end(Reach& reach, std::size_t i) {
  if (!reach.starts_with(i, "---")) return 0;
  std::size_t label = reach.run_end(skip_dashes(reach, i), sets::blank, 1);
  if (!reach.starts_with(label, "END")) return 0;
  while (label - i < max_label && reach.at(label) >= ' ' && reach.at(label) != '-') ++label;
  return skip_dashes(reach, label);
}

void note_run(Reach& reach, std::size_t begin, std::size_t end, Line& line) {
  const std::size_t length = end - begin;
  if (length <= line.run) {
    line.others += length;
    return;
  }
  line.others += line.run;
  line.run = length;
  line.random = reach.slice(begin, end).find_first_of("0123456789+/=") != std::string_view::npos;
}

Line read_line(Reach& reach, std::size_t begin) {
  Line line;
  std::size_t i = begin;
  for (;;) {
    const std::size_t run = i;
    i = reach.run_end(i, sets::base64 | sets::equals);
    note_run(reach, run, i, line);
    line.end = i;
    line.next = i + 1;
    const int c = reach.at(i);
    if (c < 0) {
      line.last = true;
      return line;
    }
    if (i - begin - line.run > max_beside_run) {
      line.other = true;
      return line;
    }
    if (in(c, sets::newline | sets::quote)) {
      line.newline = in(c, sets::newline);
      return line;
    }
    if (c == ' ' && i - run >= min_run_beside_header) {
      line.blank = true;
      return line;
    }
    if (c == '\\' && (reach.at(i + 1) == 'n' || reach.at(i + 1) == 'r')) {
      line.newline = true;
      line.next = i + 2;
      return line;
    }
    if (c == '-') {
      line.footer = footer_end(reach, i);
      if (line.footer != 0) return line;
    }
    line.comma = line.comma || c == ',';
    line.header = line.header || (c == ':' && reach.at(i + 1) == ' ');
    ++i;
  }
}

/// Past the dashes that end `-----BEGIN … PRIVATE KEY-----`; 0 when it is no such line.
std::size_t header_end(Reach& reach, std::size_t label) {
  std::size_t i = reach.run_end(label, sets::blank, 1);
  if (!reach.starts_with(i, "BEGIN ")) return 0;
  while (i - label < max_label &&
         (in(reach.at(i), sets::upper | sets::digit) || reach.at(i) == ' ')) {
    ++i;
  }
  std::string_view words = reach.slice(label, i);
  while (words.ends_with(' ')) words.remove_suffix(1);
  if (!words.ends_with("PRIVATE KEY") && !words.ends_with("PRIVATE KEY BLOCK")) return 0;
  const std::size_t end = skip_dashes(reach, i);
  return end - i + 1 >= armour_dashes ? end : 0;
}

/// Puts the lines together, as far as they are a key's.
class Body {
 public:
  explicit Body(std::size_t begin) : end_(begin) {}

  /// False when the line is none of the key's.
  bool take(const Line& line) {
    if (line.other) return false;
    if (line.footer != 0) {
      if (is_key(line)) found_ = true;
      end_ = line.footer;
      return false;
    }
    if (is_key(line)) {
      found_ = true;
      end_ = line.end;
      blank_lines_ = 0;
      open_ = !line.comma && !line.blank;
    } else if (line.run == 0) {
      open_ = open_ && !line.comma;
      if (++blank_lines_ > max_blank_lines) return false;
    } else if (found_) {
      // The last line of a key may be as short as it likes; a checksum may follow it.
      if (line.others != 0 || !open_ || ++short_lines_ > 2) return false;
      end_ = line.end;
    } else if (!line.header || ++header_lines_ > max_header_lines) {
      return false;
    }
    below_header_ = below_header_ || line.newline;
    return !line.last;
  }

  std::size_t end() const { return found_ ? end_ : 0; }

 private:
  bool is_key(const Line& line) const {
    if (short_lines_ > 0 || line.run < 4 * line.others / 3) return false;
    if (!below_header_ && !found_) return line.run >= min_run_beside_header && line.random;
    if (line.last && line.others == 0) return line.run >= min_last_run;
    return line.run >= min_key_run && (line.random || found_);
  }

  std::size_t end_;
  bool found_ = false;
  bool below_header_ = false;
  /// Whether a short last line may follow.
  bool open_ = false;
  int blank_lines_ = 0;
  int short_lines_ = 0;
  int header_lines_ = 0;
};

}  // namespace

bool may_be_key_block(std::string_view text, std::size_t dashes) {
  constexpr std::string_view armour = "-----";
  static_assert(armour.size() == armour_dashes);
  const std::string_view begin = text.substr(dashes, armour_dashes - 1);
  return begin == armour.substr(0, begin.size());
}

Match match_key_block(Reach& reach, std::size_t dashes) {
  const std::size_t label = skip_dashes(reach, dashes);
  if (label - dashes + 1 < armour_dashes) return {};
  const std::size_t begin = header_end(reach, label);
  if (begin == 0) return {};

  Body body(begin);
  Line line = read_line(reach, begin);
  while (body.take(line)) line = read_line(reach, line.next);
  const bool pgp = reach.slice(label, begin).find("PGP") != std::string_view::npos;
  return {label - std::min(label - dashes, armour_dashes), body.end(),
          pgp ? "pgp-private-key" : "private-key"};
}

}  // namespace tine::redact
