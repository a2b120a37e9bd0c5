#include "session/fork/excerpt.h"

#include <algorithm>
#include <utility>

#include "base/json/utf8.h"

namespace tine::session {
namespace {

/// The length of the text without a character that is cut off at its end.
std::size_t whole_characters(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t last = json::character_start(text, text.size() - 1);
  const bool is_ascii = static_cast<unsigned char>(text[last]) < 0x80;
  const bool is_whole =
      is_ascii || json::utf8_length(text.data() + last, text.data() + text.size()) > 0;
  return is_whole ? text.size() : last;
}

}  // namespace

ExcerptMaker::ExcerptMaker(std::size_t room)
    : begin_room_(room - room / 3), end_room_(room - begin_room_) {}

void ExcerptMaker::append(std::string_view piece) {
  if (end_.empty() && dropped_ == 0) {
    const std::size_t fitting = std::min(piece.size(), begin_room_ - begin_.size());
    begin_.append(piece.substr(0, fitting));
    piece.remove_prefix(fitting);
  }
  if (piece.empty()) return;
  if (piece.size() > end_room_) {
    const std::size_t surplus = piece.size() - end_room_;
    dropped_ += end_.size() + surplus;
    end_.assign(piece.substr(surplus));
    return;
  }
  end_.append(piece);
  // Not for each piece: what is moved is as long as what came.
  if (end_.size() < 2 * end_room_) return;
  dropped_ += end_.size() - end_room_;
  end_.erase(0, end_.size() - end_room_);
}

Excerpt ExcerptMaker::take() {
  Excerpt out;
  if (end_.size() > end_room_) {
    dropped_ += end_.size() - end_room_;
    end_.erase(0, end_.size() - end_room_);
  }
  out.begin = std::exchange(begin_, {});
  out.end = std::exchange(end_, {});
  out.left_out = std::exchange(dropped_, 0);
  if (out.left_out == 0) {
    out.begin += std::exchange(out.end, {});
    return out;
  }
  // Each may be cut within a character.
  const std::size_t whole = whole_characters(out.begin);
  out.left_out += out.begin.size() - whole;
  out.begin.resize(whole);
  std::size_t first = 0;
  while (first < out.end.size() && json::continues_character(out.end[first])) ++first;
  out.left_out += first;
  out.end.erase(0, first);
  return out;
}

}  // namespace tine::session
