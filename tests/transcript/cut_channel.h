#pragma once
// A channel whose reader gets its input in pieces of our choice, whatever was written at a time.
//
// Owns the channel inside; on the loop's thread.

#include <cstddef>
#include <memory>
#include <string>

#include "transport/channel.h"

namespace tine::transcript {

/// Where input is cut.
struct Cut {
  std::size_t column = 0;   ///< after so many bytes of each line; 0: nowhere
  bool everywhere = false;  ///< after each byte
};

/// What is learned of the input on the way.
struct Reading {
  std::size_t longest_line = 0;  ///< newline included
  std::size_t bytes = 0;
};

/// `reading` outlives the channel.
std::unique_ptr<transport::Channel> cut_channel(std::unique_ptr<transport::Channel> inside, Cut cut,
                                                Reading& reading);

}  // namespace tine::transcript
