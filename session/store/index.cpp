#include "session/store/index.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/ulid.h"
#include "session/store/limits.h"

namespace tine::session::store {
namespace {

constexpr const char* file_name = "index";
constexpr const char* lock_name = "index.lock";

constexpr std::string_view line_begin = R"({"id":")";

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
    const std::size_t end = rest_.find('"');
    // Behind a backslash it may be an escaped quote; the long way tells.
    if (end == std::string_view::npos || (end > 0 && rest_[end - 1] == '\\')) return false;
    const std::string_view inside = rest_.substr(0, end);
    if (inside.find('\\') != std::string_view::npos) {
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
  bool at_end() const { return rest_ == "}"; }

 private:
  std::string_view rest_;
};

bool read_own_line(std::string_view line, IndexEntry& entry) {
  LineParser parser(line);
  if (!parser.text(line_begin, entry.id) || !parser.text(R"(,"folder":")", entry.folder) ||
      !parser.text(R"(,"title":")", entry.title) || !parser.text(R"(,"parent":")", entry.parent) ||
      !parser.number(R"(,"updated":)", entry.updated_ms)) {
    return false;
  }
  entry.deleted = parser.skip(R"(,"deleted":true)");
  entry.prompted = !parser.skip(R"(,"prompted":false)");
  entry.gone = parser.skip(R"(,"gone":true)");
  return parser.at_end();
}

bool read_any_line(std::string_view line, IndexEntry& entry) {
  json::Scanner scanner;
  if (!scanner.feed(line) || !scanner.finish() || !scanner.is_object()) return false;
  entry = {};
  for (const auto& member : json::View(line).members()) {
    if (member.key.equals("id")) entry.id = member.value.string().value_or("");
    if (member.key.equals("folder")) entry.folder = member.value.string().value_or("");
    if (member.key.equals("title")) entry.title = member.value.string().value_or("");
    if (member.key.equals("parent")) entry.parent = member.value.string().value_or("");
    if (member.key.equals("updated")) entry.updated_ms = member.value.integer().value_or(0);
    if (member.key.equals("deleted")) entry.deleted = member.value.boolean().value_or(false);
    if (member.key.equals("prompted")) entry.prompted = member.value.boolean().value_or(true);
    if (member.key.equals("gone")) entry.gone = member.value.boolean().value_or(false);
  }
  return true;
}

std::optional<IndexEntry> entry_of_line(std::string_view line) {
  IndexEntry entry;
  if (!read_own_line(line, entry) && !read_any_line(line, entry)) return std::nullopt;
  // A name from outside must not become a path.
  const bool is_name = !entry.folder.empty() && entry.folder != "." && entry.folder != ".." &&
                       entry.folder.find('/') == std::string::npos;
  if (!is_ulid(entry.id) || !is_name) return std::nullopt;
  return entry;
}

/// The whole lines of a file, a slice at a time.
class FileLines {
 public:
  explicit FileLines(const File& file) : file_(file) {}

  Result<std::optional<std::string_view>> next() {
    std::size_t newline = buffer_.find('\n', begin_);
    while (newline == std::string::npos) {
      buffer_.erase(0, begin_);
      begin_ = 0;
      const std::size_t had = buffer_.size();
      buffer_.resize(had + limits::read_slice);
      const auto got = file_.read_at({buffer_.data() + had, limits::read_slice}, offset_);
      buffer_.resize(had + got.value_or(0));
      if (!got) return fail(got.error());
      if (*got == 0) return std::optional<std::string_view>();
      offset_ += static_cast<std::int64_t>(*got);
      newline = buffer_.find('\n', had);
    }
    const std::string_view line = std::string_view(buffer_).substr(begin_, newline - begin_);
    begin_ = newline + 1;
    return std::optional(line);
  }

 private:
  const File& file_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::int64_t offset_ = 0;
};

std::string as_line(const IndexEntry& entry) {
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
  return out.append("\n");
}

}  // namespace

bool Index::take(std::string_view line) {
  auto entry = entry_of_line(line);
  if (!entry) return false;
  if (entry->gone) {
    entries_.erase(entry->id);
    return true;
  }
  std::string id = entry->id;
  // Most come in the order of their ids.
  const auto next =
      entries_.empty() || entries_.rbegin()->first < id ? entries_.end() : entries_.lower_bound(id);
  entries_.insert_or_assign(next, std::move(id), std::move(*entry));
  return true;
}

