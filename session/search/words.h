#pragma once
// Texts as the search sees them: the words that its index knows them by, and the place in a text
// where what is searched for stands.
//
// An identifier counts as one word and as its parts: parseHttpRequest, parse, http, request;
// snake_case is found by either half. What is searched for stands in a text where it is literally
// there, whatever its case and its blanks, and begins and ends where a word or a part of one does.
//
// Values and plain functions.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tine::session::search {

/// Calls `see` with each word of the text, in lower case, and with the parts of each; with one that
/// comes again as often as it comes.
void each_term(std::string_view text, const std::function<void(std::string_view)>& see);

/// One word of what is searched for: a text has it that has it whole, or all of its parts.
struct Need {
  std::string whole;
  std::vector<std::string> parts;  ///< empty: it has none
  bool is_beginning = false;       ///< of a word: it, or the last of its parts

  bool operator==(const Need&) const = default;
};

/// A word or a phrase of what is searched for.
struct Wanted {
  std::string text;           ///< in lower case, with single blanks
  bool is_beginning = false;  ///< a word may go on behind it
  std::vector<Need> needs;    ///< none: it has no letter, so only texts can tell
};

struct Query {
  std::vector<Wanted> all;  ///< a text has each of them
};

/// Words, "phrases", beginnings* of words. Never a syntax error: a quote that is not closed closes
/// at the end. invalid_params: there is no letter in it, or too much.
Result<Query> read_query(std::string_view typed);

/// Where in a text something stands, in bytes.
struct Mark {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t wanted = 0;  ///< which of what is searched for

  bool operator==(const Mark&) const = default;
};

/// False: the text lacks something that is searched for. Takes a part of the time that marks_in()
/// takes.
bool may_have(std::string_view text, const Query& query);

/// Where in the text stands what is searched for, in order, without overlaps. `all`: whether each
/// of it does. No more than limits::marks of each.
struct Marks {
  std::vector<Mark> places;
  bool all = true;
};
Marks marks_in(std::string_view text, const Query& query);

}  // namespace tine::session::search
