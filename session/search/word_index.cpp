#include "session/search/word_index.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>

namespace tine::session::search {
namespace {

/// Of the file; "tine" in ASCII.
constexpr std::int64_t application = 0x74696e65;

using Pieces = std::bitset<limits::shard_pieces>;

/// No word begins with it.
std::string folder_term(std::int64_t folder) { return "\x01" + std::to_string(folder); }

// A list of pieces: the last one in two bytes, then the steps from one to the next, seven bits a
// byte; the first step is from before the first piece of the shard.

constexpr std::size_t last_bytes = 2;

void add_step(std::string& out, std::uint32_t step) {
  for (; step >= 0x80U; step >>= 7U) out.push_back(static_cast<char>(step | 0x80U));
  out.push_back(static_cast<char>(step));
}

std::string last_text(std::uint32_t last) {
  return {static_cast<char>(last), static_cast<char>(last >> 8U)};
}

std::uint32_t byte(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

std::uint32_t last_of(std::string_view list) { return byte(list, 0) | (byte(list, 1) << 8U); }

/// Calls `see` with each piece of a list.
template <class See>
void each_piece(std::string_view list, See see) {
  std::uint32_t next = 0;  // one more than the piece before
  std::uint32_t step = 0;
  unsigned shift = 0;
  for (std::size_t at = last_bytes; at < list.size(); ++at) {
    step |= (byte(list, at) & 0x7FU) << shift;
    shift += 7;
    if ((byte(list, at) & 0x80U) != 0 && shift < 28) continue;
    next += step;
    if (next == 0 || next > limits::shard_pieces) return;
    see(next - 1);
    step = 0;
    shift = 0;
  }
}

std::string list_of(const std::vector<std::uint32_t>& pieces) {
  std::string out = last_text(pieces.back());
  std::uint32_t next = 0;
  for (const std::uint32_t each : pieces) {
    add_step(out, each + 1 - next);
    next = each + 1;
  }
  return out;
}

constexpr std::size_t time_bytes = 4;

std::uint32_t time_at(std::string_view times, std::size_t piece) {
  const std::size_t at = piece * time_bytes;
  if (at + time_bytes > times.size()) return 0;
  return byte(times, at) | (byte(times, at + 1) << 8U) | (byte(times, at + 2) << 16U) |
         (byte(times, at + 3) << 24U);
}

void add_time(std::string& times, std::int64_t time_ms) {
  const auto seconds = static_cast<std::uint32_t>(std::max<std::int64_t>(time_ms, 0) / 1000);
  for (unsigned shift = 0; shift < 32; shift += 8)
    times.push_back(static_cast<char>(seconds >> shift));
}

std::uint32_t newest_in(std::string_view times) {
  std::uint32_t newest = 0;
  for (std::size_t i = 0; i * time_bytes < times.size(); ++i)
    newest = std::max(newest, time_at(times, i));
  return newest;
}

constexpr std::int64_t shard_size = limits::shard_pieces;

/// Text that begins with a word lies before it.
std::string behind(std::string_view beginning) { return std::string(beginning) + "\xFF"; }

void mark(Statement& lists, Pieces& pieces) {
  while (lists.step())
    each_piece(lists.bytes(0), [&pieces](std::uint32_t each) { pieces.set(each); });
}

}  // namespace

void make_tables(Database& database) {
  database.run(
      "CREATE TABLE source (name TEXT NOT NULL, offset INTEGER NOT NULL);"
      "CREATE TABLE folder (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);"
      "CREATE TABLE session (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
      " folder INTEGER NOT NULL, title TEXT NOT NULL, project TEXT NOT NULL, backend TEXT NOT NULL,"
      " updated INTEGER NOT NULL, bytes INTEGER NOT NULL, turn INTEGER NOT NULL,"
      " open INTEGER NOT NULL);"
      "CREATE INDEX session_used ON session (updated);"
      "CREATE INDEX session_used_in ON session (folder, updated);"
      "CREATE INDEX session_open ON session (open) WHERE open;"
      "CREATE TABLE shard (number INTEGER PRIMARY KEY, pieces INTEGER NOT NULL,"
      " bytes INTEGER NOT NULL, newest INTEGER NOT NULL, times BLOB NOT NULL);"
      "CREATE TABLE run (session INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
      " PRIMARY KEY (session, first)) WITHOUT ROWID;"
      "CREATE INDEX run_of_shard ON run (first);"
      "CREATE TABLE piece (number INTEGER PRIMARY KEY, session INTEGER NOT NULL,"
      " begins INTEGER NOT NULL, length INTEGER NOT NULL, who INTEGER NOT NULL,"
      " turn INTEGER NOT NULL);"
      "CREATE TABLE list (shard INTEGER NOT NULL, word BLOB NOT NULL, pieces BLOB NOT NULL,"
      " PRIMARY KEY (shard, word)) WITHOUT ROWID;");
  database.run(("PRAGMA application_id = " + std::to_string(application) +
                "; PRAGMA user_version = " + std::to_string(index_version))
                   .c_str());
}

bool has_tables(Database& database) {
  return database.number("PRAGMA user_version") == index_version &&
         database.number("PRAGMA application_id") == application;
}

// --- gathering
// -------------------------------------------------------------------------------------

void Gatherer::open_shard() {
  if (opened_) return;
  opened_ = true;
  Statement newest = database_.prepare(
      "SELECT number, pieces, bytes, times FROM shard ORDER BY number DESC LIMIT 1");
  is_new_ = !newest.step();
  if (is_new_) return;
  shard_ = newest.number(0);
  pieces_ = static_cast<std::uint32_t>(newest.number(1));
  bytes_ = newest.number(2);
  times_ = newest.text(3);
}

void Gatherer::note(std::string_view term) {
  auto found = places_.find(term);
  if (found == places_.end()) {
    places_.emplace(term, Places{.first = pieces_, .last = pieces_, .steps = {}});
    return;
  }
  Places& places = found->second;
  if (places.last == pieces_) return;
  add_step(places.steps, pieces_ - places.last);
  places.last = pieces_;
}

void Gatherer::add(std::int64_t session, std::int64_t folder, const Piece& piece) {
  if (piece.text.empty()) return;
  open_shard();
  if (pieces_ >= limits::shard_pieces || bytes_ >= limits::shard_bytes) {
    write_shard();
    ++shard_;
    is_new_ = true;
    pieces_ = 0;
    bytes_ = 0;
    times_.clear();
  }
  each_term(piece.text, [this](std::string_view term) { note(term); });
  note(folder_term(folder));
  add_time(times_, piece.time_ms);
  rows_.push_back({.number = shard_ * shard_size + pieces_,
                   .session = session,
                   .place = {.who = piece.who, .at = piece.at, .last = piece.last},
                   .turn = piece.turn});
  ++pieces_;
  bytes_ += static_cast<std::int64_t>(piece.text.size());
  gathered_ += piece.text.size();
}

void Gatherer::write_shard() {
  if (rows_.empty()) return;
  using Entry = std::pair<const std::string, Places>;
  std::vector<const Entry*> sorted;
  sorted.reserve(places_.size());
  for (const Entry& each : places_) sorted.push_back(&each);
  std::sort(sorted.begin(), sorted.end(),
            [](const Entry* a, const Entry* b) { return a->first < b->first; });
  {
    Statement before = database_.prepare("SELECT pieces FROM list WHERE shard = ?1 AND word = ?2");
    Statement put = database_.prepare("INSERT OR REPLACE INTO list VALUES (?1, ?2, ?3)");
    std::string list;
    for (const Entry* const each : sorted) {
      const auto& [word, places] = *each;
      std::uint32_t next = 0;
      list = last_text(places.last);
      if (!is_new_ && before.bind(1, shard_).bind_bytes(2, word).step()) {
        const std::string_view had = before.bytes(0);
        if (had.size() > last_bytes) {
          next = last_of(had) + 1;
          list += had.substr(last_bytes);
        }
        before.reset();
      }
      add_step(list, places.first + 1 - next);
      list += places.steps;
      put.bind(1, shard_).bind_bytes(2, word).bind_bytes(3, list).run();
    }
  }
  Statement piece = database_.prepare("INSERT INTO piece VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  Statement run = database_.prepare("INSERT INTO run VALUES (?1, ?2, ?3)");
  for (std::size_t i = 0; i < rows_.size();) {
    const std::size_t first = i;
    for (; i < rows_.size() && rows_[i].session == rows_[first].session; ++i) {
      const Row& row = rows_[i];
      piece.bind(1, row.number)
          .bind(2, row.session)
          .bind(3, row.place.at)
          .bind(4, row.place.last - row.place.at)
          .bind(5, static_cast<std::int64_t>(row.place.who))
          .bind(6, static_cast<std::int64_t>(row.turn))
          .run();
    }
    run.bind(1, rows_[first].session)
        .bind(2, rows_[first].number)
        .bind(3, rows_[i - 1].number)
        .run();
  }
  database_.prepare("INSERT OR REPLACE INTO shard VALUES (?1, ?2, ?3, ?4, ?5)")
      .bind(1, shard_)
      .bind(2, static_cast<std::int64_t>(pieces_))
      .bind(3, bytes_)
      .bind(4, static_cast<std::int64_t>(newest_in(times_)))
      .bind_bytes(5, times_)
      .run();
  rows_.clear();
  places_.clear();
  is_new_ = false;
}

void Gatherer::write() {
  write_shard();
  gathered_ = 0;
}

// --- forgetting
// ------------------------------------------------------------------------------------

namespace {

/// Takes pieces out of the lists of a shard.
void take_out(Database& database, std::int64_t shard, const Pieces& gone) {
  struct Change {
    std::string word;
    std::string list;  ///< empty: no piece is left
  };
  std::vector<Change> changes;
  {
    Statement lists = database.prepare("SELECT word, pieces FROM list WHERE shard = ?1");
    lists.bind(1, shard);
    std::vector<std::uint32_t> left;
    while (lists.step()) {
      left.clear();
      bool any = false;
      each_piece(lists.bytes(1), [&](std::uint32_t each) {
        if (gone.test(each)) {
          any = true;
        } else {
          left.push_back(each);
        }
      });
      if (!any) continue;
      changes.push_back({.word = lists.text(0), .list = left.empty() ? "" : list_of(left)});
    }
  }
  Statement drop = database.prepare("DELETE FROM list WHERE shard = ?1 AND word = ?2");
  Statement put = database.prepare("UPDATE list SET pieces = ?3 WHERE shard = ?1 AND word = ?2");
  for (const Change& each : changes) {
    if (each.list.empty()) {
      drop.bind(1, shard).bind_bytes(2, each.word).run();
    } else {
      put.bind(1, shard).bind_bytes(2, each.word).bind_bytes(3, each.list).run();
    }
  }
  const std::int64_t begin = shard * shard_size;
  const bool is_empty =
      !database.prepare("SELECT 1 FROM run WHERE first >= ?1 AND first < ?2 LIMIT 1")
           .bind(1, begin)
           .bind(2, begin + shard_size)
           .step();
  if (is_empty) database.prepare("DELETE FROM shard WHERE number = ?1").bind(1, shard).run();
}

}  // namespace

void forget(Database& database, const std::vector<std::int64_t>& sessions) {
  std::map<std::int64_t, std::unique_ptr<Pieces>> gone;
  Statement runs = database.prepare("SELECT first, last FROM run WHERE session = ?1");
  Statement drop_runs = database.prepare("DELETE FROM run WHERE session = ?1");
  Statement drop_pieces = database.prepare("DELETE FROM piece WHERE number BETWEEN ?1 AND ?2");
  Statement drop_session = database.prepare("DELETE FROM session WHERE number = ?1");
  for (const std::int64_t session : sessions) {
    runs.bind(1, session);
    while (runs.step()) {
      const std::int64_t first = runs.number(0);
      const std::int64_t last = runs.number(1);
      auto& pieces = gone[first / shard_size];
      if (!pieces) pieces = std::make_unique<Pieces>();
      for (std::int64_t each = first; each <= last; ++each)
        pieces->set(static_cast<std::size_t>(each % shard_size));
      drop_pieces.bind(1, first).bind(2, last).run();
    }
    drop_runs.bind(1, session).run();
    drop_session.bind(1, session).run();
  }
  for (const auto& [shard, pieces] : gone) take_out(database, shard, *pieces);
  database.run("DELETE FROM folder WHERE number NOT IN (SELECT folder FROM session)");
}

// --- looking up
// ------------------------------------------------------------------------------------

std::vector<Shard> shards(Database& database) {
  std::vector<Shard> out;
  Statement all =
      database.prepare("SELECT number, newest FROM shard ORDER BY newest DESC, number DESC");
  while (all.step()) out.push_back({.number = all.number(0), .newest = all.number(1)});
  return out;
}

Lookup::Lookup(Database& database)
    : whole_(database.prepare("SELECT pieces FROM list WHERE shard = ?1 AND word = ?2")),
      beginning_(database.prepare(
          "SELECT pieces FROM list WHERE shard = ?1 AND word >= ?2 AND word < ?3")),
      times_(database.prepare("SELECT times FROM shard WHERE number = ?1")) {}

void Lookup::add(std::string_view term, bool is_beginning, Pieces& pieces) {
  if (is_beginning) {
    const std::string end = behind(term);
    mark(beginning_.bind_bytes(2, term).bind_bytes(3, end), pieces);
  } else {
    mark(whole_.bind_bytes(2, term), pieces);
  }
}

/// Of `pieces` those that have it.
void Lookup::keep(const Need& need, Pieces& pieces) {
  whole_found_->reset();
  add(need.whole, need.is_beginning, *whole_found_);
  if (!need.parts.empty()) {
    parts_found_->set();
    for (const std::string& part : need.parts) {
      part_found_->reset();
      add(part, need.is_beginning && &part == &need.parts.back(), *part_found_);
      *parts_found_ &= *part_found_;
    }
    *whole_found_ |= *parts_found_;
  }
  pieces &= *whole_found_;
}

std::vector<Candidate> Lookup::candidates(const Shard& shard, const Query& query,
                                          std::int64_t folder, std::int64_t since) {
  std::vector<Candidate> out;
  if (shard.newest < since) return out;
  for (Statement* each : {&whole_, &beginning_, &times_}) each->bind(1, shard.number);
  Pieces& pieces = *found_;
  if (folder == 0) {
    pieces.set();
  } else {
    pieces.reset();
    add(folder_term(folder), false, pieces);
  }
  for (const Wanted& wanted : query.all) {
    for (const Need& need : wanted.needs) {
      if (pieces.none()) return out;
      keep(need, pieces);
    }
  }
  if (pieces.none() || !times_.step()) return out;
  const std::string_view times = times_.bytes(0);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces.test(i)) continue;
    const std::int64_t time = time_at(times, i);
    if (time >= since) {
      out.push_back(
          {.number = shard.number * shard_size + static_cast<std::int64_t>(i), .time = time});
    }
  }
  times_.reset();
  std::sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
    return a.time != b.time ? a.time > b.time : a.number > b.number;
  });
  return out;
}

}  // namespace tine::session::search
