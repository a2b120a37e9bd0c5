#include "session/search/keeper.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "session/store/index.h"
#include "session/store/index_lines.h"
#include "session/store/lock.h"
#include "session/store/reader.h"
#include "session/store/sessions.h"

namespace tine::session::search {
namespace {

/// What the index knows of a session.
struct Known {
  std::int64_t number = 0;
  std::int64_t folder = 0;
  std::int64_t bytes = 0;
  std::int64_t turn = 0;
  std::int64_t updated = 0;
  std::string title;
  bool open = false;
};

constexpr std::string_view known_columns = "number, folder, bytes, turn, updated, title, open";

Known known_in(const Statement& row) {
  return {.number = row.number(0),
          .folder = row.number(1),
          .bytes = row.number(2),
          .turn = row.number(3),
          .updated = row.number(4),
          .title = row.text(5),
          .open = row.number(6) != 0};
}

std::optional<Known> known_of(Database& database, const std::string& id) {
  Statement row =
      database.prepare("SELECT " + std::string(known_columns) + " FROM session WHERE id = ?1");
  if (!row.bind(1, id).step()) return std::nullopt;
  return known_in(row);
}

Failure being_made() {
  return fail(Error(ErrorKind::storage_failed, "another process is just making the search index")
                  .with_hint("Search again in a while."));
}

/// The title of a session, as a piece of its first turn. Empty where the first prompt says the
/// same.
Piece title_piece(std::string_view title, const std::vector<Piece>& pieces) {
  Piece piece{.who = Who::title};
  if (pieces.empty()) return piece;
  piece.at = piece.last = pieces.front().at;
  piece.turn = pieces.front().turn;
  piece.time_ms = pieces.front().time_ms;
  constexpr std::string_view cut = "…";
  std::string_view text = title;
  if (text.ends_with(cut)) text.remove_suffix(cut.size());
  if (pieces.front().text.find(text) == std::string::npos) piece.text = title;
  return piece;
}

}  // namespace

// --- the file
// --------------------------------------------------------------------------------------

Failure Keeper::fault() const {
  const auto& fault = database_->fault();
  const bool is_full = fault && fault->kind == Database::Fault::Kind::full;
  return fail(is_full ? ErrorKind::storage_full : ErrorKind::storage_failed,
              "the search index cannot be used: " + (fault ? fault->message : std::string()));
}

/// False: another process had it for longer than it is waited for.
Result<bool> Keeper::lock() {
  auto file = root_->open_file(lock_name, store::Files::Open::lock);
  if (!file) return fail(std::move(file.error()));
  const auto end = std::chrono::steady_clock::now() + limits::patience;
  for (;;) {
    const auto taken = file->try_lock();
    if (!taken) return fail(taken.error());
    if (*taken) break;
    if (progress_->stop || std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(limits::retry);
  }
  lock_ = std::move(*file);
  return true;
}

std::string Keeper::notice_of_damage() const {
  return "The search index was damaged (" + database_->fault()->message +
         ") and was made anew; the old one is kept as " + damaged_name + ".";
}

/// The connection goes before the file is looked at by another name.
void Keeper::put_aside(bool kept) {
  transaction_.reset();
  database_.reset();
  [[maybe_unused]] const auto removed = root_->remove_file(damaged_name);
  if (!kept) {
    [[maybe_unused]] const auto gone = root_->remove_file(database_name);
  } else {
    [[maybe_unused]] const auto moved = root_->rename(database_name, damaged_name);
  }
  [[maybe_unused]] const auto journal = root_->remove_file(std::string(database_name) + "-journal");
}

Result<void> Keeper::open() {
  std::error_code error;
  const auto real = std::filesystem::canonical(path_, error);
  if (error) return fail(ErrorKind::storage_failed, "the folder of the sessions cannot be found");
  if (!root_->has(database_name)) {
    const auto made = root_->open_file(database_name, store::Files::Open::create_new);
    if (!made) return fail(made.error());
  }
  database_ = std::make_unique<Database>((real / database_name).string());
  if (database_->number("PRAGMA page_count") == 0 && !database_->fault()) {
    Database::Transaction making(*database_);
    make_tables(*database_);
    making.commit();
  }
  return {};
}

Result<Keeper::Report> Keeper::bring_up_to_date(const std::string& folder) {
  Report report;
  const auto locked = lock();
  const bool holds = locked && *locked;
  if (!holds) {
    report.notices.push_back(locked ? "Another process is bringing the search index up to date; "
                                      "what is not in it yet is not found."
                                    : "The search index cannot be brought up to date: " +
                                          locked.error().message);
    if (!root_->has(database_name)) return locked ? being_made() : fail(locked.error());
  }
  for (int tries = 0;; ++tries) {
    if (auto opened = open(); !opened) return fail(std::move(opened.error()));
    const bool is_ours = has_tables(*database_);
    if (!holds) {
      if (database_->fault()) return fault();
      if (!is_ours) return being_made();
      return report;
    }
    if (database_->fault() && database_->fault()->kind != Database::Fault::Kind::damaged)
      return fault();
    Result<void> updated;
    if (is_ours) updated = update(folder, report);
    const auto kind = database_->fault() ? database_->fault()->kind : Database::Fault::Kind::other;
    const bool is_damaged = kind == Database::Fault::Kind::damaged;
    if (is_damaged || !is_ours) {
      if (tries > 0) return fault();
      if (is_damaged) report.notices.push_back(notice_of_damage());
      put_aside(is_damaged);
      report.live.clear();
      continue;
    }
    transaction_.reset();
    if (!updated || database_->fault()) {
      report.notices.push_back("The search index could not be brought up to date: " +
                               (updated ? database_->fault()->message : updated.error().message));
      // A fault stays with its connection.
      if (auto opened = open(); !opened) return fail(std::move(opened.error()));
      if (!has_tables(*database_)) return fault();
    }
    lock_.reset();
    return report;
  }
}

std::optional<std::string> Keeper::set_damaged_aside() {
  const auto& fault = database_->fault();
  if (!fault || fault->kind != Database::Fault::Kind::damaged) return std::nullopt;
  std::string notice = notice_of_damage();
  const auto locked = lock();
  if (!locked || !*locked) return std::nullopt;
  put_aside(true);
  lock_.reset();
  return notice;
}

bool Keeper::has_index(const store::Folder& root) {
  return root.has(database_name) || root.has(damaged_name);
}

Result<void> Keeper::keep(Task task) {
  // What was set aside has words of sessions that may be gone by now.
  if (root_->has(damaged_name)) {
    if (auto removed = root_->remove_file(damaged_name); !removed) return removed;
  }
  if (!root_->has(database_name)) return {};
  reads_ = task == Task::refresh;
  auto report = bring_up_to_date({});
  if (!report) return fail(std::move(report.error()));
  if (!report->notices.empty()) return fail(ErrorKind::storage_failed, report->notices.front());
  return {};
}

// --- what has changed
// ------------------------------------------------------------------------------

/// The sessions that the store's index names behind where it was read last, each once; all that
/// there are, when that is another file by now.
Result<std::vector<store::IndexEntry>> Keeper::entries_since() {
  auto file = store::OpenIndex::open(*root_);
  const auto is_good = [this](const Result<std::optional<store::OpenIndex>>& index) {
    return index && *index && (*index)->header.whole &&
           store::agrees(**index, store::IndexLock::note(*root_));
  };
  if (!is_good(file)) {
    // The next reader makes it anew.
    store::Index index(root_);
    if (auto made = index.catch_up({}); !made) return fail(std::move(made.error()));
    file = store::OpenIndex::open(*root_);
    if (!file) return fail(std::move(file.error()));
    if (!*file) return fail(ErrorKind::storage_failed, "there is no index of the sessions");
  }
  store::OpenIndex& index = **file;
  source_is_new_ = index.header.name != source_name_ || index.bytes < source_offset_ ||
                   source_offset_ < index.first_line;
  if (source_is_new_) source_offset_ = index.first_line;
  source_name_ = index.header.name;
  std::vector<store::IndexEntry> entries;
  std::unordered_map<std::string, std::size_t> places;
  std::string tail;
  const auto take = [&](std::string_view line) {
    auto entry = store::read_index_line(line);
    if (!entry) return false;
    const auto [place, is_new] = places.try_emplace(entry->id, entries.size());
    if (is_new) {
      entries.push_back(std::move(*entry));
    } else {
      entries[place->second] = std::move(*entry);
    }
    return true;
  };
  const auto good = store::each_line(index, source_offset_, tail, take);
  if (!good) return fail(good.error());
  if (!*good) return fail(ErrorKind::damaged, "the index of the sessions is damaged");
  source_offset_ -= static_cast<std::int64_t>(tail.size());
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.updated_ms < b.updated_ms; });
  return entries;
}

