#include "session/search/find.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/json/utf8.h"
#include "session/search/letters.h"
#include "session/store/reader.h"
#include "session/store/sessions.h"

namespace tine::session::search {
namespace {

/// Text on each side of an excerpt that a secret may reach into.
constexpr std::size_t around = 512;

/// Where an excerpt begins: at the mark behind which the most of what is searched for stands near.
std::size_t best_mark(const std::vector<Mark>& marks) {
  std::size_t best = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    std::set<std::size_t> near;
    for (std::size_t j = i; j < marks.size(); ++j) {
      if (marks[j].end > marks[i].begin + limits::excerpt - limits::excerpt_before) break;
      near.insert(marks[j].wanted);
    }
    if (near.size() <= most) continue;
    most = near.size();
    best = i;
  }
  return best;
}

/// The part of a long text that is worth showing, and what a secret could reach into.
void take_window(const std::string& text, const std::vector<Mark>& marks, Find& find) {
  const std::size_t focus = marks.empty() ? 0 : marks[best_mark(marks)].begin;
  constexpr std::size_t before = limits::excerpt_before + around;
  std::size_t begin = focus > before ? focus - before : 0;
  std::size_t end = std::min(text.size(), focus + limits::excerpt + around);
  begin = json::character_start(text, begin);
  end = json::character_start(text, end);
  find.text = text.substr(begin, end - begin);
  find.cut_before = begin > 0;
  find.cut_behind = end < text.size();
}

class Search {
 public:
  Search(Keeper& index, const store::Folder& root, const Wish& wish, const Progress& progress)
      : database_(index.database()),
        root_(root),
        wish_(wish),
        progress_(progress),
        lookup_(database_),
        piece_(database_.prepare(
            "SELECT session, begins, length, who, turn FROM piece WHERE number = ?1")),
        session_(database_.prepare("SELECT session.id, folder.name, session.title, backend, project"
                                   " FROM session JOIN folder ON folder.number = session.folder"
                                   " WHERE session.number = ?1")) {}

  Finds all(const std::vector<Keeper::Live>& live) {
    for (const Keeper::Live& each : live) look_at(each);
    const std::int64_t folder = wish_.folder.empty() ? 0 : number_of_folder();
    if (!wish_.folder.empty() && folder == 0) return take();
    const std::vector<Shard> all = shards(database_);
    std::vector<Candidate> waiting;
    for (std::size_t i = 0; i < all.size() && !is_over(); ++i) {
      const auto news = lookup_.candidates(all[i], wish_.query, folder, wish_.since_ms / 1000);
      const auto middle = static_cast<std::ptrdiff_t>(waiting.size());
      waiting.insert(waiting.end(), news.begin(), news.end());
      std::inplace_merge(waiting.begin(), waiting.begin() + middle, waiting.end(), is_newer);
      // What is older than the newest of the next shard has to wait for it.
      const std::int64_t next = i + 1 < all.size() ? all[i + 1].newest : 0;
      std::size_t done = 0;
      for (; done < waiting.size() && waiting[done].time >= next && !is_over(); ++done)
        look_at(waiting[done]);
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(done));
    }
    return take();
  }

 private:
  struct Session {
    std::string id;
    std::string folder;
    std::string title;
    std::string backend;
    std::string project;
    std::optional<store::File> transcript;
  };

  static bool is_newer(const Candidate& a, const Candidate& b) {
    return a.time != b.time ? a.time > b.time : a.number > b.number;
  }

  bool is_over() const {
    return finds_.all.size() > wish_.limit || looked_at_ >= limits::looked_at || progress_.stop;
  }

  std::int64_t number_of_folder() {
    Statement found = database_.prepare("SELECT number FROM folder WHERE name = ?1");
    return found.bind(1, std::string_view(wish_.folder)).step() ? found.number(0) : 0;
  }

