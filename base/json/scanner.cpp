#include "base/json/scanner.h"

#include <cstring>

#include "base/json/bytes.h"
#include "base/json/utf8.h"

namespace tine::json {
namespace {

constexpr std::string_view mark = "\xEF\xBB\xBF";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const char* skip_digits(const char* p, const char* end) {
  while (p != end && is_digit(*p)) ++p;
  return p;
}

/// Written with the sizes as constants, so that each comparison is one instruction and no call.
bool literal_stands(const char* p, const char* end) {
  if (end - p < 5) return false;
  switch (*p) {
    case 't':
      return std::memcmp(p, "true", 4) == 0;
    case 'f':
      return std::memcmp(p, "false", 5) == 0;
    default:
      return std::memcmp(p, "null", 4) == 0;
  }
}

std::string_view literal_at(char c) {
  switch (c) {
    case 't':
      return "true";
    case 'f':
      return "false";
    case 'n':
      return "null";
    default:
      return {};
  }
}

}  // namespace

/// Goes on with a number up to the byte behind it and then sets `state` to comma_or_end. Any other
/// state says where in the number `p` is, which is `end` or a byte that the number may not have
/// there.
inline const char* Scanner::number_end(const char* p, const char* end, State& state) {
  const auto at_e = [&p] { return *p == 'e' || *p == 'E'; };
  while (p != end) {
    switch (state) {
      case State::number_minus:
        if (!is_digit(*p)) return p;
        state = *p++ == '0' ? State::number_zero : State::number_int;
        continue;
      case State::number_int:
        p = skip_digits(p, end);
        if (p == end) return p;
        [[fallthrough]];
      case State::number_zero:
        if (*p == '.') {
          state = State::number_dot;
        } else if (at_e()) {
          state = State::number_e;
        } else {
          state = State::comma_or_end;
          return p;
        }
        ++p;
        continue;
      case State::number_dot:
        if (!is_digit(*p)) return p;
        state = State::number_frac;
        [[fallthrough]];
      case State::number_frac:
        p = skip_digits(p, end);
        if (p == end) return p;
        state = at_e() ? State::number_e : State::comma_or_end;
        if (state == State::comma_or_end) return p;
        ++p;
        continue;
      case State::number_e:
        if (*p == '+' || *p == '-') {
          state = State::number_e_sign;
          ++p;
          continue;
        }
        [[fallthrough]];
      case State::number_e_sign:
        if (!is_digit(*p)) return p;
        state = State::number_exp;
        [[fallthrough]];
      default:
        p = skip_digits(p, end);
        if (p != end) state = State::comma_or_end;
        return p;
    }
  }
  return p;
}

std::string_view describe(Fault fault) {
  switch (fault) {
    case Fault::none:
      return "no fault";
    case Fault::byte_order_mark:
      return "a byte order mark";
    case Fault::bad_utf8:
      return "bytes that are not UTF-8";
    case Fault::nul_byte:
      return "a NUL byte";
    case Fault::lone_surrogate:
      return "half of a surrogate pair";
    case Fault::too_deep:
      return "values nested too deeply";
    case Fault::too_many_members:
      return "too many members in the outermost object";
    case Fault::syntax:
      return "something that is not JSON";
    case Fault::unfinished:
      return "an unfinished value";
  }
  return "no fault";
}

void Scanner::reset() {
  // Not `*this = Scanner()`: the members' places would be most of the bytes written, and the rest
  // of what is left alone here is set before it is read.
  offset_ = 0;
  fault_offset_ = 0;
  fault_ = Fault::none;
  state_ = State::value;
  depth_ = 0;
  top_is_object_ = false;
  top_is_array_ = false;
  want_low_ = false;
  member_count_ = 0;
}

bool Scanner::fail(Fault fault, std::size_t at) {
  fault_ = fault;
  fault_offset_ = at;
  return false;
}

const char* Scanner::unexpected(char c, std::size_t at) {
  const auto byte = static_cast<unsigned char>(c);
  Fault fault = Fault::syntax;
  if (byte == 0) fault = Fault::nul_byte;
  if (byte >= 0x80 && utf8_lead(byte).length == 0) fault = Fault::bad_utf8;
  fail(fault, at);
  return nullptr;
}

inline bool Scanner::begin_member(std::size_t at) {
  if (notes_members_ && member_count_ == members_.size()) return fail(Fault::too_many_members, at);
  key_begin_ = at + 1;
  return true;
}

inline const char* Scanner::open(const char* p, const Piece& piece) {
  const bool object = *p == '{';
  if (depth_ == max_depth_) {
    fail(Fault::too_deep, piece.at(p));
    return nullptr;
  }
  if (depth_ == 0) {
    top_is_object_ = object;
    top_is_array_ = !object;
  }
  if (depth_ == 1) value_begin_ = piece.at(p);
  ++depth_;
  object_at_[depth_] = object;
  in_object_ = object;
  state_ = object ? State::key_or_end : State::value_or_end;
  return p + 1;
}

inline const char* Scanner::close(const char* p, const Piece& piece) {
  --depth_;
  in_object_ = depth_ != 0 && object_at_[depth_];
  end_value(piece.at(p) + 1);
  return p + 1;
}

inline const char* Scanner::scan_number(const char* p, const Piece& piece) {
  State state = state_;
  p = number_end(p, piece.end, state);
  state_ = state;
  if (p == piece.end) return p;
  if (state != State::comma_or_end) return unexpected(*p, piece.at(p));
  end_value(piece.at(p));
  return p;
}

inline const char* Scanner::scan_scalar(const char* p, const Piece& piece) {
  const char* const end = piece.end;
  if (depth_ == 1) value_begin_ = piece.at(p);
  if (*p == '"') {
    p = find_special(p + 1, end);
    if (p == end || *p != '"') {
      string_is_key_ = false;
      state_ = State::string;
      return p;
    }
    end_value(piece.at(++p));
    return p;
  }
  if (is_digit(*p) || *p == '-') {
    state_ = *p == '-' ? State::number_minus : *p == '0' ? State::number_zero : State::number_int;
    return scan_number(p + 1, piece);
  }
  if (const std::string_view literal = literal_at(*p); !literal.empty()) {
    if (literal_stands(p, end)) {
      p += *p == 'f' ? 5 : 4;
      end_value(piece.at(p));
      return p;
    }
    rest_ = literal;
    state_ = State::literal;
    return scan_literal(p, piece);
  }
  if (piece.at(p) != 0 || *p != mark.front()) return unexpected(*p, piece.at(p));
  rest_ = mark;
  state_ = State::byte_order_mark;
  return scan_byte_order_mark(p, piece);
}

// The hot loop: a round takes a member or an element, with the comma behind it. A token that lies
// whole in this piece is taken here, in one go; one that is cut is left to the function that goes
// on with it in the next piece.
const char* Scanner::scan_structure(const char* p, const Piece& piece) {
  const char* const end = piece.end;
  const auto blank_rest = [&p, end] { return (p = skip_space(p, end)) == end; };
  while (!blank_rest()) {
    switch (state_) {
      case State::key_or_end:
        if (*p == '}') {
          p = close(p, piece);
          continue;
        }
        [[fallthrough]];
      case State::key:
        if (*p != '"') return unexpected(*p, piece.at(p));
        if (depth_ == 1 && !begin_member(piece.at(p))) return nullptr;
        p = find_special(p + 1, end);
        if (p == end || *p != '"') {
          string_is_key_ = true;
          state_ = State::string;
          return p;
        }
        if (depth_ == 1) key_ = Range{key_begin_, piece.at(p)};
        ++p;
        state_ = State::colon;
        if (blank_rest()) return p;
        [[fallthrough]];
      case State::colon:
        if (*p != ':') return unexpected(*p, piece.at(p));
        ++p;
        state_ = State::value;
        if (blank_rest()) return p;
        [[fallthrough]];
      case State::value:
      case State::value_or_end:
        if (*p == '{' || *p == '[') {
          p = open(p, piece);
          if (p == nullptr) return nullptr;
          continue;
        }
        if (*p == ']' && state_ == State::value_or_end) {
          p = close(p, piece);
          continue;
        }
        p = scan_scalar(p, piece);
        if (p == nullptr || state_ != State::comma_or_end || blank_rest()) return p;
        [[fallthrough]];
      case State::comma_or_end:
        if (*p == ',') {
          ++p;
          state_ = in_object_ ? State::key : State::value;
        } else if (*p == (in_object_ ? '}' : ']')) {
          p = close(p, piece);
        } else {
          return unexpected(*p, piece.at(p));
        }
        continue;
      default:
        return unexpected(*p, piece.at(p));
    }
  }
  return p;
}

const char* Scanner::scan_literal(const char* p, const Piece& piece) {
  for (; !rest_.empty(); ++p) {
    if (p == piece.end) return p;
    if (*p != rest_.front()) {
      return unexpected(*p, piece.at(p));
    }
    rest_.remove_prefix(1);
  }
  end_value(piece.at(p));
  return p;
}

const char* Scanner::scan_byte_order_mark(const char* p, const Piece& piece) {
  for (; p != piece.end; ++p) {
    if (*p != rest_.front()) {
      fail(Fault::syntax, 0);
      return nullptr;
    }
    rest_.remove_prefix(1);
    if (rest_.empty()) {
      fail(Fault::byte_order_mark, 0);
      return nullptr;
    }
  }
  return p;
}

bool Scanner::feed(std::string_view bytes) {
  if (fault_ != Fault::none) return false;
  const Piece piece{bytes.data(), bytes.data() + bytes.size(), offset_};
  offset_ += bytes.size();
  const char* p = piece.begin;
  while (p != piece.end) {
    if (state_ <= State::done) {
      p = scan_structure(p, piece);
    } else if (state_ <= State::low_u) {
      p = scan_string(p, piece);
    } else if (state_ <= State::number_exp) {
      p = scan_number(p, piece);
    } else if (state_ == State::literal) {
      p = scan_literal(p, piece);
    } else {
      p = scan_byte_order_mark(p, piece);
    }
    if (p == nullptr) return false;
  }
  return true;
}

bool Scanner::finish() {
  if (fault_ != Fault::none) return false;
  // Only the end of the text ends a number that stands alone.
  if (depth_ == 0 && (state_ == State::number_zero || state_ == State::number_int ||
                      state_ == State::number_frac || state_ == State::number_exp)) {
    state_ = State::done;
  }
  return state_ == State::done || fail(Fault::unfinished, offset_);
}

}  // namespace tine::json
