#include "base/json/redact.h"

#include <algorithm>
#include <limits>

#include "base/handled.h"
#include "base/json/bytes.h"
#include "base/json/utf8.h"
#include "base/json/view.h"
#include "base/json/writer.h"

namespace tine::json {
namespace {

std::size_t size(const char* begin, const char* end) {
  return static_cast<std::size_t>(end - begin);
}

/// Whether what was just read is half of a character, whose other half is an escape of its own.
bool is_half(const char* escape, const char* end) {
  return end - escape > 3 && escape[1] == 'u' && (escape[2] == 'd' || escape[2] == 'D') &&
         std::string_view("89abAB").find(escape[3]) != std::string_view::npos;
}

/// `p` is within a string; gives its closing quote, or the first place from `stop` on that is not
/// in an escape.
const char* string_end(const char* p, const char* stop, const char* end) {
  while (p != end) {
    const char* const special = find_quote_or_backslash(p, end);
    if (special >= stop && p < special) return std::max(p, stop);
    p = special;
    if (p == end || *p == '"') return p;
    const char* const escape = p;
    p = end - p > 2 ? p + 2 : end;
    if (p[-1] == 'u') p += std::min<std::ptrdiff_t>(4, end - p);
    if (p >= stop && !is_half(escape, end)) return p;
  }
  return end;
}

/// How much of `text` ends with a whole character.
std::size_t whole_characters(std::string_view text) {
  constexpr std::size_t longest = 4;
  for (std::size_t back = 1; back <= std::min(longest, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0U) == 0x80) continue;
    return utf8_lead(byte).length > back ? text.size() - back : text.size();
  }
  return text.size();
}

/// What stands before a value that only its name gives away: `"password":"…"`.
std::string before_value(const std::string& name) {
  return is_secret_name(name) ? name + "=\"" : std::string();
}

std::optional<std::string> redact_member(const std::string& name, const std::string& value,
                                         Redactor& redactor) {
  const std::string before = before_value(name);
  if (before.empty()) return std::nullopt;
  auto changed = redactor.redact(before + value + "\"");
  if (!changed || !changed->starts_with(before) || !changed->ends_with('"')) return std::nullopt;
  return changed->substr(before.size(), changed->size() - before.size() - 1);
}

}  // namespace

bool Redaction::read(std::size_t bytes) {
  if (!long_ && copied_ != at_) {
    copy_to(copied_ + std::min(bytes, size(copied_, at_)));
    return copied_ != end_;
  }
  const char* const stop = at_ + std::min(bytes, size(at_, end_));
  // Strings are the only places for text in JSON, and quotes the only way into one.
  while (at_ < stop) {
    if (long_) {
      read_long_string(stop);
      // What it leaves to be copied comes in slices of its own.
      if (!long_ && copied_ != at_) return true;
    } else if (*at_ == '"') {
      read_string();
    } else {
      if (*at_ == ':') std::swap(name_, last_);
      if (*at_ == ',' || *at_ == '[' || *at_ == '{') name_.clear();
      ++at_;
    }
  }
  if (long_) return true;
  copy_to(at_);
  return at_ != end_;
}

void Redaction::copy_to(const char* place) {
  count_handled(size(copied_, place));
  out_.append(copied_, place);
  copied_ = place;
}

void Redaction::read_string() {
  const char* const begin = at_ + 1;
  const char* const far = begin + std::min(limits::redaction_window, size(begin, end_));
  const char* const close = string_end(begin, far, end_);
  if (close != end_ && *close != '"') {
    copy_to(begin);
    long_.emplace(redactor_);
    long_->begin = at_ = begin;
    long_->out = out_.size();
    long_->before = before_value(name_);
    long_->stream.feed(long_->before, long_->clean);
    return;
  }
  decoded_.clear();
  unescape({begin, size(begin, close)}, decoded_);
  auto changed = redactor_.redact(decoded_);
  if (!changed && !name_.empty()) changed = redact_member(name_, decoded_, redactor_);
  if (changed) {
    has_found_ = true;
    copy_to(begin);
    escape(*changed, out_);
    copied_ = close;
  }
  end_string(close);
}

void Redaction::read_long_string(const char* stop) {
  const char* const piece = string_end(at_, stop, end_);
  decoded_.clear();
  unescape({at_, size(at_, piece)}, decoded_);
  long_->stream.feed(decoded_, long_->clean);
  at_ = piece;
  if (piece != end_ && *piece != '"') {
    copy_long_string(false);
    return;
  }
  long_->stream.finish(long_->clean);
  if (long_->stream.has_found()) {
    has_found_ = true;
    copy_long_string(true);
    copied_ = piece;
  } else {
    // It stays as it was written.
    out_.resize(long_->out);
  }
  long_.reset();
  end_string(piece);
}

/// Copies what has come out of the string so far, and that is not yet known to be kept.
void Redaction::copy_long_string(bool whole) {
  LongString& string = *long_;
  std::string& clean = string.clean;
  if (!whole && !string.begun && clean.size() < string.before.size()) return;
  if (!std::exchange(string.begun, true) && clean.starts_with(string.before))
    clean.erase(0, string.before.size());
  const std::size_t ready = whole ? clean.size() : whole_characters(clean);
  escape(std::string_view(clean).substr(0, ready), out_);
  clean.erase(0, ready);
}

void Redaction::end_string(const char* close) {
  at_ = close == end_ ? end_ : close + 1;
  std::swap(last_, decoded_);
  name_.clear();
}

std::string redacted(std::string_view text, Redactor& redactor) {
  Redaction redaction(text, redactor);
  while (redaction.read(std::numeric_limits<std::size_t>::max())) continue;
  return redaction.take();
}

}  // namespace tine::json
