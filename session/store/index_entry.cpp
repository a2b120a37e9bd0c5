#include "session/store/index_entry.h"

#include <charconv>

#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/ulid.h"
#include "session/store/line.h"

namespace tine::session::store {
namespace {

constexpr std::int64_t index_version = 2;

/// Reads the lines that this program writes, member by member in their order; a tenth of the time
/// that reading any JSON takes.
class LineParser {
 public:
  explicit LineParser(std::string_view line) : rest_(line) {}

  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool text(std::string_view name, std::string& out) {
    if (!skip(name)) return false;
    std::size_t end = 0;
    bool escaped = false;
    while (end < rest_.size() && rest_[end] != '"') {
      escaped = escaped || rest_[end] == '\\';
      end += rest_[end] == '\\' ? 2 : 1;
    }
    if (end >= rest_.size()) return false;
    const std::string_view inside = rest_.substr(0, end);
    out.clear();
    if (escaped) {
      json::unescape(inside, out);
    } else {
      out = inside;
    }
    rest_.remove_prefix(end + 1);
    return true;
  }
  bool number(std::string_view name, std::int64_t& out) {
    if (!skip(name)) return false;
    const auto [end, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    if (fault != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  bool at_checksum() const { return rest_.starts_with(R"(,"crc":")"); }

 private:
  std::string_view rest_;
};

/// Without the brace at its end, which the checksum comes before.
std::string finished(std::string object) {
  object.pop_back();
  end_line(object, 0);
  return object;
}

}  // namespace

std::string index_line(const IndexEntry& entry) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object()
      .member("id", std::string_view(entry.id))
      .member("folder", std::string_view(entry.folder))
      .member("title", std::string_view(entry.title))
      .member("parent", std::string_view(entry.parent))
      .member("updated", entry.updated_ms);
  if (entry.deleted) writer.member("deleted", true);
  if (!entry.prompted) writer.member("prompted", false);
  if (entry.gone) writer.member("gone", true);
  writer.end_object();
  return finished(std::move(out));
}

std::optional<IndexEntry> read_index_line(std::string_view line) {
  if (!checksum_holds(line)) return std::nullopt;
  IndexEntry entry;
  LineParser parser(line);
  if (!parser.text(index_line_begin, entry.id) || !parser.text(R"(,"folder":")", entry.folder) ||
      !parser.text(R"(,"title":")", entry.title) || !parser.text(R"(,"parent":")", entry.parent) ||
      !parser.number(R"(,"updated":)", entry.updated_ms)) {
    return std::nullopt;
  }
  entry.deleted = parser.skip(R"(,"deleted":true)");
  entry.prompted = !parser.skip(R"(,"prompted":false)");
  entry.gone = parser.skip(R"(,"gone":true)");
  if (!parser.at_checksum()) return std::nullopt;
  // A name from outside must not become a path.
  const bool is_name = !entry.folder.empty() && entry.folder != "." && entry.folder != ".." &&
                       entry.folder.find('/') == std::string::npos;
  if (!is_ulid(entry.id) || !is_name) return std::nullopt;
  return entry;
}

std::string index_header_line(const IndexHeader& header) {
  std::string out;
  json::Writer(out)
      .begin_object()
      .member("index", index_version)
      .member("name", std::string_view(header.name))
      .member("whole", header.whole)
      .end_object();
  return finished(std::move(out));
}

std::optional<IndexHeader> read_index_header(std::string_view line) {
  if (!checksum_holds(line)) return std::nullopt;
  IndexHeader header;
  std::int64_t version = 0;
  LineParser parser(line);
  if (!parser.number(R"({"index":)", version) || version != index_version ||
      !parser.text(R"(,"name":")", header.name) || !parser.skip(R"(,"whole":)")) {
    return std::nullopt;
  }
  header.whole = parser.skip("true");
  if (!header.whole && !parser.skip("false")) return std::nullopt;
  if (!parser.at_checksum()) return std::nullopt;
  return header;
}

}  // namespace tine::session::store
