#pragma once
// Reads a transcript on from where it is known, and makes it fit to be written to again, whatever
// its last writer left behind.
//
// On the loop's thread, with a pause after each slice. Mending needs the session's lock.

#include <cstdint>
#include <functional>
#include <string>

#include "session/store/reader.h"
#include "session/store/writer.h"
#include "transport/loop.h"

namespace tine::session::store {

/// Gets each line and the place of its bytes; the line is valid during the call.
using SeeLine = std::function<void(const Line& line, std::int64_t begin, std::int64_t end)>;

/// Reads from `from` to the end of what is whole, and gives the end. A tail that is no whole line
/// stays where it is: its writer may be at work. Damage in the middle is an error that names the
/// line. A transcript that is not there is an empty one.
transport::Task<Result<WritePoint>> read_on(transport::Loop& loop, const Folder& session,
                                            WritePoint from, SeeLine see);

struct Recovered {
  WritePoint point;
  /// The bytes that stood behind the last whole line were moved to this file; empty: there were
  /// none.
  std::string torn_tail_file;
  /// The last line was whole but for its newline, which it has now.
  bool newline_added = false;
};

/// The same, then mends the tail: one that is a whole line gets its newline, any other is moved
/// aside.
transport::Task<Result<Recovered>> recover(transport::Loop& loop, const Folder& session,
                                           WritePoint from, SeeLine see);

/// The one line that begins at `offset`, checked; `text` keeps its bytes.
Result<Line> line_at(const File& transcript, std::int64_t offset, std::string& text);

}  // namespace tine::session::store
