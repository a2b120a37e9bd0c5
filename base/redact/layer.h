#pragma once
// A text as one of its readings: as it came, or with an encoding undone. Whatever is found in a
// reading is a range of the text as it came; a layer knows the way back.
//
// A layer borrows its text, its parent and its map; it lives as long as the scan of it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/redact/charset.h"
#include "base/redact/limits.h"

namespace tine::redact {

/// From here to the next segment each byte stands for one byte of the parent; or, when `length` is
/// not 0, all of them together stand for `length` bytes of the parent.
struct Segment {
  std::uint32_t at;
  std::uint32_t parent;
  std::uint32_t length;
};

struct Layer {
  std::string_view text;
  /// Whether nothing can follow the text.
  bool complete = true;
  /// The first byte that a candidate may begin at; what begins before is known from earlier.
  std::size_t from = 0;
  int depth = 0;
  const Layer* parent = nullptr;
  const std::vector<Segment>* segments = nullptr;
  /// Base64: the segments count characters, of which this is the first that was decoded.
  bool base64 = false;
  std::size_t first_char = 0;
  /// The segment that was asked for last.
  mutable std::size_t hint = 0;

  /// Long runs of a set that were read, so that the next candidate within one need not read it
  /// again.
  struct Run {
    Set set = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  static constexpr std::size_t known_runs = 4;
  mutable Run runs[known_runs];
  /// Counts the bytes that detectors look at.
  std::uint64_t* examined = nullptr;

  /// Where byte `i` begins, and where it ends, in the text as it came. i == text.size() asks for
  /// the end of the text.
  std::size_t root_begin(std::size_t i) const;
  std::size_t root_end(std::size_t i) const;

  /// The first byte that begins `root` or later in the text as it came.
  std::size_t from_root(std::size_t root) const;
};

/// What a detector may read: back as far as max_look_back, on as far as the text or
/// max_secret_tail. Asking for more is noted, so that detectors need not know of streams.
class Reach {
 public:
  Reach(const Layer& layer, std::size_t candidate);
  Reach(const Reach&) = delete;
  Reach& operator=(const Reach&) = delete;
  ~Reach() {
    if (layer_->examined) *layer_->examined += examined_;
  }

  /// Byte `i`, -1 beyond the end.
  int at(std::size_t i) {
    ++examined_;
    if (i < near_ || i < limit()) return static_cast<unsigned char>(text_[i]);
    touched_ = true;
    return -1;
  }
  /// The byte before `i`, -1 where there is none to be seen.
  int before(std::size_t i) const {
    ++examined_;
    return i > behind_ || i > low() ? static_cast<unsigned char>(text_[i - 1]) : -1;
  }
  bool starts_with(std::size_t i, std::string_view literal);
  /// The end of the run of bytes of `set` that begins at `i`, at most `longest` bytes on.
  std::size_t run_end(std::size_t i, Set set, std::size_t longest = limits::max_secret_tail * 2);
  std::string_view slice(std::size_t begin, std::size_t end) const {
    examined_ += end - begin;
    return text_.substr(begin, end - begin);
  }

  bool touched() const { return touched_; }
  /// Whether the end that was touched is that of max_secret_tail.
  bool overlong() { return touched_ && limit() < text_.size(); }

 private:
  static constexpr std::size_t unknown = ~std::size_t{0};

  std::size_t limit() { return limit_ != unknown ? limit_ : find_limit(); }
  std::size_t low() const { return low_ != unknown ? low_ : find_low(); }
  std::size_t find_limit();
  std::size_t find_low() const;

  std::string_view text_;
  const Layer* layer_;
  std::size_t candidate_;
  /// Up to here, and down to there, nothing needs to be asked: the bounds are those of the text as
  /// it came, and to find them in another reading takes a search.
  std::size_t near_;
  std::size_t behind_;
  std::size_t limit_;
  mutable std::size_t low_;
  bool touched_ = false;
  mutable std::uint64_t examined_ = 0;
};

}  // namespace tine::redact
