#pragma once
// A session's record on disk: the transcript that is appended to while the session runs, the state
// beside it, and the lock that gives the right to write.
//
// Owned by its session, on the loop's thread; what it is given outlives it. It holds descriptors
// only between claim() and release().

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/log.h"
#include "base/redact/redactor.h"
#include "session/limits.h"
#include "session/live/turn_line.h"
#include "session/live/warm_first.h"
#include "session/policy.h"
#include "session/prices.h"
#include "session/record/account.h"
#include "session/record/data.h"
#include "session/record/update_redactor.h"
#include "session/store/lock.h"
#include "session/store/recovery.h"
#include "session/store/store.h"
#include "session/store/syncer.h"
#include "transport/event.h"
#include "transport/loop.h"

namespace tine::session {

/// What all records share.
struct Library {
  transport::Loop& loop;
  Env& env;
  Log& log;
  Redactor& redactor;
  store::Store& store;
  store::Syncer& syncer;
  const Policy& policy;
  Prices& prices;
  WarmFirst& warm_first;
  TurnLine& turn_line;
};

class Record : public std::enable_shared_from_this<Record> {
 public:
  /// Of a session whose state, and perhaps transcript, are in the store already.
  Record(Library library, Account account);
  ~Record();
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;

  const std::string& id() const { return account_.state.id; }
  const store::State& state() const { return account_.state; }
  const std::shared_ptr<History>& history() const { return account_.history; }
  bool turn_open() const { return account_.turn_open; }
  /// The prompt of the turn that is open, by its id.
  const std::optional<AskedPrompt>& asked() const { return account_.asked; }
  /// Of the turn that runs, in the order in which they began.
  const std::vector<std::string>& open_tool_calls() const { return account_.open_tool_calls; }
  std::int64_t updated_ms() const { return updated_ms_; }
  void touch() { updated_ms_ = library_.env.wall_ms(); }

  // --- the right to write

  /// Takes the lock, mends what its last holder left, and reads what was appended since this
  /// process last looked: true when there was anything. Claims are counted. session_locked: another
  /// process has it. `reason` is shown to others.
  transport::Task<Result<bool>> claim(std::string reason);
  /// Gives the lock back with the last claim. What could not be written keeps it: the next claim
  /// tries again.
  void release();
  /// Reads what others appended, without a lock: true when there was anything.
  transport::Task<Result<bool>> look();
  bool claimed() const { return claims_ > 0; }
  /// Counts one more claim, while there is one: false when there is none.
  bool claim_again();

  // --- writing, while claimed. Each is on disk soon, and after write() at once.

  /// `content` is JSON without secrets. It is in the file when this returns, unless that failed.
  transport::Task<void> prompt(std::string message_id, std::string content,
                               std::optional<AskedPrompt> asked = std::nullopt);
  /// The backend is given the prompt next: where that has an id, the file says so when this
  /// returns, and with durability = "turn" for good. Failed: it must not be given it.
  transport::Task<Result<void>> note_sent();
  /// One that is long is recorded in slices, and what comes meanwhile behind it: see caught_up().
  void update(const v1::Update& update);
  /// The same for one that is shared, and stays as it is.
  void long_update(std::shared_ptr<const v1::Update> update);
  /// Returns when all updates so far are recorded: whatever has its place behind them waits for it.
  transport::Task<void> caught_up();
  bool is_caught_up() const { return !catching_up_; }
  /// Whether little enough waits to be recorded.
  bool has_room() const { return backlog_bytes_ < limits::update_backlog; }
  /// `data` holds no secret.
  void add(std::string_view type, const std::string& data);
  /// What the backend asks of the client; gives the number under which the answer is noted.
  std::uint64_t note_question(std::string_view method, std::string_view params);
  void note_answer(std::uint64_t question, std::string_view result);
  void note_refusal(std::uint64_t question, const Error& error);
  /// The backend has said all: no message goes on.
  void end_messages() { update_redactor_.finish(); }
  /// Ends the turn: gives the number of its last record.
  std::uint64_t end_turn(TurnEnd end);

