#include "session/purge.h"

#include <algorithm>

#include "session/store/reader.h"

namespace tine::session {
namespace {

/// The last record that a fork of the session reads.
transport::Task<Result<std::uint64_t>> last_needed(store::Store& store, std::string id) {
  const auto forks = co_await store.forks_of(id);
  if (!forks) co_return fail(forks.error());
  std::uint64_t last = 0;
  for (const std::string& fork : *forks) {
    const auto entry = store.find_any(fork);
    if (!entry && entry.error().kind == ErrorKind::session_not_found) continue;
    const auto state = entry ? store.read_state(*entry) : Result<store::State>(fail(entry.error()));
    // What cannot be known must not be lost.
    if (!state) co_return fail(state.error());
    last = std::max(last, state->fork_seq);
  }
  co_return last;
}

/// Where the line behind the record of that number begins, or the file ends.
transport::Task<Result<std::int64_t>> end_of(transport::Loop& loop, const store::Folder& session,
                                             std::uint64_t seq) {
  auto reader = store::Reader::open(session, store::Damage::report);
  if (!reader) co_return fail(std::move(reader.error()));
  std::int64_t end = 0;
  for (;;) {
    if (reader->needs_disk()) co_await transport::yield(loop);
    const auto line = reader->next();
    if (!line) co_return fail(line.error());
    // The first line is the header, which says who the session is.
    if (!*line || (end > 0 && (*line)->seq > seq)) co_return end;
    end = reader->end_offset();
  }
}

Result<void> remove_leftovers(const store::Folder& session) {
  if (auto removed = session.remove_folder("output"); !removed) return removed;
  const auto names = session.names();
  if (!names) return fail(names.error());
  for (const std::string& name : *names) {
    const bool is_aside = name.starts_with(std::string(store::transcript_name) + ".torn-") ||
                          name == "state.toml.damaged";
    if (!is_aside) continue;
    if (auto removed = session.remove_file(name); !removed) return removed;
  }
  return {};
}

}  // namespace

transport::Task<Result<void>> purge(transport::Loop& loop, store::Store& store, Archive& archive,
                                    store::IndexEntry entry, const store::Lock& /*held*/) {
  const auto needed = co_await last_needed(store, entry.id);
  if (!needed) co_return fail(needed.error());
  const auto folder = store.open(entry);
  if (!folder) co_return fail(folder.error());
  const auto end = co_await end_of(loop, *folder, *needed);
  if (!end) co_return fail(end.error());
  auto transcript = folder->open_file(store::transcript_name, store::Files::Open::append);
  if (!transcript) co_return fail(std::move(transcript.error()));
  if (auto cut = transcript->truncate(*end); !cut) co_return cut;
  if (auto removed = remove_leftovers(*folder); !removed) co_return removed;

  auto account = co_await archive.read_whole(entry);
  if (!account) co_return fail(std::move(account.error()));
  account->state.deleted = true;
  account->state.status = store::Status::retired;
  account->state.description.clear();
  co_return store.write_state(account->state);
}

}  // namespace tine::session
