#include "base/redact/sieve.h"

#include <algorithm>

#include "base/handled.h"
#include "base/redact/charset.h"
#include "base/redact/limits.h"

namespace tine::redact {
namespace {

/// A held back text of this size is looked at again only when it has grown by a part of it, so that
/// a long candidate that comes byte by byte costs no more than its length many times over.
constexpr std::size_t small_tail = 1024;
constexpr std::size_t growth = 8;

constexpr std::size_t min_key_line = 16;

bool ends_token(char c) {
  return (static_cast<unsigned char>(c) <= ' ' && c != '\x1b') || in(c, sets::quote) || c == '<' ||
         c == '>';
}

}  // namespace

void Sieve::feed(std::string_view piece, Sink& sink) {
  while (!piece.empty()) {
    if (swallowing_) {
      piece.remove_prefix(swallow(piece, sink));
      continue;
    }
    const std::string_view slice = piece.substr(0, limits::redaction_window);
    piece.remove_prefix(slice.size());
    buffer_ += slice;
    unseen_ += slice.size();
    if (held() <= small_tail || unseen_ >= held() / growth) sift(false, sink);
  }
}

void Sieve::finish(Sink& sink) {
  while (held() > 0) sift(true, sink);
  buffer_.clear();
  from_ = base_ = unseen_ = 0;
  swallowing_ = false;
}

void Sieve::sift(bool complete, Sink& sink) {
  unseen_ = 0;
  for (;;) {
    const std::uint64_t examined = scanner_.examined();
    const Scanner::Outcome outcome = scanner_.scan(buffer_, from_, complete);
    count_handled(static_cast<std::size_t>(scanner_.examined() - examined));
    pass(outcome.decided, sink);
    if (!outcome.overlong) {
      forget(from_ - std::min(from_, limits::redaction_context));
      return;
    }
    swallowing_ = true;
    rest_ = outcome.rest;
    run_ = 0;
    key_line_ = true;
    const std::size_t swallowed = swallow(std::string_view(buffer_).substr(from_), sink);
    from_ += swallowed;
    forget(from_);
    if (buffer_.empty()) return;
  }
}

/// Releases what is decided.
void Sieve::pass(std::size_t decided, Sink& sink) {
  for (Finding finding : scanner_.findings()) {
    if (finding.begin > from_) {
      sink.clean(std::string_view(buffer_).substr(from_, finding.begin - from_));
    }
    from_ = finding.end;
    finding.begin += base_;
    finding.end += base_;
    sink.secret(finding);
  }
  if (decided > from_) sink.clean(std::string_view(buffer_).substr(from_, decided - from_));
  from_ = decided;
}

void Sieve::forget(std::size_t bytes) {
  buffer_.erase(0, bytes);
  from_ -= bytes;
  base_ += bytes;
}

/// How many bytes of `text` still belong to the secret; when it is not all, it has ended.
std::size_t Sieve::swallow(std::string_view text, Sink& sink) {
  std::size_t i = 0;
  for (; i < text.size() && swallowing_; ++i) {
    const char c = text[i];
    switch (rest_) {
      case Rest::token:
        swallowing_ = !ends_token(c);
        break;
      case Rest::line:
        swallowing_ = c != '\n' && !in(c, sets::quote);
        break;
      case Rest::key:
        run_ = in(c, sets::any_base64) ? run_ + 1 : 0;
        key_line_ = key_line_ || run_ >= min_key_line;
        if (c == '\n') {
          swallowing_ = key_line_;
          key_line_ = false;
        } else if (in(c, sets::quote)) {
          swallowing_ = false;
        }
        break;
    }
    if (!swallowing_) break;
  }
  if (i > 0) sink.more_of_secret(i);
  return i;
}

}  // namespace tine::redact
