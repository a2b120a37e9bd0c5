#pragma once
// Reads the lines of an index, a slice at a time. A plain function on any thread.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "session/store/index_file.h"

namespace tine::session::store {

/// Calls `see` with each whole line from `offset` on, and moves `offset` to the end; `tail` keeps
/// what comes behind the last one. False: `see` gave false, or a line is too long.
Result<bool> each_line(const OpenIndex& index, std::int64_t& offset, std::string& tail,
                       const std::function<bool(std::string_view line)>& see);

}  // namespace tine::session::store
