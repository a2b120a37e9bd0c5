#include "base/redact/scanner.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/redact/base64.h"
#include "base/redact/blocks.h"
#include "base/redact/charset.h"
#include "base/redact/credentials.h"
#include "base/redact/key_block.h"
#include "base/redact/plausible.h"
#include "base/redact/shapes.h"

namespace tine::redact {
namespace {

/// The shortest run of sets::token that is looked at: the shortest shape, and the shortest base64
/// of anything that a detector knows.
constexpr std::size_t min_run = 20;

/// The shortest line of base64 that may go on in the next.
constexpr std::size_t min_wrapped_line = min_run;
constexpr std::size_t max_line_start = 256;
constexpr std::size_t max_indent = 16;

constexpr std::size_t bits_of(std::uint64_t mask) {
  return static_cast<std::size_t>(std::countr_zero(mask));
}

bool is_within(std::size_t i, const Match& match) { return match.begin <= i && i < match.end; }

/// Calls `run` with each maximal run of at least min_run token characters in blocks that come one
/// after the other.
class RunFinder {
 public:
  template <class Visit>
  void block(std::size_t base, std::uint64_t token, const Visit& visit) {
    if (open_ != none) {
      const std::size_t leading = bits_of(~token);
      if (leading == block_size) return;
      close(base + leading, visit);
      token &= ~((std::uint64_t{1} << leading) - 1);
    }
    std::uint64_t starts = token & token >> 1;
    starts &= starts >> 2;
    starts &= starts >> 4;
    starts &= starts >> 8;
    starts &= starts >> (min_run - 16);
    while (starts != 0) {
      const std::size_t begin = bits_of(starts);
      const std::size_t length = bits_of(~(token >> begin));
      if (begin + length >= block_size) break;
      visit(base + begin, base + begin + length);
      starts &= ~std::uint64_t{0} << (begin + length);
    }
    const std::size_t trailing = static_cast<std::size_t>(std::countl_one(token));
    if (trailing > 0) open_ = base + block_size - trailing;
  }

  /// The text ended within a run, at `end`.
  template <class Visit>
  void close(std::size_t end, const Visit& visit) {
    if (open_ != none && end - open_ >= min_run) visit(open_, end);
    open_ = none;
  }

 private:
  static constexpr std::size_t none = ~std::size_t{0};

