#include "session/search/words.h"

#include <algorithm>
#include <optional>

#include "base/json/utf8.h"
#include "session/search/letters.h"
#include "session/search/limits.h"

namespace tine::session::search {
namespace {

/// A run of letters, in lower case, and where its parts begin.
struct Run {
  std::string text;
  std::vector<std::size_t> parts;
  bool last_is_upper = false;

  bool empty() const { return text.empty(); }
  void clear() {
    text.clear();
    parts.clear();
  }

  /// `next_is_lower`: a small letter follows.
  void add(const Character& c, bool next_is_lower) {
    const bool begins_part = c.upper && !text.empty() && (!last_is_upper || next_is_lower);
    if (begins_part) parts.push_back(text.size());
    append(text, c.folded);
    last_is_upper = c.upper;
  }
};

bool is_small(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  const Character c = character_at(text, at);
  return c.letter == Letter::word && !c.upper && !(c.folded >= '0' && c.folded <= '9');
}

/// Calls `see` with each run of letters and where it ends.
template <class See>
void each_run(std::string_view text, See see) {
  Run run;
  const auto end = [&](std::size_t at) {
    if (!run.empty()) see(run, at);
    run.clear();
  };
  std::size_t at = 0;
  while (at < text.size()) {
    const Character c = character_at(text, at);
    const std::size_t next = at + c.bytes;
    if (c.letter == Letter::word) {
      run.add(c, c.upper && is_small(text, next));
    } else {
      end(at);
      if (c.letter == Letter::lone) {
        append(run.text, c.folded);
        end(next);
      }
    }
    at = next;
  }
  end(at);
}

std::string_view as_term(std::string_view word) {
  return word.substr(0, json::character_start(word, limits::term));
}

template <class See>
void each_part(const Run& run, See see) {
  if (run.parts.empty() || run.text.size() > limits::term) return;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= run.parts.size(); ++i) {
    const std::size_t end = i < run.parts.size() ? run.parts[i] : run.text.size();
    see(std::string_view(run.text).substr(begin, end - begin));
    begin = end;
  }
}

/// A text as what is searched for is looked up in it.
class Folded {
 public:
  explicit Folded(std::string_view text) {
    text_.reserve(text.size());
    origins_.reserve(text.size() + 1);
    Character before;
    for (std::size_t at = 0; at < text.size();) {
      const Character c = character_at(text, at);
      const bool is_gap = c.blank && before.blank && !text_.empty();
      if (!is_gap) {
        add(c, at, is_border(before, c, text, at));
        before = c;
      }
      at += c.bytes;
    }
    origins_.push_back({.at = text.size(), .border = true});
  }

  std::optional<Mark> find(const Wanted& wanted, std::size_t from) const {
    for (std::size_t at = from; (at = text_.find(wanted.text, at)) != std::string::npos; ++at) {
      const std::size_t end = at + wanted.text.size();
      if (origins_[at].border && (wanted.is_beginning || origins_[end].border))
        return Mark{.begin = at, .end = end};
    }
    return std::nullopt;
  }
  Mark original(const Mark& mark) const {
    return {.begin = origins_[mark.begin].at, .end = origins_[mark.end].at};
  }

 private:
  struct Origin {
    std::size_t at;
    bool border;  ///< a word or a part of one may begin or end before it
  };

  static bool is_border(const Character& before, const Character& c, std::string_view text,
                        std::size_t at) {
    if (before.letter != Letter::word || c.letter != Letter::word) return true;
    return c.upper && (!before.upper || is_small(text, at + c.bytes));
  }

  void add(const Character& c, std::size_t at, bool border) {
    if (c.blank) {
      text_.push_back(' ');
    } else {
      append(text_, c.folded);
    }
    // The further bytes of a character are no place to begin or end.
    while (origins_.size() < text_.size()) {
      origins_.push_back({.at = at, .border = border});
      border = false;
    }
  }

