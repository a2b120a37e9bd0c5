#include "transport/terminal/replies.h"

#include "base/version.h"

namespace tine::transport {
namespace {

std::string report_mode(const Sequence& sequence, const Screen& screen) {
  const bool is_private = sequence.prefix == '?';
  const auto number = static_cast<std::uint16_t>(sequence.parameter(0, 0));
  const Mode mode{.is_private = is_private, .number = number};
  constexpr char unknown = '0';
  constexpr char set = '1';
  constexpr char reset = '2';
  char state = unknown;
  if (screen.modes().is_known(mode)) state = screen.modes().is_set(mode) ? set : reset;
  std::string out = is_private ? "\x1b[?" : "\x1b[";
  out.append(std::to_string(number)).append(";").append(1, state).append("$y");
  return out;
}

std::string report_place(std::string_view begin, const Screen& screen) {
  const Screen::Place at = screen.cursor();
  std::string out(begin);
  out.append(std::to_string(at.row + 1)).append(";").append(std::to_string(at.column + 1));
  return out.append("R");
}

std::string report_size(const Screen& screen) {
  const TerminalSize size = screen.size();
  std::string out = "\x1b[8;";
  out.append(std::to_string(size.rows)).append(";").append(std::to_string(size.columns));
  return out.append("t");
}

}  // namespace

std::string reply_to_csi(const Sequence& sequence, const Screen& screen) {
  const unsigned first = sequence.parameter(0, 0);
  if (sequence.is(0, "", 'n') && first == 5) return "\x1b[0n";
  if (sequence.is(0, "", 'n') && first == 6) return report_place("\x1b[", screen);
  if (sequence.is('?', "", 'n') && first == 6) return report_place("\x1b[?", screen);
  // A VT220 with colours.
  if (sequence.is(0, "", 'c') && first == 0) return "\x1b[?62;22c";
  if (sequence.is('>', "", 'c') && first == 0) return "\x1b[>1;0;0c";
  if (sequence.is('>', "", 'q') && first == 0)
    return "\x1bP>|tine(" + std::string(version()) + ")\x1b\\";
  if (sequence.is('?', "$", 'p') || sequence.is(0, "$", 'p')) return report_mode(sequence, screen);
  // No key is told in another way than ever.
  if (sequence.is('?', "", 'u')) return "\x1b[?0u";
  if (sequence.is(0, "", 't') && first == 18) return report_size(screen);
  return {};
}

std::string reply_to_osc(std::string_view text) {
  if (text == "10;?") return "\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\";
  if (text == "11;?") return "\x1b]11;rgb:0000/0000/0000\x1b\\";
  return {};
}

}  // namespace tine::transport
