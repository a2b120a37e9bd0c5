#include "base/redact/escapes.h"

#include <array>

#include "base/redact/charset.h"

namespace tine::redact {
namespace {

/// What stands at one offset: `length` bytes of the text that mean `size` bytes. A length of 0 is
/// plain text, and `open` says that what follows might have made it an escape.
struct Escape {
  std::size_t length = 0;
  std::array<char, 4> bytes{};
  std::size_t size = 0;
  bool open = false;
};

Escape plain(bool open = false) {
  Escape escape;
  escape.open = open;
  return escape;
}

Escape byte(std::size_t length, int value) {
  Escape escape;
  escape.length = length;
  escape.bytes[0] = static_cast<char>(value);
  escape.size = 1;
  return escape;
}

Escape code_point(std::size_t length, std::uint32_t code) {
  Escape escape;
  escape.length = length;
  const auto put = [&escape](std::uint32_t value) {
    escape.bytes[escape.size++] = static_cast<char>(value);
  };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18 & 0x07));
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
  return escape;
}

/// Reads escapes of one layer.
class EscapeReader {
 public:
  explicit EscapeReader(const Layer& layer)
      : text_(layer.text), open_(!layer.complete), examined_(layer.examined) {}

  Escape read(std::size_t at) const {
    switch (text_[at]) {
      case '\\':
        return backslash(at);
      case '%':
        return percent(at);
      default:
        return terminal(at);
    }
  }

 private:
  int peek(std::size_t i) const {
    return i < text_.size() ? static_cast<unsigned char>(text_[i]) : -1;
  }

  /// Past the backslashes that stand at `i` in a row, which are read once.
  std::size_t backslashes_end(std::size_t i) const {
    if (i < row_begin_ || i > row_end_) {
      row_begin_ = row_end_ = i;
      while (peek(row_end_) == '\\') ++row_end_;
      if (examined_) *examined_ += row_end_ - row_begin_;
    }
    return peek(i) == '\\' ? row_end_ : i;
  }

  /// The value of `digits` hex digits at `i`; -1 when they are none, -2 when the text ends first.
  int hex(std::size_t i, std::size_t digits) const {
    int value = 0;
    for (std::size_t end = i + digits; i < end; ++i) {
      if (i >= text_.size()) return -2;
      const int digit = hex_value(peek(i));
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  }

  Escape cut() const { return plain(open_); }

  Escape percent(std::size_t at) const {
    const int value = hex(at + 1, 2);
    if (value >= 0) return byte(3, value);
    return value == -2 ? cut() : plain();
  }

  /// However many backslashes stand in a row, an escape in an escape in an escape is read like one.
  Escape backslash(std::size_t at) const {
    const std::size_t i = backslashes_end(at);
    if (i - at > limits::max_invisible) return plain();
    switch (peek(i)) {
      case -1:
        return cut();
      case 'n':
        return byte(i + 1 - at, '\n');
      case 'r':
        return byte(i + 1 - at, '\r');
      case 't':
        return byte(i + 1 - at, '\t');
      case '"':
      case '\'':
      case '`':
      case '/':
        return byte(i + 1 - at, peek(i));
      case 'x': {
        const int value = hex(i + 1, 2);
        if (value >= 0) return byte(i + 3 - at, value);
        return value == -2 ? cut() : plain();
      }
      case 'u':
        return unicode(at, i + 1);
      default:
        return plain();
    }
  }

  Escape unicode(std::size_t at, std::size_t digits) const {
    const int first = hex(digits, 4);
    if (first < 0) return first == -2 ? cut() : plain();
    std::size_t end = digits + 4;
    const auto unit = static_cast<std::uint32_t>(first);
    if (unit < 0xD800 || unit > 0xDBFF) return code_point(end - at, unit);
    const std::size_t i = backslashes_end(end);
    if (i - end > limits::max_invisible) return code_point(end - at, unit);
    if (peek(i) == -1) return open_ ? cut() : code_point(end - at, unit);
    if (i == end || peek(i) != 'u') return code_point(end - at, unit);
    const int second = hex(i + 1, 4);
    if (second == -2 && open_) return cut();
    if (second < 0xDC00 || second > 0xDFFF) return code_point(end - at, unit);
    return code_point(i + 5 - at, 0x10000 + ((unit - 0xD800) << 10) +
                                      (static_cast<std::uint32_t>(second) - 0xDC00));
  }

  /// ECMA-48: a control sequence, an operating system command, or two characters.
  Escape terminal(std::size_t at) const {
    Escape escape;
    std::size_t i = at + 1;
    const std::size_t end = at + limits::max_terminal_sequence;
    const int kind = peek(i);
    if (kind == -1) return cut();
    if (kind == '[') {
      for (++i; peek(i) >= 0x20 && peek(i) <= 0x3F; ++i) {
        if (i >= end) return plain();
      }
      if (peek(i) == -1) return cut();
      if (peek(i) < 0x40 || peek(i) > 0x7E) return plain();
      escape.length = i + 1 - at;
      return escape;
    }
    if (kind == ']') {
      for (++i; peek(i) >= 0x20; ++i) {
        if (i >= end) return plain();
      }
      if (peek(i) == '\a') {
        escape.length = i + 1 - at;
        return escape;
      }
      if (peek(i) == -1 || (peek(i) == '\x1b' && peek(i + 1) == -1)) return cut();
      if (peek(i) != '\x1b' || peek(i + 1) != '\\') return plain();
      escape.length = i + 2 - at;
      return escape;
    }
    if (kind >= 0x20 && kind <= 0x2F) ++i;  // designates a character set: one more byte
    if (peek(i) == -1) return cut();
    if (peek(i) < 0x30 || peek(i) > 0x7E) return plain();
    escape.length = i + 1 - at;
    return escape;
  }

  std::string_view text_;
  bool open_;
  mutable std::size_t row_begin_ = 1;
  mutable std::size_t row_end_ = 0;
  std::uint64_t* examined_;
};

/// Puts the reading together, piece by piece.
class Unescaper {
 public:
  Unescaper(std::string_view from, UnescapedText& out) : from_(from), out_(out) {
    out_.text.clear();
    out_.segments.clear();
  }

