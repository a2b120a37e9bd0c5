#pragma once
// One line of a transcript: {"v":1,"seq":N,"ts":"…","type":"…","data":{…},"crc":"8 hex digits"}.
// The checksum covers the raw bytes before its own member, so it is checked before anything is
// believed.
//
// Plain functions; docs/transcript.md is the description of the format.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/view.h"
#include "base/result.h"

namespace tine::session::store {

inline constexpr std::int64_t transcript_version = 1;

/// Appends a line, newline included. `data` is JSON, `time` as rfc3339() writes it.
void write_line(std::string& out, std::uint64_t seq, std::string_view time, std::string_view type,
                std::string_view data);

/// Appends the beginning of one, up to and with `data`, which may be the beginning of its data.
void begin_line(std::string& out, std::uint64_t seq, std::string_view time, std::string_view type,
                std::string_view data);

struct Line {
  std::uint64_t seq = 0;
  std::string_view time;
  std::string_view type;
  json::View data;
  std::shared_ptr<void> ahead;  ///< what a Reader::Look has made of it
};

/// Ends the JSON object that begins at `begin` of `out` and is whole but for its brace: adds the
/// checksum, the brace and a newline. `before` is the checksum of what stands before `begin`, when
/// the object begins elsewhere.
void end_line(std::string& out, std::size_t begin, std::uint32_t before = 0);

/// Whether the checksum at the end of `text` (a line without its newline) is that of the rest.
bool checksum_holds(std::string_view text);

/// The line, as views into `text`; none when it is damaged. A line of another version is an error
/// of kind `unsupported`, all else `damaged`.
Result<Line> read_line(std::string_view text);

}  // namespace tine::session::store
