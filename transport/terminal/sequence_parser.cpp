#include "transport/terminal/sequence_parser.h"

#include <algorithm>

#include "transport/terminal/limits.h"
#include "transport/terminal/utf8_decoder.h"

namespace tine::transport {
namespace {

constexpr char32_t bel = 0x07;
constexpr char32_t cancel = 0x18;
constexpr char32_t substitute = 0x1A;
constexpr char32_t escape_character = 0x1B;
constexpr char32_t del = 0x7F;
constexpr char32_t first_beyond_controls = 0xA0;

bool is_c0(char32_t c) { return c < 0x20; }
bool is_c1(char32_t c) { return c >= 0x80 && c < first_beyond_controls; }
bool is_intermediate(char32_t c) { return c >= 0x20 && c <= 0x2F; }
bool is_parameter(char32_t c) { return c >= 0x30 && c <= 0x3B; }
bool is_prefix(char32_t c) { return c >= 0x3C && c <= 0x3F; }
bool is_final(char32_t c) { return c >= 0x40 && c <= 0x7E; }

}  // namespace

void SequenceParser::enter(State state) {
  state_ = state;
  const bool begins = state == State::escape || state == State::csi_entry ||
                      state == State::dcs_entry || state == State::osc_string;
  if (!begins) return;
  sequence_ = Sequence();
  is_left_out_ = false;
  string_.clear();
  is_too_long_ = false;
}

void SequenceParser::end_string(SequenceListener& listener) {
  if (is_too_long_) return;
  if (state_ == State::osc_string) listener.on_osc(string_);
  if (state_ == State::dcs_passthrough) listener.on_dcs(sequence_, string_);
}

/// What has the same meaning in every state; false when it is none of that.
bool SequenceParser::take_anywhere(char32_t character, SequenceListener& listener) {
  if (character == cancel || character == substitute) {
    // A string that is broken off is not heard of.
    enter(State::ground);
    listener.on_control(character);
    return true;
  }
  if (character != escape_character && !is_c1(character)) return false;
  end_string(listener);
  switch (character) {
    case escape_character:
      enter(State::escape);
      break;
    case 0x90:
      enter(State::dcs_entry);
      break;
    case 0x98:
    case 0x9E:
    case 0x9F:
      enter(State::sos_pm_apc_string);
      break;
    case 0x9B:
      enter(State::csi_entry);
      break;
    case 0x9C:
      enter(State::ground);
      break;
    case 0x9D:
      enter(State::osc_string);
      break;
    default:
      enter(State::ground);
      listener.on_control(character);
  }
  return true;
}

void SequenceParser::take(char32_t character, SequenceListener& listener) {
  if (take_anywhere(character, listener)) return;
  switch (state_) {
    case State::osc_string:
      return take_in_osc(character, listener);
    case State::dcs_passthrough:
      if (character != del) put(character);
      return;
    case State::dcs_ignore:
    case State::sos_pm_apc_string:
      return;
    case State::dcs_entry:
    case State::dcs_param:
    case State::dcs_intermediate:
      return take_in_dcs(character);
    default:
      break;
  }
  if (is_c0(character)) return listener.on_control(character);
  if (state_ == State::ground || character >= first_beyond_controls) {
    enter(State::ground);
    if (character != del) listener.on_text(character);
  } else if (character == del) {
    return;
  } else if (state_ == State::escape || state_ == State::escape_intermediate) {
    take_in_escape(character, listener);
  } else {
    take_in_csi(character, listener);
  }
}

void SequenceParser::take_in_escape(char32_t character, SequenceListener& listener) {
  const auto c = static_cast<char>(character);
  if (is_intermediate(character)) {
    // Whatever it has of them, it ends as any other.
    if (sequence_.intermediates.size() <= limits::sequence_intermediates)
      sequence_.intermediates += c;
    enter(State::escape_intermediate);
    return;
  }
  if (state_ == State::escape) {
    if (c == '[') return enter(State::csi_entry);
    if (c == ']') return enter(State::osc_string);
    if (c == 'P') return enter(State::dcs_entry);
    if (c == 'X' || c == '^' || c == '_') return enter(State::sos_pm_apc_string);
  }
  sequence_.final = c;
  enter(State::ground);
  if (sequence_.intermediates.size() <= limits::sequence_intermediates)
    listener.on_escape(sequence_);
}

void SequenceParser::take_in_csi(char32_t character, SequenceListener& listener) {
  const auto c = static_cast<char>(character);
  if (is_final(character)) {
    const bool is_heard = state_ != State::csi_ignore;
    sequence_.final = c;
    enter(State::ground);
    if (is_heard) listener.on_csi(sequence_);
  } else if (state_ == State::csi_ignore) {
    return;
  } else if (is_intermediate(character)) {
    collect(c, State::csi_intermediate, State::csi_ignore);
  } else if (state_ == State::csi_intermediate) {
    enter(State::csi_ignore);
  } else if (is_prefix(character)) {
    const bool comes_first = state_ == State::csi_entry;
    sequence_.prefix = c;
    enter(comes_first ? State::csi_param : State::csi_ignore);
  } else {
    add_to_parameters(c);
    enter(State::csi_param);
  }
}

void SequenceParser::take_in_dcs(char32_t character) {
  if (is_c0(character) || character == del) return;
  const auto c = static_cast<char>(character);
  if (is_final(character)) {
    sequence_.final = c;
    enter(State::dcs_passthrough);
  } else if (is_intermediate(character)) {
    collect(c, State::dcs_intermediate, State::dcs_ignore);
  } else if (is_parameter(character) && state_ != State::dcs_intermediate) {
    add_to_parameters(c);
    enter(State::dcs_param);
  } else if (is_prefix(character) && state_ == State::dcs_entry) {
    sequence_.prefix = c;
    enter(State::dcs_param);
  } else {
    enter(State::dcs_ignore);
  }
}

void SequenceParser::take_in_osc(char32_t character, SequenceListener& listener) {
  if (character == bel) {
    end_string(listener);
    enter(State::ground);
  } else if (!is_c0(character)) {
    put(character);
  }
}

void SequenceParser::collect(char character, State next, State ignore) {
  const bool is_full = sequence_.intermediates.size() == limits::sequence_intermediates;
  if (!is_full) sequence_.intermediates += character;
  enter(is_full ? ignore : next);
}

void SequenceParser::add_to_parameters(char character) {
  std::vector<std::uint16_t>& all = sequence_.parameters;
  if (all.empty()) all.push_back(0);
  if (character == ';') {
    is_left_out_ = all.size() == limits::sequence_parameters;
    if (!is_left_out_) all.push_back(0);
  } else if (character == ':') {
    is_left_out_ = true;
  } else if (!is_left_out_) {
    const unsigned grown = all.back() * 10U + static_cast<unsigned>(character - '0');
    all.back() = static_cast<std::uint16_t>(std::min<unsigned>(grown, limits::sequence_parameter));
  }
}

void SequenceParser::put(char32_t character) {
  if (is_too_long_) return;
  append_utf8(character, string_);
  if (string_.size() <= limits::sequence_string) return;
  is_too_long_ = true;
  string_.clear();
  string_.shrink_to_fit();
}

}  // namespace tine::transport
