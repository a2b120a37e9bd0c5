#pragma once
// Takes the characters that a program writes to its terminal apart into text and control sequences,
// by the state diagram of DEC's terminals as Paul Williams has drawn it (vt100.net/emu/dec_ansi_
// parser), with what xterm adds to it: BEL ends an OSC string, and what follows ":" in a
// parameter is left out. Characters outside of ASCII are text, and break a sequence off.
//
// A value; it keeps what has come of a sequence, within the limits of limits.h.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tine::transport {

/// ESC or CSI, and the introduction of a DCS string.
struct Sequence {
  char prefix = 0;                        ///< < = > or ?; 0: none
  std::vector<std::uint16_t> parameters;  ///< one that is left out is 0
  std::string intermediates;
  char final = 0;

  /// The parameter at `index`; `otherwise` when it is 0 or left out.
  unsigned parameter(std::size_t index, unsigned otherwise) const {
    const bool given = index < parameters.size() && parameters[index] != 0;
    return given ? parameters[index] : otherwise;
  }
  /// Whether it has this prefix, these intermediates and this final character.
  bool is(char with_prefix, std::string_view with_intermediates, char with_final) const {
    return prefix == with_prefix && intermediates == with_intermediates && final == with_final;
  }
};

class SequenceListener {
 public:
  virtual ~SequenceListener() = default;
  virtual void on_text(char32_t character) = 0;
  virtual void on_control(char32_t control) = 0;  ///< C0, or C1 that begins nothing
  virtual void on_escape(const Sequence& sequence) = 0;
  virtual void on_csi(const Sequence& sequence) = 0;
  virtual void on_osc(std::string_view text) = 0;
  virtual void on_dcs(const Sequence& sequence, std::string_view data) = 0;
};

class SequenceParser {
 public:
  void take(char32_t character, SequenceListener& listener);

 private:
  enum class State : std::uint8_t {
    ground,
    escape,
    escape_intermediate,
    csi_entry,
    csi_param,
    csi_intermediate,
    csi_ignore,
    dcs_entry,
    dcs_param,
    dcs_intermediate,
    dcs_passthrough,
    dcs_ignore,
    osc_string,
    sos_pm_apc_string,
  };

  bool take_anywhere(char32_t character, SequenceListener& listener);
  void take_in_escape(char32_t character, SequenceListener& listener);
  void take_in_csi(char32_t character, SequenceListener& listener);
  void take_in_dcs(char32_t character);
  void take_in_osc(char32_t character, SequenceListener& listener);
  void enter(State state);
  void end_string(SequenceListener& listener);
  void collect(char character, State next, State ignore);
  void add_to_parameters(char character);
  void put(char32_t character);

  State state_ = State::ground;
  Sequence sequence_;
  bool is_left_out_ = false;  // what comes of the parameter
  std::string string_;
  bool is_too_long_ = false;
};

}  // namespace tine::transport