  std::string text_;
  std::vector<Origin> origins_;  // of each byte, and of the end
};

std::string folded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (!c.blank) {
      append(out, c.folded);
    } else if (!out.empty() && !out.ends_with(' ')) {
      out.push_back(' ');
    }
    at += c.bytes;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

Wanted wanted_of(std::string_view text, bool is_beginning) {
  Wanted wanted{.text = folded(text), .is_beginning = is_beginning, .needs = {}};
  each_run(text, [&](const Run& run, std::size_t end) {
    Need need{.whole = std::string(as_term(run.text)), .parts = {}, .is_beginning = false};
    each_part(run, [&need](std::string_view part) { need.parts.emplace_back(part); });
    need.is_beginning = is_beginning && end == text.size();
    wanted.needs.push_back(std::move(need));
  });
  return wanted;
}

std::size_t blanks_from(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const Character c = character_at(text, at);
    if (!c.blank) break;
    at += c.bytes;
  }
  return at;
}

/// Takes the next word or phrase from the front of `rest`.
Wanted take_wanted(std::string_view& rest) {
  const bool is_phrase = rest.front() == '"';
  std::size_t end = is_phrase ? 1 : 0;
  if (is_phrase) {
    end = std::min(rest.find('"', 1), rest.size());
  } else {
    while (end < rest.size() && rest[end] != '"') {
      const Character c = character_at(rest, end);
      if (c.blank) break;
      end += c.bytes;
    }
  }
  std::string_view text = rest.substr(is_phrase ? 1 : 0, end - (is_phrase ? 1 : 0));
  rest.remove_prefix(std::min(is_phrase ? end + 1 : end, rest.size()));
  bool is_beginning = false;
  if (is_phrase && rest.starts_with('*')) {
    rest.remove_prefix(1);
    is_beginning = true;
  } else if (!is_phrase && text.size() > 1 && text.ends_with('*')) {
    text.remove_suffix(1);
    is_beginning = true;
  }
  return wanted_of(text, is_beginning);
}

}  // namespace

void each_term(std::string_view text, const std::function<void(std::string_view)>& see) {
  each_run(text, [&see](const Run& run, std::size_t /*end*/) {
    see(as_term(run.text));
    each_part(run, see);
  });
}

Result<Query> read_query(std::string_view typed) {
  if (typed.size() > limits::query) {
    return fail(Error(ErrorKind::invalid_params, "what is searched for has more than " +
                                                     std::to_string(limits::query) + " bytes")
                    .with_hint("Search for fewer words."));
  }
  Query query;
  for (std::string_view rest = typed;;) {
    rest.remove_prefix(blanks_from(rest, 0));
    if (rest.empty()) break;
    Wanted wanted = take_wanted(rest);
    if (wanted.text.empty()) continue;
    if (query.all.size() == limits::query_words) {
      return fail(Error(ErrorKind::invalid_params,
                        "more than " + std::to_string(limits::query_words) + " words")
                      .with_hint("Search for fewer words."));
    }
    query.all.push_back(std::move(wanted));
  }
  const bool has_word = std::any_of(query.all.begin(), query.all.end(),
                                    [](const Wanted& each) { return !each.needs.empty(); });
  if (!has_word) {
    return fail(Error(ErrorKind::invalid_params, "there is no letter or digit in it")
                    .with_hint("Name at least one word that is to be found."));
  }
  return query;
}

bool may_have(std::string_view text, const Query& query) {
  const std::string plain = folded(text);
  return std::all_of(query.all.begin(), query.all.end(), [&plain](const Wanted& each) {
    return plain.find(each.text) != std::string::npos;
  });
}

Marks marks_in(std::string_view text, const Query& query) {
  Marks out;
  const Folded folded_text(text);
  std::vector<Mark> found;
  for (std::size_t i = 0; i < query.all.size(); ++i) {
    const Wanted& wanted = query.all[i];
    const std::size_t had = found.size();
    std::size_t from = 0;
    while (found.size() - had < limits::marks) {
      const auto mark = folded_text.find(wanted, from);
      if (!mark) break;
      found.push_back(folded_text.original(*mark));
      found.back().wanted = i;
      from = mark->end;
    }
    out.all = out.all && found.size() > had;
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
  for (const Mark& each : found) {
    if (out.places.empty() || each.begin >= out.places.back().end) {
      out.places.push_back(each);
    } else {
      out.places.back().end = std::max(out.places.back().end, each.end);
    }
  }
  return out;
}

}  // namespace tine::session::search