Result<File> Index::lock() const {
  auto file = root_.open_file(lock_name, Files::Open::lock);
  if (!file) return file;
  if (auto locked = file->lock(); !locked) return fail(std::move(locked.error()));
  return file;
}

/// Reads what was appended. False: the file is missing or damaged.
Result<bool> Index::read_on() {
  const auto file = root_.open_file(file_name, Files::Open::read);
  if (!file) return false;
  const auto facts = file->facts();
  if (!facts) return fail(facts.error());
  if (facts->inode != inode_) {
    entries_.clear();
    tail_.clear();
    offset_ = 0;
    inode_ = facts->inode;
  }
  if (facts->bytes < offset_) return false;
  const std::int64_t left = std::max<std::int64_t>(facts->bytes - offset_, 0);
  std::string bytes(std::min(static_cast<std::size_t>(left), limits::read_slice), '\0');
  while (offset_ < facts->bytes) {
    const auto got = file->read_at(bytes, offset_);
    if (!got) return fail(got.error());
    if (*got == 0) break;
    offset_ += static_cast<std::int64_t>(*got);
    tail_.append(bytes, 0, *got);
    std::size_t begin = 0;
    for (std::size_t newline = 0; (newline = tail_.find('\n', begin)) != std::string::npos;
         begin = newline + 1) {
      if (!take(std::string_view(tail_).substr(begin, newline - begin))) return false;
    }
    tail_.erase(0, begin);
  }
  return true;
}

Result<void> Index::catch_up() {
  const auto whole = read_on();
  if (!whole) return fail(whole.error());
  if (*whole) return {};
  const auto lock = this->lock();
  if (!lock) return fail(lock.error());
  return catch_up_locked();
}

Result<void> Index::catch_up_locked() {
  // Another process may have made it anew meanwhile.
  inode_ = 0;
  const auto whole = read_on();
  if (!whole) return fail(whole.error());
  return *whole ? Result<void>() : rebuild();
}

Result<void> Index::rebuild() {
  auto walked = walk_();
  if (!walked) return fail(std::move(walked.error()));
  entries_.clear();
  tail_.clear();
  std::string text;
  for (IndexEntry& entry : *walked) {
    text += as_line(entry);
    const std::string id = entry.id;
    entries_.insert_or_assign(id, std::move(entry));
  }
  if (auto replaced = root_.replace(file_name, text, false); !replaced) return replaced;
  const auto file = root_.open_file(file_name, Files::Open::read);
  const auto facts = file ? file->facts() : Result<Files::Facts>(fail(file.error()));
  // What others append from now on is read by the next catch_up().
  inode_ = facts ? facts->inode : 0;
  offset_ = static_cast<std::int64_t>(text.size());
  return {};
}

Result<std::reference_wrapper<const Index::Entries>> Index::entries() {
  if (auto done = catch_up(); !done) return fail(std::move(done.error()));
  loaded_ = true;
  return std::cref(entries_);
}

Result<std::vector<IndexEntry>> Index::find(std::string_view prefix) {
  Entries found;
  const auto file = root_.open_file(file_name, Files::Open::read);
  if (loaded_ || !file) {
    const auto all = entries();
    if (!all) return fail(all.error());
    for (auto each = all->get().lower_bound(prefix);
         each != all->get().end() && each->first.starts_with(prefix); ++each) {
      found.insert(*each);
    }
  } else {
    const std::string wanted = std::string(line_begin).append(prefix);
    auto lines = FileLines(*file);
    for (;;) {
      const auto line = lines.next();
      if (!line) return fail(line.error());
      if (!*line) break;
      if (!(*line)->starts_with(wanted)) continue;
      auto entry = entry_of_line(**line);
      if (!entry) continue;
      const std::string id = entry->id;
      if (entry->gone) {
        found.erase(id);
      } else {
        found.insert_or_assign(id, std::move(*entry));
      }
    }
  }
  std::vector<IndexEntry> out;
  for (auto& [id, entry] : found) out.push_back(std::move(entry));
  return out;
}

Result<void> Index::put(const IndexEntry& entry) {
  const auto lock = this->lock();
  if (!lock) return fail(lock.error());
  // A file of this line alone would pass for the whole.
  if (!root_.has(file_name)) {
    if (auto made = catch_up_locked(); !made) return made;
  }
  auto file = root_.open_file(file_name, Files::Open::append);
  if (!file) return fail(std::move(file.error()));
  std::size_t written = 0;
  return file->append(as_line(entry), written);
}

}  // namespace tine::session::store
