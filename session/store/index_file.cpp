#include "session/store/index_file.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "session/store/limits.h"

namespace tine::session::store {
namespace {

constexpr const char* lock_name = "index.lock";
/// Notes have one length, so that a new one covers the old one.
constexpr std::size_t note_bytes = 80;

/// No two files have the same: a process writes no two in one nanosecond.
std::string new_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::nanoseconds(now).count()) + "-" + std::to_string(::getpid());
}

/// The file of a new index. Its note is written first: a reader in between sees that the two do not
/// agree, and that the lock is held.
struct NewIndex {
  NewIndex(bool whole, std::string_view lines)
      : header({.name = new_name(), .whole = whole}),
        text(index_header_line(header).append(lines)) {}
  IndexLock::Note note() const {
    return {.name = header.name, .bytes = static_cast<std::int64_t>(text.size())};
  }
  IndexHeader header;
  std::string text;
};

std::optional<IndexLock::Note> read_note(const File& file) {
  std::array<char, note_bytes> room{};
  const auto got = file.read_at(room, 0);
  if (!got || *got != note_bytes || room.back() != '\n') return std::nullopt;
  const std::string_view text(room.data(), room.size());
  IndexLock::Note note;
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  note.name = text.substr(0, space);
  const auto [end, fault] =
      std::from_chars(text.data() + space + 1, text.data() + text.size(), note.bytes);
  if (fault != std::errc() || (*end != ' ' && *end != '\n')) return std::nullopt;
  return note;
}

}  // namespace

Result<std::optional<IndexLock>> IndexLock::take(const Folder& root) {
  auto file = root.open_file(lock_name, Files::Open::lock);
  if (!file) return fail(std::move(file.error()));
  const auto taken = file->try_lock();
  if (!taken) return fail(taken.error());
  if (!*taken) return std::optional<IndexLock>();
  return std::optional<IndexLock>(IndexLock(std::move(*file)));
}

std::optional<IndexLock::Note> IndexLock::note(const Folder& root) {
  const auto file = root.open_file(lock_name, Files::Open::read);
  return file ? read_note(*file) : std::nullopt;
}

Result<void> IndexLock::write_note(const Note& note) {
  std::string text = note.name + " " + std::to_string(note.bytes);
  text.resize(note_bytes - 1, ' ');
  text += '\n';
  return file_.write_at_begin(text);
}

Result<std::optional<OpenIndex>> OpenIndex::open(const Folder& root) {
  const auto there = root.contains(index_name);
  if (!there) return fail(there.error());
  auto file = root.open_file(index_name, Files::Open::read);
  if (!file && file.error().retryable) return fail(std::move(file.error()));
  // Anything else in its place is as good as damage: a new one takes it.
  if (!file) return std::optional<OpenIndex>();
  const auto facts = file->facts();
  if (!facts) return fail(facts.error());
  if (!facts->regular || facts->bytes > limits::index_file) return std::optional<OpenIndex>();
  std::array<char, 256> room{};
  const auto got = file->read_at(room, 0);
  if (!got) return fail(got.error());
  const std::string_view begin(room.data(), *got);
  const std::size_t newline = begin.find('\n');
  if (newline == std::string_view::npos) return std::optional<OpenIndex>();
  auto header = read_index_header(begin.substr(0, newline));
  if (!header) return std::optional<OpenIndex>();
  return std::optional<OpenIndex>(OpenIndex{.file = std::move(*file),
                                            .header = std::move(*header),
                                            .bytes = facts->bytes,
                                            .first_line = static_cast<std::int64_t>(newline) + 1});
}

bool agrees(const OpenIndex& index, const std::optional<IndexLock::Note>& note) {
  // A process that was lost behind its last line had no time to note it.
  return note && note->name == index.header.name && note->bytes <= index.bytes;
}

Result<bool> add_to_index(const Folder& root, std::string_view lines) {
  auto lock = IndexLock::take(root);
  if (!lock) return fail(std::move(lock.error()));
  if (!*lock) return false;
  if (auto added = add_to_index(root, **lock, lines); !added) return fail(std::move(added.error()));
  return true;
}

Result<void> add_to_index(const Folder& root, IndexLock& lock, std::string_view lines) {
  const auto index = OpenIndex::open(root);
  if (!index) return fail(index.error());
  if (!*index || !agrees(**index, IndexLock::note(root))) return {};
  auto file = root.open_file(index_name, Files::Open::append);
  if (!file) return fail(std::move(file.error()));
  std::size_t written = 0;
  if (auto added = file->append(lines, written); !added) {
    if (auto cut = file->truncate((*index)->bytes); !cut) added.error().message += "; not undone";
    return added;
  }
  return lock.write_note({.name = (*index)->header.name,
                          .bytes = (*index)->bytes + static_cast<std::int64_t>(written)});
}

Result<IndexHeader> begin_index_anew(const Folder& root, IndexLock& lock) {
  const NewIndex index(false, {});
  if (auto noted = lock.write_note(index.note()); !noted) return fail(std::move(noted.error()));
  if (auto replaced = root.replace(index_name, index.text, false); !replaced)
    return fail(std::move(replaced.error()));
  return index.header;
}

Result<std::optional<IndexHeader>> renew_index(const Folder& root, IndexLock& lock,
                                               std::string_view lines) {
  const NewIndex index(true, lines);
  if (auto noted = lock.write_note(index.note()); !noted) return fail(std::move(noted.error()));
  const auto replaced = root.replace_if_there(index_name, index.text);
  if (!replaced) return fail(replaced.error());
  if (!*replaced) return std::optional<IndexHeader>();
  return std::optional<IndexHeader>(index.header);
}

void begin_index(const Folder& root) {
  const auto is_new = [&root] {
    const auto names = root.names();
    return names && std::none_of(names->begin(), names->end(), [&root](const auto& name) {
             return root.has(name + "/sessions");
           });
  };
  // With a session in it the first reader makes the index.
  if (!is_new()) return;
  auto lock = IndexLock::take(root);
  if (!lock || !*lock || root.has(index_name)) return;
  // Without it the first reader makes the index.
  const NewIndex index(true, {});
  if (!(*lock)->write_note(index.note()) || !root.replace(index_name, index.text, false)) return;
  // Whoever began a session meanwhile could not add it.
  if (!is_new()) [[maybe_unused]]
    const auto ignored = root.remove_file(index_name);
}

}  // namespace tine::session::store