/// Takes out what is gone, and gives the sessions that are to be looked at.
Result<void> Keeper::take_changes(std::vector<store::IndexEntry>& changes) {
  source_name_.clear();
  source_offset_ = 0;
  {
    Statement source = database_->prepare("SELECT name, offset FROM source");
    if (source.step()) {
      source_name_ = source.text(0);
      source_offset_ = source.number(1);
    }
  }
  auto entries = entries_since();
  if (!entries) return fail(std::move(entries.error()));
  std::unordered_map<std::string, Known> all;
  if (source_is_new_) {
    Statement rows =
        database_->prepare("SELECT " + std::string(known_columns) + ", id FROM session");
    while (rows.step()) all.emplace(rows.text(7), known_in(rows));
  }
  std::vector<std::int64_t> gone;
  for (store::IndexEntry& entry : *entries) {
    std::optional<Known> known;
    if (!source_is_new_) {
      known = known_of(*database_, entry.id);
    } else if (const auto found = all.extract(entry.id); !found.empty()) {
      known = found.mapped();
    }
    if (entry.gone || !store::is_listed(entry)) {
      if (known) gone.push_back(known->number);
      continue;
    }
    const bool is_same = known && source_is_new_ && known->updated == entry.updated_ms &&
                         known->title == entry.title;
    if (!is_same) changes.push_back(std::move(entry));
  }
  // What the store has no more.
  for (const auto& [id, known] : all) gone.push_back(known.number);
  if (!gone.empty()) {
    begin();
    forget(*database_, gone);
  }
  return {};
}

