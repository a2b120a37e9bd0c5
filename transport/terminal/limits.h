#pragma once
// The limits of a terminal that is modelled, each with the rule at its edge.

#include <cstddef>
#include <cstdint>

namespace tine::transport::limits {

/// Columns, and rows, of a screen. A larger one counts as this; none as one.
inline constexpr std::uint16_t screen_side = 500;

/// Lines that have left the screen at its top. More: the oldest is forgotten.
inline constexpr std::size_t screen_history = 200;

/// Parameters of a control sequence. Further ones are left out.
inline constexpr std::size_t sequence_parameters = 32;
/// The greatest parameter. A greater one counts as this.
inline constexpr std::uint16_t sequence_parameter = 65535;
/// Intermediate characters of a sequence. One with more is passed over.
inline constexpr std::size_t sequence_intermediates = 2;
/// Bytes of a string within a sequence (OSC, DCS). A longer one is passed over.
inline constexpr std::size_t sequence_string = std::size_t{64} * 1024;

/// Bytes of answers that nobody has taken. What comes beyond is not answered.
inline constexpr std::size_t terminal_replies = std::size_t{4} * 1024;

}  // namespace tine::transport::limits