  std::size_t open_ = none;
};

}  // namespace

Scanner::Outcome Scanner::scan(std::string_view text, std::size_t from, bool complete) {
  text_ = text;
  from_ = from;
  held_ = text.size();
  findings_.clear();
  has_overlong_ = false;
  Layer layer;
  layer.text = text;
  layer.complete = complete;
  layer.from = from;
  layer.examined = &examined_;
  scan_layer(layer);
  return settle();
}

void Scanner::scan_layer(const Layer& layer) {
  const std::string_view text = layer.text;
  Scratch& scratch = scratch_[static_cast<std::size_t>(layer.depth)];
  scratch.escapes.clear();
  scratch.base64_end = 0;
  scratch.value = scratch.credential = scratch.key = {};
  examined_ += text.size();

  RunFinder runs;
  const auto on_run_found = [this, &layer](std::size_t begin, std::size_t end) {
    on_run(layer, begin, end);
  };
  std::array<char, block_size> tail;
  bool dash_before = false;
  for (std::size_t base = 0; base < text.size(); base += block_size) {
    const char* block = text.data() + base;
    if (text.size() - base < block_size) {
      tail.fill('\0');
      std::memcpy(tail.data(), block, text.size() - base);
      block = tail.data();
    }
    const BlockMasks masks = classify(block);
    for (std::uint64_t bits = masks.escapes; bits != 0; bits &= bits - 1) {
      scratch.escapes.push_back(static_cast<std::uint32_t>(base + bits_of(bits)));
    }
    runs.block(base, masks.token, on_run_found);
    for (std::uint64_t bits = masks.operators; bits != 0; bits &= bits - 1) {
      on_operator(layer, base + bits_of(bits));
    }
    // The first of two or more; whether a second follows in the next block is seen there.
    std::uint64_t dashes = masks.dashes & ~(masks.dashes << 1 | (dash_before ? 1 : 0));
    dashes &= masks.dashes >> 1 | std::uint64_t{1} << (block_size - 1);
    dash_before = masks.dashes >> (block_size - 1) != 0;
    for (; dashes != 0; dashes &= dashes - 1) on_dashes(layer, base + bits_of(dashes));
  }
  runs.close(text.size(), on_run_found);
  if (!layer.complete) {
    // A short run at the end may become a long one.
    std::size_t begin = text.size();
    while (begin > 0 && text.size() - begin < min_run && in(text[begin - 1], sets::token)) --begin;
    if (begin < text.size() && text.size() - begin < min_run) hold(layer.root_begin(begin));
  }
  find_known(layer);
  read_unescaped(layer);
}

bool Scanner::judge(const Layer& layer, Reach& reach, std::size_t begin, const Match& match,
                    Rank rank, Rest rest, std::string_view value) {
  if (reach.touched() && !reach.overlong() && !layer.complete) {
    hold(layer.root_begin(begin));
    return false;
  }
  if (!match) return false;
  Finding finding;
  finding.begin = layer.root_begin(match.begin);
  if (finding.begin < from_) return false;
  finding.end = layer.root_end(match.end - 1);
  finding.candidate = layer.root_begin(std::min(begin, match.begin));
  finding.kind = match.kind;
  finding.rank = rank;
  for (const Layer* outer = &layer; outer; outer = outer->parent) {
    if (outer->base64) rest = Rest::key;
  }
  if (value.empty()) value = reach.slice(match.begin, match.end);
  finding.value_size = value.size();
  finding.digest = digest(key_, value);
  examined_ += value.size();
  if (!reach.overlong()) {
    findings_.push_back(finding);
  } else if (!has_overlong_ || finding.begin < overlong_.begin) {
    has_overlong_ = true;
    overlong_ = finding;
    rest_ = rest;
  }
  return true;
}

/// Whether something before `i` is undecided, so that all from there on is looked at again.
bool Scanner::is_undecided(const Layer& layer, std::size_t i) const {
  return held_ < text_.size() && layer.root_begin(i) > held_;
}

void Scanner::hold(std::size_t root) { held_ = std::min(held_, std::max(root, from_)); }

void Scanner::on_run(const Layer& layer, std::size_t begin, std::size_t end) {
  const std::string_view text = layer.text;
  if (end == text.size() && !layer.complete) {
    hold(layer.root_begin(end - std::min(end - begin, max_shape_anchor)));
  }
  const std::size_t last = std::min(end, text.size() - 3);
  for (std::size_t i = std::max(begin, layer.from); i < last; ++i) {
    if (!may_begin_shape(text.data() + i)) continue;
    Reach reach(layer, i);
    const Match match = match_shape(reach, i);
    const std::size_t candidate = match ? match.begin : i - std::min(i - begin, max_shape_anchor);
    // Whatever else begins in it is part of it; and what follows something undecided can wait.
    if (judge(layer, reach, candidate, match, Rank::shape, Rest::token)) i = match.end - 1;
    if (!layer.parent && i >= held_ + max_shape_anchor) break;
  }
  if (begin >= layer.from && may_be_bearer(text, begin)) {
    Reach reach(layer, begin);
    const Match match = match_bearer(reach, begin);
    judge(layer, reach, begin, match, Rank::credential, Rest::token);
  }
  on_base64(layer, begin, end);
}

void Scanner::on_operator(const Layer& layer, std::size_t op) {
  const std::string_view text = layer.text;
  if (op == 0 || op + limits::max_look_back < layer.from) return;
  if (text[op] == ':') on_colon(layer, op);
  if (!may_be_assignment(text, op) || is_undecided(layer, op)) return;
  Reach reach(layer, op);
  const Assignment assignment = find_assignment(reach, op);
  if (assignment.name.strength == NameStrength::none || assignment.value < layer.from) return;
  Scratch& scratch = scratch_[static_cast<std::size_t>(layer.depth)];
  const Header header = assignment.name.header;
  Match& last = header == Header::none ? scratch.value : scratch.credential;
  if (is_within(assignment.value, last)) return;
  Reach value(layer, assignment.value);
  const Match match = match_assignment(value, assignment);
  const bool secret = judge(layer, value, assignment.value, match,
                            header == Header::none ? Rank::assignment : Rank::credential,
                            header == Header::cookie ? Rest::line : Rest::token);
  if (secret) last = match;
}

void Scanner::on_colon(const Layer& layer, std::size_t colon) {
  const std::string_view text = layer.text;
  const char before = text[colon - 1];
  const char next = colon + 1 < text.size() ? text[colon + 1] : '\0';
  if (next == '/' && in(before, sets::alnum)) {
    Reach reach(layer, colon);
    if (!reach.starts_with(colon + 1, "//")) return;
    const Match match = match_url(reach, colon + 3);
    judge(layer, reach, colon + 3, match, Rank::credential, Rest::token);
  }
  const bool goes_on = next > ' ' || colon + 1 == text.size();
  if (in(before, sets::alnum) && goes_on && next != '/' && colon >= layer.from &&
      may_be_user(text, colon)) {
    Reach reach(layer, colon);
    const Match match = match_user(reach, colon);
    judge(layer, reach, colon, match, Rank::credential, Rest::token);
  }
  if (in(before, sets::digit) && (next == 'A' || colon + 1 == text.size())) {
    std::size_t digits = colon;
    while (digits > 0 && colon - digits < max_shape_anchor && in(text[digits - 1], sets::digit)) {
      --digits;
    }
    Reach reach(layer, colon);
    const Match match = match_shape(reach, colon);
    judge(layer, reach, digits, match, Rank::shape, Rest::token);
  }
}

void Scanner::on_dashes(const Layer& layer, std::size_t dashes) {
  const std::string_view text = layer.text;
  if (dashes + 1 < text.size() && text[dashes + 1] != '-') return;
  const bool option = may_be_option(text, dashes);
  const bool block = may_be_key_block(text, dashes);
  if ((!option && !block) || dashes + limits::max_look_back < layer.from ||
      is_undecided(layer, dashes)) {
    return;
  }
  if (option) on_option(layer, dashes);
  Scratch& scratch = scratch_[static_cast<std::size_t>(layer.depth)];
  if (!block || dashes < layer.from || is_within(dashes, scratch.key)) return;
  Reach reach(layer, dashes);
  const Match match = match_key_block(reach, dashes);
  if (judge(layer, reach, dashes, match, Rank::key_block, Rest::key)) scratch.key = match;
}

void Scanner::on_option(const Layer& layer, std::size_t dashes) {
  Reach name(layer, dashes);
  const Assignment option = find_option(name, dashes);
  Match& last = scratch_[static_cast<std::size_t>(layer.depth)].value;
  if (option.name.strength == NameStrength::none || option.value < layer.from ||
      is_within(option.value, last)) {
    return;
  }
  Reach value(layer, option.value);
  const Match match = match_assignment(value, option);
  if (judge(layer, value, option.value, match, Rank::assignment, Rest::token)) last = match;
}

void Scanner::on_base64(const Layer& layer, std::size_t begin, std::size_t end) {
  if (layer.depth == limits::max_encodings) return;
  Scratch& scratch = scratch_[static_cast<std::size_t>(layer.depth)];
  std::size_t i = std::max(begin, scratch.base64_end);
  while (i < end) {
    std::size_t part_end = i;
    while (part_end < end && layer.text[part_end] != '.') ++part_end;
    if (part_end - i >= min_run) {
      const bool open = join_lines(layer, i, part_end);
      if (open) hold_end_of_line(layer);
      decode(layer, open);
    }
    i = part_end + 1;
  }
}

bool Scanner::join_lines(const Layer& layer, std::size_t begin, std::size_t end) {
  const std::string_view text = layer.text;
  Scratch& scratch = scratch_[static_cast<std::size_t>(layer.depth)];
  scratch.characters.assign(1, {0, static_cast<std::uint32_t>(begin), 0});
  scratch.chars.clear();
  scratch.line = text.substr(begin, end - begin);
  for (;;) {
    std::size_t i = end;
    if (i == text.size()) return !layer.complete;
    if (end - begin < min_wrapped_line) return false;
    if (text[i] == '\r' && i + 1 < text.size()) ++i;
    if (text[i] != '\n') return text[i] == '\r' && !layer.complete;
    ++i;
    // A diff's sign stands before both lines or before none.
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) {
      const std::size_t low = begin - std::min(begin, max_line_start);
      const std::size_t newline = text.substr(low, begin - low).rfind('\n');
      const std::size_t line = newline == std::string_view::npos ? low : low + newline + 1;
      if (text[line] == text[i]) ++i;
    } else {
      for (std::size_t n = 0; n < max_indent && i < text.size() && in(text[i], sets::blank); ++n)
        ++i;
    }
    if (i == text.size()) return !layer.complete;
    std::size_t next = i;
    while (next < text.size() && in(text[next], sets::any_base64)) ++next;
    if (next == i) return false;
    if (scratch.chars.empty()) scratch.chars = scratch.line;
    scratch.characters.push_back(
        {static_cast<std::uint32_t>(scratch.chars.size()), static_cast<std::uint32_t>(i), 0});
    scratch.chars += text.substr(i, next - i);
    scratch.line = scratch.chars;
    scratch.base64_end = next;
    begin = i;
    end = next;
  }
}

