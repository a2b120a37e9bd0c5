#include "transport/terminal/terminal.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "transport/terminal/limits.h"

using namespace tine::transport;

namespace {

/// All that can be told of a terminal.
struct Told {
  std::vector<std::string> lines;
  std::vector<std::string> history;
  Screen::Place cursor;
  std::string replies;
  std::vector<std::string> strings;

  bool operator==(const Told&) const = default;
};

Told told(const std::vector<std::string_view>& pieces, TerminalSize size) {
  Told out;
  Terminal terminal(size);
  terminal.on_osc([&out](std::string_view text) { out.strings.emplace_back(text); });
  for (const std::string_view each : pieces) terminal.feed(each);
  out.lines = terminal.screen().lines();
  const auto& history = terminal.screen().history();
  out.history.assign(history.begin(), history.end());
  out.cursor = terminal.screen().cursor();
  out.replies = terminal.take_replies();
  return out;
}

Told told(std::string_view bytes, TerminalSize size = {.columns = 10, .rows = 4}) {
  return told(std::vector<std::string_view>{bytes}, size);
}

std::string shown(std::string_view bytes) {
  std::string all;
  for (const std::string& each : told(bytes).lines) all += each + "|";
  return all;
}

std::string recording(const std::string& name) {
  std::ifstream file("tests/corpus/terminal/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool shows(const Told& all, std::string_view text) {
  const auto holds = [text](const std::string& line) {
    return line.find(text) != std::string::npos;
  };
  return std::any_of(all.lines.begin(), all.lines.end(), holds) ||
         std::any_of(all.history.begin(), all.history.end(), holds);
}

constexpr TerminalSize of_recordings{.columns = 120, .rows = 40};

}  // namespace

TEST_CASE("terminal: text, returns, tabs and lines that wrap") {
  CHECK(shown("one\r\ntwo") == "one|two|||");
  CHECK(shown("abcdefghijk") == "abcdefghij|k|||");
  // The last column is left only with the next character.
  CHECK(shown("abcdefghij\rX") == "Xbcdefghij||||");
  CHECK(shown("\x1b[?7labcdefghijk") == "abcdefghik||||");
  CHECK(shown("a\tb\b\bc") == "a      cb||||");
  CHECK(shown("1\n2\n3\n4\n5") == " 2|  3|   4|    5|");
  CHECK(told("1\r\n2\r\n3\r\n4\r\n5").history == std::vector<std::string>{"1"});
}

TEST_CASE("terminal: the cursor moves within the screen") {
  CHECK(told("\x1b[3;5H").cursor == Screen::Place{2, 4});
  CHECK(told("\x1b[99;99H").cursor == Screen::Place{3, 9});
  CHECK(told("\x1b[2;2H\x1b[9A\x1b[9D").cursor == Screen::Place{0, 0});
  CHECK(told("\x1b[9B\x1b[9C").cursor == Screen::Place{3, 9});
  CHECK(told("\x1b[3d\x1b[4G").cursor == Screen::Place{2, 3});
  CHECK(told("\x1b[3;5H\x1b"
             "7\x1b[H\x1b"
             "8")
            .cursor == Screen::Place{2, 4});
  CHECK(told("\x1b[9G\x1b[Z").cursor == Screen::Place{0, 0});
  CHECK(told("\x1b[10G\x1b[Z").cursor == Screen::Place{0, 8});
  CHECK(told("\x1b[2E").cursor == Screen::Place{2, 0});
  CHECK(told("\x1b[4;4H\x1b[2F").cursor == Screen::Place{1, 0});
}

TEST_CASE("terminal: erasing and shifting") {
  const std::string full = "abcdefghij\r\nklm\r\nno\x1b[1;4H";
  CHECK(shown(full + "\x1b[K") == "abc|klm|no||");
  CHECK(shown(full + "\x1b[1K") == "    efghij|klm|no||");
  CHECK(shown(full + "\x1b[2K") == "|klm|no||");
  CHECK(shown(full + "\x1b[J") == "abc||||");
  CHECK(shown(full + "\x1b[2;2H\x1b[1J") == "|  m|no||");
  CHECK(shown(full + "\x1b[2J") == "||||");
  CHECK(shown(full + "\x1b[2X") == "abc  fghij|klm|no||");
  CHECK(shown(full + "\x1b[2P") == "abcfghij|klm|no||");
  CHECK(shown(full + "\x1b[2@") == "abc  defgh|klm|no||");
  CHECK(shown(full + "\x1b[4hX") == "abcXdefghi|klm|no||");
  CHECK(shown(full + "\x1b[L") == "|abcdefghij|klm|no|");
  CHECK(shown(full + "\x1b[M") == "klm|no|||");
  CHECK(shown("x\x1b[3b") == "xxxx||||");
}

TEST_CASE("terminal: a region scrolls by itself") {
  const std::string lines = "1\r\n2\r\n3\r\n4";
  CHECK(shown(lines + "\x1b[2;3r\x1b[3;1H\n5") == "1|3|5|4|");
  CHECK(shown(lines + "\x1b[2;3r\x1b[2;1H\x1bMx") == "1|x|2|4|");
  CHECK(shown(lines + "\x1b[S") == "2|3|4||");
  CHECK(shown(lines + "\x1b[T") == "|1|2|3|");
  CHECK(told(lines + "\x1b[2;3r\x1b[?6h\x1b[2;1H").cursor == Screen::Place{1, 0});
  CHECK(told(lines + "\x1b[3;2r").cursor == Screen::Place{3, 1});
  CHECK(told(lines + "\x1b[2;4r\x1b[4;1H\n").history.empty());
}

TEST_CASE("terminal: the second screen leaves the first as it is") {
  CHECK(shown("one\x1b[?1049htwo") == "   two||||");
  CHECK(shown("one\x1b[?1049htwo\x1b[?1049l!") == "one!||||");
  CHECK(told("\x1b[?1049h1\n2\n3\n4\n5").history.empty());
  CHECK(shown("one\x1b[?1049h\x1b[Htwo\x1b[?1049l\x1b[?47h") == "two||||");
  CHECK(shown("one\x1b"
              "c") == "||||");
}

TEST_CASE("terminal: half of a wide character is never left") {
  CHECK(shown("a\u4e16b") == "a\u4e16b||||");
  CHECK(told("a\u4e16b").cursor == Screen::Place{0, 4});
  CHECK(shown("a\u4e16b\x1b[1;2Hx") == "ax b||||");
  CHECK(shown("a\u4e16b\x1b[1;3Hx") == "a xb||||");
  CHECK(shown("a\u4e16b\x1b[1;3H\x1b[P") == "a b||||");
  CHECK(shown("123456789\u4e16") == "123456789|\u4e16|||");
  CHECK(shown("\u4e16\u4e16\x1b[1;2H\u754c") == " \u754c||||");
  CHECK(shown("12345678\u4e16\x1b[1;1H\x1b[@") == " 12345678||||");
  CHECK(shown("e\u0301x") == "ex||||");
}

TEST_CASE("terminal: a new size cuts off, and gives room") {
  Terminal terminal({.columns = 10, .rows = 4});
  terminal.feed("abcdefgh\u4e16\x1b[4;10Hz");
  terminal.resize({.columns = 9, .rows = 2});
  CHECK(terminal.screen().lines() == std::vector<std::string>{"abcdefgh", ""});
  CHECK(terminal.screen().cursor() == Screen::Place{1, 8});
  terminal.resize({.columns = 0, .rows = 0});
  CHECK(terminal.screen().size() == TerminalSize{.columns = 1, .rows = 1});
  terminal.feed("\u4e16x\r\n");
  terminal.resize({.columns = 65535, .rows = 65535});
  CHECK(terminal.screen().size() ==
        TerminalSize{.columns = limits::screen_side, .rows = limits::screen_side});
}

TEST_CASE("terminal: what a program asks is answered") {
  const auto replies = [](std::string_view bytes) { return told(bytes).replies; };
  CHECK(replies("\x1b[5n") == "\x1b[0n");
  CHECK(replies("ab\x1b[6n") == "\x1b[1;3R");
  CHECK(replies("ab\x1b[?6n") == "\x1b[?1;3R");
  CHECK(replies("\x1b[c") == "\x1b[?62;22c");
  CHECK(replies("\x1b[0c") == "\x1b[?62;22c");
  CHECK(replies("\x1b[>c") == "\x1b[>1;0;0c");
  CHECK(replies("\x1b[>0q").starts_with("\x1bP>|tine("));
  CHECK(replies("\x1b[?2026$p") == "\x1b[?2026;2$y");
  CHECK(replies("\x1b[?2026h\x1b[?2026$p") == "\x1b[?2026;1$y");
  CHECK(replies("\x1b[?7777$p") == "\x1b[?7777;0$y");
  CHECK(replies("\x1b[4$p") == "\x1b[4;2$y");
  CHECK(replies("\x1b[?u") == "\x1b[?0u");
  CHECK(replies("\x1b[18t") == "\x1b[8;4;10t");
  CHECK(replies("\x1b]10;?\a") == "\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\");
  CHECK(replies("\x1b]11;?\x1b\\") == "\x1b]11;rgb:0000/0000/0000\x1b\\");
  CHECK(replies("\x1b[16t\x1b]7501;?\a\x1b_Gi=31,a=q\x1b\\").empty());
}

TEST_CASE("terminal: answers that nobody takes come to an end") {
  std::string questions;
  const std::string answer = "\x1b[0n";
  const std::size_t most = limits::terminal_replies / answer.size();
  for (std::size_t i = 0; i < most + 1; ++i) questions += "\x1b[5n";
  CHECK(told(questions).replies.size() == most * answer.size());
}

TEST_CASE("terminal: strings are told, as they come and not when they are broken off") {
  const auto strings = [](std::string_view bytes) { return told(bytes).strings; };
  using Strings = std::vector<std::string>;
  CHECK(strings("\x1b]0;a title\a") == Strings{"0;a title"});
  CHECK(strings("\x1b]7501;state=done\x1b\\x") == Strings{"7501;state=done"});
  CHECK(strings("\x1b]0;\u2801 \u4e16\a") == Strings{"0;\u2801 \u4e16"});
  CHECK(strings("\x1b]0;a\x18").empty());
  CHECK(strings("\x1b]0;a").empty());
  CHECK(strings("\x1b]" + std::string(limits::sequence_string, 'x') + "\a").size() == 1);
  CHECK(strings("\x1b]" + std::string(limits::sequence_string + 1, 'x') + "\a").empty());
  CHECK(shown("\x1b]0;a\atext\x1bPq#1\x1b\\ \x1b^hidden\x1b\\too") == "text too||||");
}

TEST_CASE("terminal: what is malformed does no harm") {
  CHECK(shown("a\xff\xc3(b") == "a\ufffd\ufffd(b||||");
  CHECK(shown("\x1b[<5;1;1Mx") == "x||||");
  CHECK(shown("\x1b[1;2<5Hx") == "x||||");
  CHECK(shown("\x1b[2\x18Hx") == "Hx||||");
  CHECK(shown("\x1b[38:2::1:2:3mx") == "x||||");
  CHECK(shown("\x1b[1 ! \" p\x1b(Bx\x1b#8y") == "xy||||");
  CHECK(shown("\x1b[2\u00e9x") == "\u00e9x||||");
  CHECK(shown("\x1b[99999999999999999999Cx") == "         x||||");
  std::string many = "\x1b[";
  for (std::size_t i = 0; i < 2 * limits::sequence_parameters; ++i) many += "9;";
  CHECK(shown(many + "mx") == "x||||");
}

TEST_CASE("terminal: recorded sessions end with what was to be seen, wherever they are cut") {
  struct Session {
    const char* name;
    const char* text;
    const char* string;
  };
  const Session session = GENERATE(Session{"codex-fork", "Thread forked from", "7501;state=clear"},
                                   Session{"claude-fork", "Session renamed to", "0;"},
                                   Session{"codex-trust", "Trust this folder?", "10;?"},
                                   Session{"claude-trust", "Yes, I trust this folder", "7501;?"});
  const std::string bytes = recording(session.name);
  const Told whole = told(bytes, of_recordings);
  CHECK(std::find(whole.strings.begin(), whole.strings.end(), session.string) !=
        whole.strings.end());
  // A screen that was left again shows it no more: look at it as it was before.
  bool seen = false;
  std::vector<std::string_view> single;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    single.push_back(std::string_view(bytes).substr(i, 1));
  CHECK(told(single, of_recordings) == whole);
  for (std::size_t cut = 0; cut <= bytes.size(); cut += 97) {
    const std::string_view all(bytes);
    seen = seen || shows(told(all.substr(0, cut), of_recordings), session.text);
    CHECK(told({all.substr(0, cut), all.substr(cut)}, of_recordings) == whole);
  }
  CHECK(seen);
}