  bool fits(const Session& session) const {
    const auto& wanted = wish_.backends;
    const bool is_wanted =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), session.backend) != wanted.end();
    return is_wanted && (wish_.folder.empty() || session.folder == wish_.folder);
  }

  /// Few transcripts are open at a time, the last one for a run of pieces of it.
  Session* session_of(std::int64_t number) {
    const auto known = sessions_.find(number);
    if (known != sessions_.end()) return &known->second;
    if (!session_.bind(1, number).step()) return nullptr;
    Session session{.id = session_.text(0),
                    .folder = session_.text(1),
                    .title = session_.text(2),
                    .backend = session_.text(3),
                    .project = session_.text(4),
                    .transcript = std::nullopt};
    session_.reset();
    return &sessions_.emplace(number, std::move(session)).first->second;
  }

  const store::File* transcript_of(Session& session) {
    if (session.transcript) return &*session.transcript;
    if (open_ != nullptr) open_->transcript.reset();
    open_ = nullptr;
    store::IndexEntry entry;
    entry.id = session.id;
    entry.folder = session.folder;
    const auto folder = root_.open(store::session_path(entry));
    if (!folder) return nullptr;
    auto file = folder->open_file(store::transcript_name, store::Files::Open::read);
    if (!file) return nullptr;
    session.transcript = std::move(*file);
    open_ = &session;
    return &*session.transcript;
  }

  void look_at(const Candidate& candidate) {
    ++looked_at_;
    if (!piece_.bind(1, candidate.number).step()) return;
    const std::int64_t number = piece_.number(0);
    const Place place{.who = static_cast<Who>(piece_.number(3)),
                      .at = piece_.number(1),
                      .last = piece_.number(1) + piece_.number(2)};
    const auto turn = static_cast<std::uint64_t>(piece_.number(4));
    piece_.reset();
    Session* const session = session_of(number);
    if (session == nullptr || !fits(*session)) return;
    const store::File* const transcript = transcript_of(*session);
    if (transcript == nullptr) return;
    auto read = read_again(*transcript, place);
    if (!read) return;
    if (place.who == Who::title) read->text = session->title;
    Piece piece{.who = place.who,
                .turn = turn,
                .seq = read->seq,
                .time_ms = read->time_ms,
                .text = read->text};
    add(piece, *session);
  }

  void look_at(const Keeper::Live& live) {
    const Session* const session = session_of(live.number);
    if (session == nullptr || !fits(*session)) return;
    for (auto each = live.pieces.rbegin(); each != live.pieces.rend(); ++each) {
      if (each->time_ms >= wish_.since_ms) add(*each, *session);
    }
  }

  void add(const Piece& piece, const Session& session) {
    if (!may_have(piece.text, wish_.query)) return;
    const Marks marks = marks_in(piece.text, wish_.query);
    if (!marks.all) return;
    Find find{.session = session.id,
              .title = session.title,
              .backend = session.backend,
              .project = session.project,
              .who = piece.who,
              .turn = piece.turn,
              .seq = piece.seq,
              .time_ms = piece.time_ms};
    take_window(piece.text, marks.places, find);
    finds_.all.push_back(std::move(find));
  }

  Finds take() {
    std::set<std::string> said;
    for (const Find& each : finds_.all) {
      if (each.who != Who::title) said.insert(each.session);
    }
    // A title tells nothing beside what was said below it.
    std::erase_if(finds_.all, [&said](const Find& each) {
      return each.who == Who::title && said.contains(each.session);
    });
    std::stable_sort(finds_.all.begin(), finds_.all.end(),
                     [](const Find& a, const Find& b) { return a.time_ms > b.time_ms; });
    finds_.more = finds_.all.size() > wish_.limit;
    if (finds_.more) finds_.all.resize(wish_.limit);
    if (!finds_.more && looked_at_ >= limits::looked_at) {
      finds_.more = true;
      finds_.notices.push_back("Only the newest " + std::to_string(limits::looked_at) +
                               " texts that have these words were looked at.");
    }
    return std::move(finds_);
  }

  Database& database_;
  const store::Folder& root_;
  const Wish& wish_;
  const Progress& progress_;
  Lookup lookup_;
  Statement piece_;
  Statement session_;
  std::map<std::int64_t, Session> sessions_;
  Session* open_ = nullptr;
  std::size_t looked_at_ = 0;
  Finds finds_;
};

/// With single blanks.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (!c.blank) {
      out.append(text, at, c.bytes);
    } else if (!out.empty() && !out.ends_with(' ')) {
      out.push_back(' ');
    }
    at += c.bytes;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

/// The last blank before `at`, unless it is far from there.
std::size_t word_before(std::string_view text, std::size_t at) {
  constexpr std::size_t far = 24;
  const std::size_t blank = text.substr(0, at).rfind(' ');
  if (blank == std::string_view::npos || at - blank > far) return json::character_start(text, at);
  return blank + 1;
}

}  // namespace

Finds find(Keeper& index, const store::Folder& root, const Wish& wish, Keeper::Report report,
           const Progress& progress) {
  Search search(index, root, wish, progress);
  Finds finds = search.all(report.live);
  finds.notices.insert(finds.notices.begin(), std::make_move_iterator(report.notices.begin()),
                       std::make_move_iterator(report.notices.end()));
  return finds;
}

std::vector<Part> excerpt_of(const Find& find, std::string_view text, const Query& query) {
  const std::string line = on_one_line(text);
  const Marks marks = marks_in(line, query);
  const std::size_t focus = marks.places.empty() ? 0 : marks.places[best_mark(marks.places)].begin;
  const bool begins_late = focus > limits::excerpt_before;
  const std::size_t begin = begins_late ? word_before(line, focus - limits::excerpt_before) : 0;
  const bool ends_early = line.size() > begin + limits::excerpt;
  const std::size_t end =
      ends_early ? json::character_start(line, begin + limits::excerpt) : line.size();
  std::vector<Part> parts;
  const auto add = [&parts](std::string_view part, bool match) {
    if (part.empty()) return;
    if (parts.empty() || parts.back().match || match) parts.push_back({.text = {}, .match = match});
    parts.back().text += part;
  };
  if (begins_late || find.cut_before) add("… ", false);
  std::size_t at = begin;
  for (const Mark& each : marks.places) {
    if (each.begin < at || each.end > end) continue;
    add(std::string_view(line).substr(at, each.begin - at), false);
    add(std::string_view(line).substr(each.begin, each.end - each.begin), true);
    at = each.end;
  }
  add(std::string_view(line).substr(at, end - at), false);
  if (ends_early || find.cut_behind) add(" …", false);
  return parts;
}

}  // namespace tine::session::search