void Scanner::hold_end_of_line(const Layer& layer) {
  const Scratch& scratch = scratch_[static_cast<std::size_t>(layer.depth)];
  const std::size_t i = scratch.line.size() - std::min(scratch.line.size(), max_shape_anchor);
  auto segment = scratch.characters.end() - 1;
  while (segment->at > i) --segment;
  hold(layer.root_begin(segment->parent + (i - segment->at)));
}

void Scanner::decode(const Layer& layer, bool open) {
  Scratch& scratch = scratch_[static_cast<std::size_t>(layer.depth)];
  examined_ += scratch.line.size();
  Base64Finder finder(scratch.line);
  Base64Stretch stretch;
  while (finder.next(stretch)) {
    decode_base64(scratch.line.substr(stretch.begin, stretch.end - stretch.begin), scratch.decoded);
    Layer inner;
    inner.text = scratch.decoded;
    inner.complete = !(open && stretch.end == scratch.line.size());
    inner.depth = layer.depth + 1;
    inner.parent = &layer;
    inner.examined = &examined_;
    inner.segments = &scratch.characters;
    inner.base64 = true;
    inner.first_char = stretch.begin;
    scan_inner(inner);
  }
}

void Scanner::read_unescaped(const Layer& layer) {
  Scratch& scratch = scratch_[static_cast<std::size_t>(layer.depth)];
  if (layer.depth == limits::max_encodings || scratch.escapes.empty()) return;
  UnescapedText& unescaped = scratch.unescaped;
  if (!unescape(layer, scratch.escapes, unescaped)) return;
  if (unescaped.read < layer.text.size()) hold(layer.root_begin(unescaped.read));
  Layer inner;
  inner.text = unescaped.text;
  inner.complete = layer.complete;
  inner.depth = layer.depth + 1;
  inner.parent = &layer;
  inner.examined = &examined_;
  inner.segments = &unescaped.segments;
  scan_inner(inner);
}

