#include <algorithm>
#include <vector>

#include "base/json/bytes.h"
#include "protocol/v1/escaped_text.h"
#include "protocol/v1/limits.h"
#include "protocol/v1/update.h"

namespace tine::v1 {
namespace {

/// Room for the marker; a string that is longer than the cut by less than this is left alone.
constexpr std::size_t marker_room = 64;

/// The inside of a string value.
struct Text {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool base64 = false;
  std::size_t size() const { return end - begin; }
};

std::size_t string_end(std::string_view json, std::size_t at) {
  const char* const end = json.data() + json.size();
  const char* p = json.data() + at;
  for (;;) {
    p = json::find_quote_or_backslash(p, end);
    if (p == end || *p == '"') return static_cast<std::size_t>(p - json.data());
    p = end - p > 2 ? p + 2 : end;
  }
}

/// The string values longer than limits::min_cut, in order.
std::vector<Text> long_texts(std::string_view json) {
  std::vector<Text> found;
  std::string_view key;
  std::size_t at = 0;
  while ((at = json.find('"', at)) != std::string_view::npos) {
    const std::size_t begin = at + 1;
    const std::size_t end = string_end(json, begin);
    at = end + 1;
    const std::size_t next = json.find_first_not_of(" \t\r\n", at);
    if (next != std::string_view::npos && json[next] == ':') {
      key = json.substr(begin, end - begin);
    } else if (end - begin > limits::min_cut) {
      found.push_back({begin, end, key == "data" || key == "blob"});
    }
  }
  return found;
}

bool is_cut(const Text& text, std::size_t keep) { return text.size() > keep + marker_room; }

/// At most how long the whole is when each text keeps `keep` bytes.
std::size_t size_with(std::size_t whole, const std::vector<Text>& texts, std::size_t keep) {
  for (const Text& text : texts) {
    if (is_cut(text, keep)) whole -= text.size() - keep - marker_room;
  }
  return whole;
}

/// The largest number of bytes to keep of each text with which the whole fits.
std::size_t bytes_to_keep(std::size_t whole, const std::vector<Text>& texts, std::size_t limit) {
  std::size_t low = limits::min_cut;
  std::size_t high = low;
  for (const Text& text : texts) high = std::max(high, text.size());
  while (low < high) {
    const std::size_t middle = high - (high - low) / 2;
    if (size_with(whole, texts, middle) <= limit) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

std::string shrink(std::string_view payload, std::size_t limit) {
  if (payload.size() <= limit) return std::string(payload);
  const std::vector<Text> texts = long_texts(payload);
  const std::size_t keep = bytes_to_keep(payload.size(), texts, limit);
  std::string out;
  out.reserve(limit);
  std::size_t copied = 0;
  for (const Text& text : texts) {
    if (!is_cut(text, keep)) continue;
    out.append(payload.substr(copied, text.begin - copied));
    const std::string_view inside = payload.substr(text.begin, text.size());
    if (text.base64) {
      // Four characters stand for three bytes; a marker among them would make all of it unreadable.
      out.append(inside.substr(0, keep - keep % 4));
    } else {
      const std::size_t cut = cut_place(inside, keep);
      out.append(inside.substr(0, cut));
      out.append(" [… ").append(std::to_string(inside.size() - cut)).append(" bytes left out]");
    }
    copied = text.end;
  }
  out.append(payload.substr(copied));
  return out;
}

}  // namespace tine::v1
