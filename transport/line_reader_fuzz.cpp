// Lines and faults do not depend on where the stream is cut, each line is what the stream has
// between its newlines, good ones lie within the limit, and no bad one is kept beyond its start.
//
// The first byte chooses the limit of a line, the second the sizes of the pieces; the rest is the
// stream.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "transport/limits.h"
#include "transport/line_reader.h"

namespace {

using tine::json::Fault;
using tine::transport::LineReader;
namespace limits = tine::transport::limits;

void expect(bool good) {
  if (!good) std::abort();
}

struct Seen {
  std::string text;
  Fault fault = Fault::none;
  bool too_long = false;
  std::size_t fault_offset = 0;
  bool is_object = false;
  bool is_array = false;
  std::vector<std::string> members;
  std::string kept;
  bool operator==(const Seen&) const = default;
};

Seen copy(const LineReader::Line& line) {
  Seen seen;
  seen.text = line.text;
  seen.fault = line.fault;
  seen.too_long = line.too_long;
  seen.fault_offset = line.fault_offset;
  seen.is_object = line.is_object;
  seen.is_array = line.is_array;
  seen.kept = line.kept;
  for (const tine::json::Member& member : line.members) {
    expect(member.key.end < member.value.begin && member.value.end <= line.kept.size());
    for (const auto range : {member.key, member.value})
      seen.members.emplace_back(line.kept.substr(range.begin, range.end - range.begin));
  }
  return seen;
}

void check(const Seen& seen, std::size_t max_line) {
  const bool good = seen.fault == Fault::none && !seen.too_long;
  expect(good == !seen.text.empty());
  expect(seen.text.size() <= max_line);
  expect(seen.text.find('\n') == std::string::npos);
  if (good) {
    expect(seen.kept == seen.text);
  } else {
    expect(seen.kept.size() <= std::min(limits::kept_of_bad_line, max_line));
    expect(seen.too_long || seen.kept.size() <= seen.fault_offset);
  }
}

/// Cut the plain way: at each newline, less a carriage return before it, without what is blank.
std::vector<std::string_view> lines_of(std::string_view stream, std::size_t max_line) {
  std::vector<std::string_view> lines;
  while (!stream.empty()) {
    std::string_view line = stream.substr(0, stream.find('\n'));
    stream.remove_prefix(std::min(stream.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
    if (!blank || line.size() > max_line) lines.push_back(line);
  }
  return lines;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t max_line = data[0] < 128 ? data[0] + 1 : limits::max_line;
  const std::size_t piece = data[1] % 32 + std::size_t{1};
  const std::string stream(data + 2, data + size);
  const std::string_view view = stream;

  std::vector<Seen> whole;
  LineReader reader([&](const LineReader::Line& line) { whole.push_back(copy(line)); }, max_line);
  reader.feed(view);
  reader.finish();
  for (const Seen& seen : whole) check(seen, max_line);

  const std::vector<std::string_view> lines = lines_of(view, max_line);
  expect(lines.size() == whole.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    expect(whole[i].text.empty() || whole[i].text == lines[i]);
    expect(lines[i].starts_with(whole[i].kept));
    expect(whole[i].fault != Fault::none || whole[i].too_long == (lines[i].size() > max_line));
  }

  std::vector<Seen> pieces;
  LineReader cut([&](const LineReader::Line& line) { pieces.push_back(copy(line)); }, max_line);
  for (std::size_t at = 0; at < view.size(); at += piece) {
    cut.feed(view.substr(at, piece));
    expect(cut.held() <= std::max<std::size_t>(2 * max_line, limits::kept_of_bad_line));
  }
  cut.finish();
  expect(whole == pieces);
  return 0;
}