  void copy_to(std::size_t end) {
    if (end <= done_) return;
    segment(done_, 0);
    out_.text.append(from_.substr(done_, end - done_));
    done_ = end;
    invisible_ = 0;
  }

  void add(const Escape& escape) {
    if (escape.size != 0) {
      segment(done_, escape.length);
      out_.text.append(escape.bytes.data(), escape.size);
      invisible_ = 0;
    } else {
      const bool parted = invisible_ > limits::max_invisible;
      invisible_ += escape.length;
      if (!parted && invisible_ > limits::max_invisible) {
        segment(done_, escape.length);
        out_.text.push_back('\0');
      }
    }
    done_ += escape.length;
  }

  void finish(std::size_t end) {
    copy_to(end);
    out_.read = end;
  }

  std::size_t done() const { return done_; }

 private:
  void segment(std::size_t parent, std::size_t length) {
    out_.segments.push_back({static_cast<std::uint32_t>(out_.text.size()),
                             static_cast<std::uint32_t>(parent),
                             static_cast<std::uint32_t>(length)});
  }

  std::string_view from_;
  UnescapedText& out_;
  std::size_t done_ = 0;
  std::size_t invisible_ = 0;
};

}  // namespace

bool unescape(const Layer& parent, std::span<const std::uint32_t> escapes, UnescapedText& out) {
  const EscapeReader reader(parent);
  std::size_t first = 0;
  Escape escape;
  for (; first < escapes.size(); ++first) {
    escape = reader.read(escapes[first]);
    if (escape.length != 0 || escape.open) break;
  }
  if (first == escapes.size()) return false;

  Unescaper unescaper(parent.text, out);
  for (std::size_t i = first; i < escapes.size(); ++i) {
    if (escapes[i] < unescaper.done()) continue;
    if (i != first) escape = reader.read(escapes[i]);
    if (escape.open) {
      unescaper.finish(escapes[i]);
      return true;
    }
    if (escape.length == 0) continue;
    unescaper.copy_to(escapes[i]);
    unescaper.add(escape);
  }
  unescaper.finish(parent.text.size());
  return true;
}

std::string unescaped(std::string_view text) {
  std::vector<std::uint32_t> escapes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' || text[i] == '%' || text[i] == '\x1b') {
      escapes.push_back(static_cast<std::uint32_t>(i));
    }
  }
  Layer layer;
  layer.text = text;
  UnescapedText out;
  return unescape(layer, escapes, out) ? out.text : std::string(text);
}

}  // namespace tine::redact