/// Adds sessions in which a turn may have said something without having ended.
void Keeper::add_lately_used(const std::string& folder, std::vector<store::IndexEntry>& changes) {
  std::set<std::string> named;
  for (const store::IndexEntry& each : changes) named.insert(each.id);
  const auto take = [&](Statement rows) {
    while (rows.step()) {
      store::IndexEntry entry;
      entry.id = rows.text(0);
      entry.folder = rows.text(1);
      entry.title = rows.text(2);
      entry.updated_ms = rows.number(3);
      if (named.insert(entry.id).second) changes.push_back(std::move(entry));
    }
  };
  const std::string columns =
      "SELECT session.id, folder.name, session.title, session.updated FROM session"
      " JOIN folder ON folder.number = session.folder ";
  const std::string last =
      " ORDER BY session.updated DESC LIMIT " + std::to_string(limits::looked_at_anew);
  take(database_->prepare(columns + "WHERE session.open"));
  if (folder.empty()) return take(database_->prepare(columns + last));
  Statement of_folder = database_->prepare(
      columns + "WHERE session.folder = (SELECT number FROM folder WHERE name = ?1)" + last);
  of_folder.bind(1, std::string_view(folder));
  take(std::move(of_folder));
}

// --- bringing it up to date
// ------------------------------------------------------------------------

void Keeper::begin() {
  if (!transaction_) transaction_ = std::make_unique<Database::Transaction>(*database_);
}

void Keeper::write(Gatherer& gatherer) {
  if (!transaction_) return;
  gatherer.write();
  transaction_->commit();
  transaction_.reset();
}

std::int64_t Keeper::number_of_folder(const std::string& name) {
  Statement found = database_->prepare("SELECT number FROM folder WHERE name = ?1");
  if (found.bind(1, std::string_view(name)).step()) return found.number(0);
  begin();
  database_->prepare("INSERT INTO folder (name) VALUES (?1)").bind(1, std::string_view(name)).run();
  return database_->last_row();
}

