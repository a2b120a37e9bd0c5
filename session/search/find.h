#pragma once
// Finds what is searched for: the index names the places, the transcripts tell whether it stands
// there. The newest hits come first.
//
// Values, and a function on a worker's thread.

#include <cstdint>
#include <string>
#include <vector>

#include "session/search/keeper.h"
#include "session/search/texts.h"
#include "session/search/words.h"

namespace tine::session::search {

struct Wish {
  Query query;
  std::string folder;                 ///< of the project; empty: all
  std::vector<std::string> backends;  ///< empty: all
  std::int64_t since_ms = 0;
  std::size_t limit = limits::hits;
};

/// A place where it stands, with the text around it.
struct Find {
  std::string session;
  std::string title;
  std::string backend;
  std::string project;  ///< its path
  Who who = Who::prompt;
  std::uint64_t turn = 0;
  std::uint64_t seq = 0;
  std::int64_t time_ms = 0;
  std::string text;  ///< around the place where the most of it stands together; not redacted anew
  bool cut_before = false;
  bool cut_behind = false;
};

struct Finds {
  std::vector<Find> all;
  bool more = false;  ///< there may be further ones
  std::vector<std::string> notices;
};

/// `index` has been brought up to date, with that report.
Finds find(Keeper& index, const store::Folder& root, const Wish& wish, Keeper::Report report,
           const Progress& progress);

/// A part of an excerpt.
struct Part {
  std::string text;
  bool match = false;
};
/// An excerpt of a text of a Find, on one line.
std::vector<Part> excerpt_of(const Find& find, std::string_view text, const Query& query);

}  // namespace tine::session::search