  /// Writes all that waits and the state. With durability = "turn" it is on disk for good then.
  transport::Task<Result<void>> write();
  /// Brings the records up to `seq` into the file, and with durability = "turn" to disk for good:
  /// before something refers to them. Needs no claim.
  transport::Task<Result<void>> keep(std::uint64_t seq);
  /// Why nothing more can be written; none while all is well.
  const std::optional<Error>& failure() const { return failure_; }
  /// Called when a write fails while a turn runs.
  void on_failure(std::function<void()> callback) { on_failure_ = std::move(callback); }
  /// Bounds the transcript until unbind(): once something would make it longer than `most` bytes
  /// nothing finds room any more, and `on_full` is called.
  void bind(std::uint64_t most, std::function<void()> on_full);
  void unbind() { bound_.reset(); }
  /// Whether so many bytes find room; what does not is neither recorded nor shown.
  bool has_room_for(std::size_t bytes);

  /// Whether there is a transcript: there is none before the first prompt.
  bool begun() const { return !lacks_header_ && account_.state.transcript_bytes > 0; }
  /// Before that: what an update says of the session goes into its state alone.
  void preset(const v1::Update& update);
  /// Before that: the session begins on the backend of `begins`, with what is chosen there.
  void preset_backend(const store::State& begins);

  /// What of the streamed messages is not in the transcript yet, as it came.
  void held(const UpdateRedactor::Sink& see) const { update_redactor_.held(see); }
  /// Writes what waits, so that a reader of the file sees it.
  void flush();

  // --- the state, which is saved with the next write()

  void set_git(std::optional<store::GitState> git) { account_.state.git = std::move(git); }
  /// The past that the session begins with, before its transcript does.
  struct Past {
    std::string conversation;  ///< the provider's name for the session's own
    std::string strategy;
    std::string adopted;  ///< see store::State
    std::string adopted_turn;
  };
  void begin_with(Past past);

 private:
  transport::Task<Result<bool>> take(std::string reason);
  void record(const v1::Update& update);
  transport::Task<void> catch_up(std::shared_ptr<transport::Event> over);
  transport::Task<void> record_in_slices(std::shared_ptr<const v1::Update> update);
  transport::Task<void> record_chunk(std::shared_ptr<const v1::Update> update);
  transport::Task<void> record_long(v1::Update part);
  void append(std::string_view type, std::string_view data);
  transport::Task<std::uint32_t> checksum_of(const std::string& text);
  void add_prompt(const std::string& message_id, std::string content, std::uint32_t crc,
                  const std::optional<AskedPrompt>& asked);
  void take(std::string_view type, std::string_view data, const store::Writer::Added& added);
  void begin_transcript();
  void end_tool_calls();
  bool is_recorded(std::string_view type) const;
  bool is_recorded(v1::UpdateKind kind) const;
  transport::Task<void> flush_in_slices();
  void flushed();
  void write_soon();
  transport::Task<void> write_in_time(std::shared_ptr<transport::Event> over);
  void failed(Error error);
  void settle();
  void save();

  Library library_;
  Account account_;
  store::IndexEntry entry_;
  std::int64_t updated_ms_ = 0;
  UpdateRedactor update_redactor_;
  std::uint64_t questions_ = 0;
  std::list<std::shared_ptr<const v1::Update>> backlog_;
  std::size_t backlog_bytes_ = 0;
  std::shared_ptr<transport::Event> catching_up_;  // while there are updates that wait

  std::size_t claims_ = 0;
  std::shared_ptr<transport::Event> claiming_;  // while a claim is being made
  std::optional<store::Folder> folder_;
  std::optional<store::Lock> lock_;
  std::optional<store::Writer> writer_;
  bool lacks_header_ = false;                // the first record that is added gets it before it
  std::shared_ptr<transport::Event> timer_;  // while something waits for its write
  std::optional<Error> failure_;
  bool is_flushing_ = false;  // in slices
  bool is_failing_ = false;   // no write has succeeded since one failed
  std::function<void()> on_failure_;
  struct Bound {
    std::uint64_t most = 0;
    std::function<void()> on_full;
    bool is_full = false;
  };
  std::optional<Bound> bound_;
};

}  // namespace tine::session
