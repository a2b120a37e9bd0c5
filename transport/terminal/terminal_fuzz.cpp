// What is shown, answered and told does not depend on where the output of a program is cut, the
// cursor stays on the screen, lines fit into it, and answers and lines that have left stay within
// their limits.
//
// The first byte chooses the sizes of the pieces, the second and third the size of the screen, the
// fourth a size that it is given in the middle; the rest is the output.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "transport/terminal/cell_width.h"
#include "transport/terminal/limits.h"
#include "transport/terminal/terminal.h"

namespace {

using namespace tine::transport;

void expect(bool good) {
  if (!good) std::abort();
}

struct Told {
  std::vector<std::string> lines;
  std::deque<std::string> history;
  std::string replies;
  std::string strings;
  Screen::Place cursor;

  bool operator==(const Told&) const = default;
};

std::size_t columns_of(const std::string& line) {
  std::size_t columns = 0;
  Utf8Decoder().feed(line, [&columns](char32_t character) {
    columns += static_cast<std::size_t>(cell_width(character));
  });
  return columns;
}

void check(const Screen& screen) {
  const std::vector<std::string> lines = screen.lines();
  expect(lines.size() == screen.size().rows);
  for (const std::string& each : lines) expect(columns_of(each) <= screen.size().columns);
  expect(screen.cursor().row < screen.size().rows);
  expect(screen.cursor().column < screen.size().columns);
  expect(screen.history().size() <= limits::screen_history);
}

Told play(std::string_view output, std::size_t piece, TerminalSize size, TerminalSize later) {
  Told told;
  Terminal terminal(size);
  terminal.on_osc([&told](std::string_view text) {
    expect(text.size() <= limits::sequence_string);
    told.strings.append(text).append("\n");
  });
  const auto feed = [&](std::string_view part) {
    for (; !part.empty(); part.remove_prefix(std::min(piece, part.size()))) {
      terminal.feed(part.substr(0, piece));
    }
    check(terminal.screen());
  };
  feed(output.substr(0, output.size() / 2));
  terminal.resize(later);
  feed(output.substr(output.size() / 2));
  told.lines = terminal.screen().lines();
  told.history = terminal.screen().history();
  told.cursor = terminal.screen().cursor();
  told.replies = terminal.take_replies();
  expect(told.replies.size() <= limits::terminal_replies);
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t head = 4;
  if (size < head) return 0;
  const std::string_view output(reinterpret_cast<const char*>(data) + head, size - head);  // NOLINT
  const TerminalSize first{.columns = data[1], .rows = data[2]};
  const TerminalSize later{.columns = data[3], .rows = static_cast<std::uint16_t>(data[3] / 3)};
  const Told whole = play(output, output.size() + 1, first, later);
  expect(whole == play(output, data[0] % 7U + 1, first, later));
  return 0;
}
