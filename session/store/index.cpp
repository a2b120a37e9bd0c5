#include "session/store/index.h"

#include <algorithm>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/json/writer.h"
#include "base/ulid.h"
#include "session/store/limits.h"

namespace tine::session::store {
namespace {

constexpr const char* file_name = "index";
constexpr const char* lock_name = "index.lock";

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
  json::Scanner scanner;
  if (!scanner.feed(line) || !scanner.finish() || !scanner.is_object()) return false;
  IndexEntry entry;
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
  // A name from outside must not become a path.
  if (!is_ulid(entry.id) || entry.folder.empty() || entry.folder.find('/') != std::string::npos)
    return false;
  if (entry.gone) {
    entries_.erase(entry.id);
  } else {
    const std::string id = entry.id;
    entries_.insert_or_assign(id, std::move(entry));
  }
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

Result<std::reference_wrapper<const std::map<std::string, IndexEntry>>> Index::entries() {
  if (auto done = catch_up(); !done) return fail(std::move(done.error()));
  return std::cref(entries_);
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