void Scanner::scan_inner(Layer& inner) {
  if (inner.text.empty()) return;
  inner.from = inner.from_root(from_);
  scan_layer(inner);
}

void Scanner::find_known(const Layer& layer) {
  if (known_.empty()) return;
  const std::size_t low = layer.from - std::min<std::size_t>(layer.from, 1);
  known_.find(layer.text.substr(low), hits_);
  for (const KnownValues::Hit& hit : hits_) {
    Match match = hit.match;
    match.begin += low;
    match.end += low;
    Reach reach(layer, match.begin);
    std::string_view value = hit.value;
    if (hit.body != 0) {
      const std::size_t end = reach.run_end(match.end, sets::any_base64 | sets::dot);
      if (end - match.end < hit.body || is_made_up(reach.slice(match.end, end))) {
        match.end = match.begin;
      } else {
        match.end = end;
      }
      value = reach.slice(match.begin, match.end);
    } else if (hit.continues) {
      while (reach.at(match.end) > ' ' && !in(reach.at(match.end), sets::quote)) ++match.end;
    }
    judge(layer, reach, match.begin, match, Rank::known, Rest::token, value);
  }
  if (!layer.complete) {
    const std::size_t cut = known_.cut_off(layer.text, layer.from);
    if (cut < layer.text.size()) hold(layer.root_begin(cut));
  }
}

Scanner::Outcome Scanner::settle() {
  if (has_overlong_) {
    const auto later = [this](const Finding& f) { return f.begin >= overlong_.begin; };
    findings_.erase(std::remove_if(findings_.begin(), findings_.end(), later), findings_.end());
    findings_.push_back(overlong_);
  }
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const Finding& a, const Finding& b) { return a.begin < b.begin; });
  merge();

  Outcome outcome;
  outcome.decided = held_;
  if (has_overlong_ && findings_.back().begin < held_) {
    outcome.decided = findings_.back().end;
    outcome.overlong = true;
    outcome.rest = rest_;
  }
  while (!findings_.empty() && findings_.back().end > outcome.decided) {
    outcome.decided = std::min(outcome.decided, std::max(from_, findings_.back().candidate));
    findings_.pop_back();
  }
  return outcome;
}

/// Of two that overlap: the more certain one, the longer one, the one with more encodings undone.
bool Scanner::is_better(const Finding& a, const Finding& b) {
  if (a.rank != b.rank) return a.rank < b.rank;
  const std::size_t a_size = a.end - a.begin;
  const std::size_t b_size = b.end - b.begin;
  if (a_size != b_size) return a_size > b_size;
  return a.value_size < b.value_size;
}

/// Overlapping findings become one: the best of them names it, and when that is the whole of it
/// the number is its own too.
void Scanner::merge() {
  std::size_t count = 0;
  for (std::size_t i = 0; i < findings_.size();) {
    Finding whole = findings_[i];
    Finding best = whole;
    for (++i; i < findings_.size() && findings_[i].begin < whole.end; ++i) {
      if (is_better(findings_[i], best)) best = findings_[i];
      whole.end = std::max(whole.end, findings_[i].end);
      whole.candidate = std::min(whole.candidate, findings_[i].candidate);
    }
    whole.kind = best.kind;
    whole.rank = best.rank;
    const bool is_whole = best.begin == whole.begin && best.end == whole.end;
    if (is_whole) {
      whole.digest = best.digest;
    } else {
      whole.digest = digest(key_, text_.substr(whole.begin, whole.end - whole.begin));
      examined_ += whole.end - whole.begin;
    }
    findings_[count++] = whole;
  }
  findings_.resize(count);
}

}  // namespace tine::redact
