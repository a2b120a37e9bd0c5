#include "session/record/inspection.h"

#include "session/limits.h"
#include "session/record/data.h"
#include "session/store/lock.h"
#include "session/store/reader.h"
#include "session/store/sessions.h"

namespace tine::session {
namespace {

/// Follows the lines of one transcript.
class Course {
 public:
  Course(Inspection& out, const store::IndexEntry& entry) : out_(out), entry_(entry) {}

  void take(const store::Line& line, std::uint64_t number) {
    ++out_.lines;
    if (number == 1) {
      begin(line);
    } else if (known_ && line.seq != next_) {
      complain(number, "record " + std::to_string(line.seq) + " stands where record " +
                           std::to_string(next_) + " should");
    }
    known_ = true;
    next_ = line.seq + 1;
    out_.last_seq = line.seq;
  }

  /// A damaged line has a number as well.
  void damaged(std::uint64_t number, const std::string& what) {
    complain(number, what);
    ++next_;
  }

  bool enough() const { return out_.faults.size() >= limits::reported_faults; }

 private:
  void begin(const store::Line& line) {
    if (line.type != record_type::header) {
      complain(1, "it does not say whose transcript this is");
    } else if (!line.data.find("session").equals(entry_.id)) {
      complain(1, "it is the transcript of another session");
    }
  }

  void complain(std::uint64_t number, std::string what) {
    out_.faults.push_back({store::transcript_name, number, std::move(what)});
  }

  Inspection& out_;
  const store::IndexEntry& entry_;
  bool known_ = false;  // which number comes next
  std::uint64_t next_ = 0;
};

}  // namespace

transport::Task<Inspection> inspect(transport::Loop& loop, store::Store& store,
                                    store::IndexEntry entry, transport::CancelSource cancel) {
  Inspection out;
  // Read before the transcript, which only grows.
  const auto state = store.read_state(entry);
  if (!state) out.faults.push_back({store::state_name, 0, state.error().message});
  const auto folder = store.open(entry);
  if (!folder || (!folder->has(store::transcript_name) && (!state || state->last_seq == 0)))
    co_return out;
  const bool was_running = store::Lock::is_held(*folder);
  auto reader = store::Reader::open(*folder, store::Damage::report);
  if (!reader) {
    out.faults.push_back({store::transcript_name, 0, reader.error().message});
    co_return out;
  }
  Course course(out, entry);
  while (!course.enough() && !cancel.cancelled()) {
    if (reader->needs_disk()) co_await transport::yield(loop);
    const std::uint64_t before = reader->line_number();
    const auto line = reader->next();
    if (!line) {
      const bool stuck = reader->line_number() == before;
      course.damaged(before + 1, line.error().message);
      if (stuck) break;
    } else if (*line) {
      course.take(**line, reader->line_number());
    } else {
      out.tail = reader->tail().size();
      if (state && reader->end_offset() < state->transcript_bytes) {
        out.faults.push_back({store::transcript_name, reader->line_number(),
                              "the transcript ends here, before the end that the state knows"});
      }
      break;
    }
  }
  out.running = was_running || store::Lock::is_held(*folder);
  co_return out;
}

}  // namespace tine::session
