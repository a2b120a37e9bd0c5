#include "session/record/long_text.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "base/crc32c.h"
#include "base/json/redact.h"
#include "session/limits.h"
#include "session/record/data.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::session {
namespace {

constexpr std::string_view marker_begin = "«redacted:";
/// Of a marker's kind, with room to spare.
constexpr std::size_t kind_bytes = 64;

/// Where the number of the marker ends that begins at `at`, and where it begins.
struct Number {
  std::size_t begin = 0;
  std::size_t end = 0;
};
Number number_of_marker(std::string_view text, std::size_t at) {
  const std::size_t kind = at + marker_begin.size();
  const std::size_t colon = text.substr(kind, kind_bytes).find(':');
  if (colon == std::string_view::npos) return {.begin = kind, .end = kind};
  const std::size_t begin = kind + colon + 1;
  const std::size_t end = text.find_first_not_of("0123456789", begin);
  return {.begin = begin, .end = std::min(end, text.size())};
}

}  // namespace

transport::Task<std::optional<std::string>> clean_content(transport::Loop& loop, Redactor& redactor,
                                                          std::vector<v1::ContentBlock>& blocks,
                                                          transport::CancelSource cancel) {
  std::string content;
  if (v1::bytes_of(blocks) > transport::limits::long_message) {
    const auto shared = std::make_shared<std::vector<v1::ContentBlock>>(std::move(blocks));
    std::function<std::string()> make = [shared] { return content_json(*shared); };
    content = co_await transport::made_beside(loop, std::move(make));
    blocks = std::move(*shared);
  } else {
    content = content_json(blocks);
  }
  json::Redaction redaction(content, redactor);
  while (redaction.read()) {
    if (cancel.cancelled()) co_return std::nullopt;
    co_await transport::yield(loop);
  }
  if (!redaction.has_found()) co_return content;
  co_return redaction.take();
}

transport::Task<std::uint32_t> content_checksum(transport::Loop& loop, const std::string& content) {
  std::uint32_t crc = 0;
  std::string_view rest = content;
  std::size_t since_yield = 0;
  while (!rest.empty()) {
    const std::string_view slice = rest.substr(0, limits::checked_slice + marker_begin.size());
    const std::size_t marker = slice.find(marker_begin);
    Number skipped{.begin = std::min(rest.size(), limits::checked_slice)};
    skipped.end = skipped.begin;
    if (marker < skipped.begin) skipped = number_of_marker(rest, marker);
    crc = crc32c(rest.substr(0, skipped.begin), crc);
    rest.remove_prefix(skipped.end);
    since_yield += skipped.end;
    if (since_yield >= limits::checked_slice) {
      since_yield = 0;
      co_await transport::yield(loop);
    }
  }
  co_return crc;
}

}  // namespace tine::session
