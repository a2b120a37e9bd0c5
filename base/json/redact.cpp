#include "base/json/redact.h"

#include <algorithm>
#include <limits>

#include "base/json/bytes.h"
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

const char* skip_blank(const char* p, const char* end) {
  while (p != end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n')) ++p;
  return p;
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
  const char* const stop = at_ + std::min(bytes, size(at_, end_));
  // Strings are the only places for text in JSON, and quotes the only way into one.
  while (at_ < stop) {
    if (long_) {
      read_long_string(stop);
    } else if (*at_ == '"') {
      read_string();
    } else {
      if (*at_ == ',' || *at_ == '[' || *at_ == '{') name_.clear();
      ++at_;
    }
  }
  return at_ != end_ || long_.has_value();
}

void Redaction::read_string() {
  const char* const begin = at_ + 1;
  const char* const far = begin + std::min(limits::redaction_window, size(begin, end_));
  const char* const close = string_end(begin, far, end_);
  if (close != end_ && *close != '"') {
    long_.emplace(redactor_);
    long_->begin = at_ = begin;
    long_->before = before_value(name_);
    long_->stream.feed(long_->before, long_->clean);
    return;
  }
  decoded_.clear();
  unescape({begin, size(begin, close)}, decoded_);
  auto changed = redactor_.redact(decoded_);
  if (!changed && !name_.empty()) changed = redact_member(name_, decoded_, redactor_);
  end_string(begin, close, changed);
}

void Redaction::read_long_string(const char* stop) {
  const char* const piece = string_end(at_, stop, end_);
  decoded_.clear();
  unescape({at_, size(at_, piece)}, decoded_);
  long_->stream.feed(decoded_, long_->clean);
  at_ = piece;
  if (piece != end_ && *piece != '"') return;
  long_->stream.finish(long_->clean);
  std::optional<std::string> clean;
  if (long_->stream.has_found()) {
    if (long_->clean.starts_with(long_->before)) long_->clean.erase(0, long_->before.size());
    clean = std::move(long_->clean);
  }
  const char* const begin = long_->begin;
  long_.reset();
  end_string(begin, piece, clean);
}

void Redaction::end_string(const char* begin, const char* close,
                           const std::optional<std::string>& clean) {
  if (clean) {
    out_.append(copied_, begin);
    escape(*clean, out_);
    copied_ = close;
  }
  at_ = close == end_ ? end_ : close + 1;
  const char* const next = skip_blank(at_, end_);
  name_ = next != end_ && *next == ':' ? decoded_ : std::string();
}

std::string Redaction::take() { return std::move(out_.append(copied_, end_)); }

std::string redacted(std::string_view text, Redactor& redactor) {
  Redaction redaction(text, redactor);
  redaction.read(std::numeric_limits<std::size_t>::max());
  return redaction.take();
}

}  // namespace tine::json
