#include "base/redact/layer.h"

namespace tine::redact {
namespace {

/// `hint` is where the last one was: reading goes on from there, more often than not.
const Segment& segment_of(const std::vector<Segment>& segments, std::size_t i, std::size_t& hint) {
  constexpr std::size_t near = 4;
  if (hint < segments.size() && segments[hint].at <= i) {
    for (std::size_t step = 0; step < near; ++step) {
      if (hint + 1 == segments.size() || segments[hint + 1].at > i) return segments[hint];
      ++hint;
    }
  }
  const auto after = std::upper_bound(segments.begin(), segments.end(), i,
                                      [](std::size_t at, const Segment& s) { return at < s.at; });
  hint = static_cast<std::size_t>(after - segments.begin()) - 1;
  return segments[hint];
}

}  // namespace

std::size_t Layer::root_begin(std::size_t i) const {
  if (!parent) return i;
  if (i >= text.size() && i > 0) return root_end(text.size() - 1);
  const std::size_t own = base64 ? first_char + i * 8 / 6 : i;
  const Segment& segment = segment_of(*segments, own, hint);
  return parent->root_begin(segment.parent + (segment.length != 0 ? 0 : own - segment.at));
}

std::size_t Layer::root_end(std::size_t i) const {
  if (!parent) return i + 1;
  const std::size_t own = base64 ? first_char + ((i + 1) * 8 + 5) / 6 - 1 : i;
  const Segment& segment = segment_of(*segments, own, hint);
  return parent->root_end(segment.parent +
                          (segment.length != 0 ? segment.length - 1 : own - segment.at));
}

std::size_t Layer::from_root(std::size_t root) const {
  if (!parent) return std::min(root, text.size());
  if (text.empty() || root_begin(0) >= root) return 0;
  std::size_t low = 0;
  std::size_t high = text.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (root_begin(middle) < root) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Reach::Reach(const Layer& layer, std::size_t candidate)
    : text_(layer.text), layer_(&layer), candidate_(candidate) {
  if (!layer.parent) {
    behind_ = low_ = candidate - std::min(candidate, limits::max_look_back);
    near_ = limit_ = std::min(text_.size(), candidate + limits::max_secret_tail);
    return;
  }
  // A byte of a first reading stands for at most this many.
  constexpr std::size_t widest = limits::max_invisible + 16;
  const std::size_t known = layer.depth == 1 ? limits::max_secret_tail / widest : 0;
  near_ = std::min(text_.size(), candidate + known);
  behind_ = candidate;
  low_ = limit_ = unknown;
}

std::size_t Reach::find_limit() {
  limit_ = text_.size();
  const std::size_t farthest = layer_->root_begin(candidate_) + limits::max_secret_tail;
  if (layer_->root_begin(limit_) > farthest) limit_ = layer_->from_root(farthest);
  return limit_;
}

std::size_t Reach::find_low() const {
  const std::size_t root = layer_->root_begin(candidate_);
  const std::size_t lowest = root - std::min(root, limits::max_look_back);
  // Seldom is there anything but a few escapes in the way.
  low_ = candidate_ - std::min(candidate_, limits::max_look_back);
  while (layer_->root_begin(low_) < lowest) {
    const std::size_t middle = low_ + (candidate_ - low_ + 1) / 2;
    if (layer_->root_begin(middle) > lowest) {
      low_ = layer_->from_root(lowest);
    } else {
      low_ = middle;
    }
  }
  return low_;
}

bool Reach::starts_with(std::size_t i, std::string_view literal) {
  const std::size_t end = i + literal.size();
  examined_ += literal.size();
  if (end <= near_ || end <= limit()) return text_.substr(i, literal.size()) == literal;
  const std::size_t begin = std::min(i, limit());
  if (!literal.starts_with(text_.substr(begin, limit() - begin))) return false;
  touched_ = true;
  return false;
}

std::size_t Reach::run_end(std::size_t i, Set set, std::size_t longest) {
  constexpr std::size_t long_run = 64;
  const std::size_t stop = i + longest;
  std::size_t begin = i;
  Layer::Run& known = layer_->runs[set % Layer::known_runs];
  if (known.set == set && known.begin <= i && i < known.end) {
    begin = known.begin;
    i = std::min(stop, known.end);
    if (i > near_ && i > limit()) i = limit();
  }
  while (i < stop && in(at(i), set)) ++i;
  if (i - begin >= long_run)
    known = {set, begin, std::max(i, known.set == set && known.begin == begin ? known.end : i)};
  return i;
}

}  // namespace tine::redact
