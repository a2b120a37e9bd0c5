#pragma once
// The stretch of a message by which two adjacent messages of one stream may be merged: where the
// text of a chunk lies. Two messages that are equal but for their splice become one with both
// texts.

#include <cstddef>

namespace tine::transport {

struct Splice {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool none() const { return end == 0; }
};

}  // namespace tine::transport
