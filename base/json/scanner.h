#pragma once
// Checks JSON as it arrives, in pieces of any size, without building anything: grammar, UTF-8,
// depth, surrogates; numbers may have any size. On the way it notes where the members of the
// outermost object lie, which is all that a JSON-RPC peer needs to route a message whose body it
// never looks into.
//
// A resource owned by one reader; no threads. Costs no memory beyond itself, whatever is fed.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/limits.h"

namespace tine::json {

enum class Fault : std::uint8_t {
  none,
  byte_order_mark,
  bad_utf8,
  nul_byte,
  lone_surrogate,
  too_deep,
  too_many_members,  ///< of the outermost object
  syntax,
  unfinished,  ///< the text ends inside a value
};

std::string_view describe(Fault fault);

/// A stretch of the scanned text.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// One member of the outermost object. The key's range excludes its quotes and is not unescaped.
struct Member {
  Range key;
  Range value;
};

class Scanner {
 public:
  /// Whether the members of the outermost object are noted: then there may not be more of them than
  /// limits::max_envelope_members.
  enum class Members : std::uint8_t { noted, overlooked };

  /// `max_depth` beyond the limit of the program counts as that limit.
  explicit Scanner(std::size_t max_depth = limits::max_json_depth, Members members = Members::noted)
      : max_depth_(std::min(max_depth, limits::max_json_depth)),
        notes_members_(members == Members::noted) {}

  /// Begins a new text.
  void reset();

  /// Takes the next bytes. False once the text is known to be bad; further bytes are then ignored.
  bool feed(std::string_view bytes);

  /// The text is over. False when it is not exactly one JSON value (or nothing but blanks: see
  /// blank()).
  bool finish();

  Fault fault() const { return fault_; }
  /// Where the fault is, in bytes from the start of the text.
  std::size_t fault_offset() const { return fault_offset_; }
  /// Nothing but white space was fed; true also after finish(), for which that is no value.
  bool blank() const {
    return state_ == State::value && depth_ == 0 &&
           (fault_ == Fault::none || fault_ == Fault::unfinished);
  }
  /// The whole value is an object: members() is meaningful after a good finish().
  bool is_object() const { return top_is_object_; }
  bool is_array() const { return top_is_array_; }
  /// In the order of the text, repeated names included. After a fault: those that were whole before
  /// it.
  std::span<const Member> members() const { return {members_.data(), member_count_}; }

 private:
  enum class State : std::uint8_t {
    // Between tokens.
    value,         // a value must come
    value_or_end,  // after '[': a value or ']'
    key_or_end,    // after '{': a key or '}'
    key,           // after ',' in an object
    colon,         // after a key
    comma_or_end,  // after a value inside a container
    done,          // after the outermost value
    // Inside a string.
    string,
    utf8,           // inside a multi-byte character
    escape,         // after a backslash
    hex,            // inside \uXXXX
    low_backslash,  // after a high surrogate: a backslash must come
    low_u,          // … then a u
    // Inside a number.
    number_minus,   // after '-'
    number_zero,    // after a leading 0
    number_int,     // inside the integer part
    number_dot,     // after '.'
    number_frac,    // inside the fraction
    number_e,       // after e
    number_e_sign,  // after e and a sign
    number_exp,     // inside the exponent
    // Inside what is neither.
    literal,          // true, false, null
    byte_order_mark,  // what may become one
  };

  // One piece of the text and where in the text it lies.
  struct Piece {
    const char* begin;
    const char* end;
    std::size_t offset;
    std::size_t at(const char* p) const { return offset + static_cast<std::size_t>(p - begin); }
  };

  // Each takes what it can from `p` on and gives the place of the next byte, or null after a fault.
  const char* scan_structure(const char* p, const Piece& piece);
  const char* scan_scalar(const char* p, const Piece& piece);
  const char* scan_string(const char* p, const Piece& piece);
  const char* scan_number(const char* p, const Piece& piece);
  const char* scan_literal(const char* p, const Piece& piece);
  const char* scan_byte_order_mark(const char* p, const Piece& piece);
  const char* open(const char* p, const Piece& piece);
  const char* close(const char* p, const Piece& piece);
  // One byte inside a string that the quick way does not take: a sequence that is cut or wrong.
  bool step_string(char c, std::size_t at);
  bool step_hex(char c, std::size_t at);

  static const char* number_end(const char* p, const char* end, State& state);
  bool begin_member(std::size_t at);
  void end_value(std::size_t end);
  bool fail(Fault fault, std::size_t at);
  const char* unexpected(char c, std::size_t at);

  std::size_t max_depth_;
  bool notes_members_;
  std::size_t offset_ = 0;  // bytes fed so far
  std::size_t fault_offset_ = 0;
  Fault fault_ = Fault::none;
  State state_ = State::value;

  std::size_t depth_ = 0;
  std::array<bool, limits::max_json_depth + 1> object_at_{};  // container kinds by depth
  bool in_object_ = false;                                    // that of the innermost one
  bool top_is_object_ = false;
  bool top_is_array_ = false;
  bool string_is_key_ = false;

  bool want_low_ = false;     // the \u escape must be a low surrogate
  std::uint8_t pending_ = 0;  // hex digits or continuation bytes still to come
  std::uint8_t utf8_min_ = 0;
  std::uint8_t utf8_max_ = 0;
  std::uint16_t code_unit_ = 0;
  std::string_view rest_;  // of a literal or a byte order mark

  std::size_t key_begin_ = 0;
  Range key_;
  std::size_t value_begin_ = 0;
  std::size_t member_count_ = 0;
  std::array<Member, limits::max_envelope_members> members_{};
};

inline void Scanner::end_value(std::size_t end) {
  if (depth_ == 0) {
    state_ = State::done;
    return;
  }
  state_ = State::comma_or_end;
  if (depth_ == 1 && top_is_object_ && notes_members_)
    members_[member_count_++] = Member{key_, Range{value_begin_, end}};
}

}  // namespace tine::json
