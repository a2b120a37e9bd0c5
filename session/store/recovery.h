#pragma once
// Makes a transcript fit to be written to again, whatever its last writer left behind.
//
// Needs the session's lock; on the loop's thread, with a pause after each slice.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "session/store/reader.h"
#include "session/store/writer.h"
#include "transport/loop.h"

namespace tine::session::store {

struct Recovered {
  WritePoint point;
  /// The bytes that stood behind the last whole line were moved to this file; empty: there were
  /// none.
  std::string torn_tail_file;
  /// The last line was whole but for its newline, which it has now.
  bool newline_added = false;
};

/// Reads on from `from` to the end, hands each line to `see`, then mends the tail: one that is a
/// whole line gets its newline, any other is moved aside. Damage in the middle is an error that
/// names the line.
transport::Task<Result<Recovered>> recover(transport::Loop& loop, const Folder& session,
                                           WritePoint from,
                                           std::function<void(const Line&, std::int64_t end)> see);

}  // namespace tine::session::store