/// Reads a session's transcript on, and puts what it says into the index.
void Keeper::read_session(const store::IndexEntry& entry, Gatherer& gatherer, Report& report) {
  auto known = known_of(*database_, entry.id);
  const auto folder = root_->open(store::session_path(entry));
  if (!folder) return;
  const auto file = folder->open_file(store::transcript_name, store::Files::Open::read);
  const auto facts = file ? file->facts() : Result<store::Files::Facts>(fail(file.error()));
  if (!facts || !facts->regular) return;
  if (known && (facts->bytes < known->bytes || known->title != entry.title)) {
    // It was restored from somewhere, or renamed.
    begin();
    gatherer.write();
    forget(*database_, {known->number});
    known.reset();
  }
  bool is_changed = !known || known->updated != entry.updated_ms;
  if (!is_changed && facts->bytes == known->bytes) return;
  if (!known) {
    begin();
    known.emplace();
    known->folder = number_of_folder(entry.folder);
    database_
        ->prepare(
            "INSERT INTO session (id, folder, title, project, backend, updated, bytes, turn,"
            " open) VALUES (?1, ?2, ?3, '', '', ?4, 0, 0, 0)")
        .bind(1, std::string_view(entry.id))
        .bind(2, known->folder)
        .bind(3, std::string_view(entry.title))
        .bind(4, entry.updated_ms)
        .run();
    known->number = database_->last_row();
  }
  PieceReader pieces(static_cast<std::uint64_t>(known->turn), [&](PieceReader::Settled settled) {
    begin();
    if (known->bytes == 0) settled.pieces.push_back(title_piece(entry.title, settled.pieces));
    for (const Piece& each : settled.pieces) gatherer.add(known->number, known->folder, each);
    known->bytes = settled.end;
    known->turn = static_cast<std::int64_t>(settled.turn);
    is_changed = true;
  });
  auto reader = store::Reader::open(*folder, store::Damage::skip);
  std::vector<Piece> unsettled;
  bool is_open = false;
  if (reader) {
    reader->seek(known->bytes, 0);
    while (!progress_->stop) {
      const auto line = reader->next();
      if (!line || !*line) break;
      pieces.take(**line, reader->line_offset(), reader->end_offset());
    }
    // Nobody goes on with a turn whose process is gone.
    is_open = pieces.turn_open() && store::Lock::is_held(*folder);
    if (!progress_->stop) unsettled = pieces.finish(reader->end_offset(), is_open);
  }
  if (!unsettled.empty())
    report.live.push_back(
        {.session = entry, .number = known->number, .pieces = std::move(unsettled)});
  if (!is_changed && is_open == known->open) return;
  begin();
  database_
      ->prepare(
          "UPDATE session SET title = ?2, updated = ?3, bytes = ?4, turn = ?5, open = ?6,"
          " backend = CASE ?7 WHEN '' THEN backend ELSE ?7 END,"
          " project = CASE ?8 WHEN '' THEN project ELSE ?8 END WHERE number = ?1")
      .bind(1, known->number)
      .bind(2, std::string_view(entry.title))
      .bind(3, entry.updated_ms)
      .bind(4, known->bytes)
      .bind(5, known->turn)
      .bind(6, static_cast<std::int64_t>(is_open ? 1 : 0))
      .bind(7, std::string_view(pieces.backend()))
      .bind(8, std::string_view(pieces.project()))
      .run();
}

Result<void> Keeper::update(const std::string& folder, Report& report) {
  std::vector<store::IndexEntry> changes;
  if (auto taken = take_changes(changes); !taken) return taken;
  if (!reads_) {
    if (transaction_) transaction_->commit();
    transaction_.reset();
    return {};
  }
  add_lately_used(folder, changes);
  progress_->sessions = changes.size();
  Gatherer gatherer(*database_);
  for (const store::IndexEntry& each : changes) {
    if (progress_->stop || database_->fault()) break;
    read_session(each, gatherer, report);
    progress_->read += 1;
    if (gatherer.is_full()) write(gatherer);
  }
  if (progress_->stop || database_->fault()) {
    write(gatherer);
    return {};
  }
  const bool is_noted = database_->prepare("SELECT 1 FROM source WHERE name = ?1 AND offset = ?2")
                            .bind(1, std::string_view(source_name_))
                            .bind(2, source_offset_)
                            .step();
  if (!is_noted) {
    begin();
    database_->run("DELETE FROM source");
    database_->prepare("INSERT INTO source VALUES (?1, ?2)")
        .bind(1, std::string_view(source_name_))
        .bind(2, source_offset_)
        .run();
  }
  write(gatherer);
  return {};
}

}  // namespace tine::session::search
