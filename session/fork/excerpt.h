#pragma once
// A text of which no more than its beginning and its end can be kept, however long it is.
//
// Values; no threads.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tine::session {

struct Excerpt {
  std::string begin;           ///< the whole text, when nothing is left out
  std::string end;             ///< what stands behind the part that is left out
  std::uint64_t left_out = 0;  ///< bytes

  bool empty() const { return begin.empty(); }
  std::size_t bytes() const { return begin.size() + end.size(); }
};

/// Makes an excerpt of at most `room` bytes of a text that comes in pieces. It cuts between
/// characters.
class ExcerptMaker {
 public:
  explicit ExcerptMaker(std::size_t room);

  void append(std::string_view piece);
  /// Gives the excerpt, and begins a new one.
  Excerpt take();

 private:
  std::size_t begin_room_;
  std::size_t end_room_;
  std::string begin_;
  std::string end_;
  std::uint64_t dropped_ = 0;  // bytes between the two
};

}  // namespace tine::session
