#include "session/record/record.h"

#include <exception>
#include <utility>
#include <vector>

#include "base/crc32c.h"
#include "base/json/long_values.h"
#include "base/json/redact.h"
#include "protocol/v1/build_update.h"
#include "session/limits.h"
#include "session/record/conclusion.h"
#include "session/record/data.h"
#include "session/record/header.h"
#include "session/record/lineage.h"
#include "session/record/update_pieces.h"
#include "session/store/limits.h"
#include "transport/worker.h"

namespace tine::session {

Record::Record(Library library, Account account)
    : library_(library),
      account_(std::move(account)),
      entry_(account_.history->where()),
      updated_ms_(library_.env.wall_ms()),
      update_redactor_(library_.redactor, [this](const v1::Update& clean) {
        if (clean.text.none()) account_.take_update(json::View(clean.payload));
        if (writer_ && is_recorded(clean.kind)) writer_->add_update(clean);
      }) {
  library_.redactor.continue_from(account_.state.marker);
}

Record::~Record() {
  if (timer_) timer_->set();
  if (writer_ && writer_->pending())
    library_.log.error("the end of session " + id() + " could not be written and is lost");
}

// --- the right to write
// ----------------------------------------------------------------------------

transport::Task<Result<bool>> Record::claim(std::string reason) {
  const auto self = shared_from_this();
  while (claiming_) {
    const auto other = claiming_;
    co_await other->wait();
  }
  if (claims_ > 0) {
    ++claims_;
    co_return false;
  }
  const auto made = std::make_shared<transport::Event>(library_.loop);
  claiming_ = made;
  auto taken = co_await take(std::move(reason));
  claiming_ = nullptr;
  made->set();
  if (taken) {
    ++claims_;
  } else if (!writer_ || !writer_->pending()) {
    writer_.reset();
    lock_.reset();
    folder_.reset();
  }
  co_return taken;
}

transport::Task<Result<bool>> Record::take(std::string reason) {
  if (lock_) {
    // What could not be written before comes first.
    failure_.reset();
    flush();
    if (failure_) co_return fail(*failure_);
    co_return false;
  }
  failure_.reset();
  // Nothing is made where the session was deleted.
  const auto found = library_.store.find(id());
  if (!found) co_return fail(found.error());
  auto folder = library_.store.open(entry_);
  if (!folder) co_return fail(std::move(folder.error()));
  folder_ = std::move(*folder);
  const store::Holder me = store::this_process(library_.env, std::move(reason));
  auto lock = store::Lock::take(*folder_, me);
  // A child that a killed process was just starting has its lock until it becomes another program.
  for (int tries = 0; !lock && store::Lock::is_coming_free(*folder_) && tries < limits::lock_tries;
       ++tries) {
    co_await transport::pause(library_.loop, limits::lock_pause);
    lock = store::Lock::take(*folder_, me);
  }
  if (!lock) co_return fail(std::move(lock.error()));
  lock_ = std::move(*lock);
  // It may have been deleted before the lock was there.
  const auto now = library_.store.find_any(id());
  if (!now) co_return fail(now.error());
  if (now->deleted) co_return fail(ErrorKind::session_not_found, "there is no such session");

  const store::WritePoint from = account_.end();
  const store::SeeLine see = [this](const store::Line& line, std::int64_t begin, std::int64_t end) {
    account_.take(line, begin, end);
  };
  auto recovered = co_await store::recover(library_.loop, *folder_, from, see);
  if (!recovered) co_return fail(std::move(recovered.error()));
  if (!recovered->torn_tail_file.empty()) {
    library_.log.warning("the transcript of session " + id() +
                         " ended in a torn line, which is in " + recovered->torn_tail_file +
                         " now");
  }
  library_.redactor.continue_from(account_.state.marker);
  writer_.emplace(library_.env, recovered->point);
  bool news = recovered->point.offset != from.offset;
  lacks_header_ = recovered->point.offset == 0;
  if (account_.turn_open) {
    TurnAborted aborted;
    aborted.turn = account_.next_turn();
    aborted.previous = account_.state.last_turn_offset;
    aborted.tool_calls = account_.open_tool_calls;
    aborted.asked = account_.asked;
    append(record_type::turn_aborted, turn_aborted_data(aborted));
    flush();
    if (failure_) co_return fail(*failure_);
    news = true;
  }
  co_return news;
}

void Record::begin_transcript() {
  if (std::exchange(lacks_header_, false)) append(record_type::header, header_data(account_.state));
}

bool Record::claim_again() {
  if (claims_ == 0) return false;
  ++claims_;
  return true;
}

void Record::release() {
  if (claims_ == 0 || --claims_ > 0) return;
  // What was said behind the last turn's end has had no other moment for it.
  if (!failure_) {
    update_redactor_.finish();
    flush();
  }
  if (timer_) timer_->set();
  if (writer_ && writer_->pending()) return;
  if (writer_) settle();
  writer_.reset();
  lock_.reset();
  folder_.reset();
}

transport::Task<Result<bool>> Record::look() {
  const auto self = shared_from_this();
  if (lock_) co_return false;
  auto folder = library_.store.open(entry_);
  if (!folder) co_return fail(std::move(folder.error()));
  const store::WritePoint from = account_.end();
  // Taken over only when nobody else has done so in the meantime.
  const store::SeeLine see = [this](const store::Line& line, std::int64_t begin, std::int64_t end) {
    if (!lock_ && begin >= account_.state.transcript_bytes) account_.take(line, begin, end);
  };
  const auto reached = co_await store::read_on(library_.loop, *folder, from, see);
  if (!reached) co_return fail(reached.error());
  library_.redactor.continue_from(account_.state.marker);
  co_return reached->offset != from.offset;
}

// --- writing
// ---------------------------------------------------------------------------------------

bool Record::is_recorded(std::string_view type) const {
  return library_.policy.keep_text || type == record_type::header || type == record_type::fork ||
         type == record_type::backend || type == record_type::prompt || type == record_type::sent ||
         type == record_type::turn_end || type == record_type::turn_aborted ||
         type == record_type::conclusion;
}

bool Record::is_recorded(v1::UpdateKind kind) const {
  return library_.policy.keep_text || kind == v1::UpdateKind::current_mode_update ||
         kind == v1::UpdateKind::config_option_update || kind == v1::UpdateKind::usage_update;
}

void Record::append(std::string_view type, std::string_view data) {
  if (!writer_ || !is_recorded(type)) return;
  begin_transcript();
  take(type, data, writer_->add(type, data));
  write_soon();
}

/// Made in slices. The caller keeps the text.
transport::Task<std::uint32_t> Record::checksum_of(const std::string& text) {
  std::uint32_t crc = 0;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view slice = rest.substr(0, limits::checked_slice);
    crc = crc32c(slice, crc);
    rest.remove_prefix(slice.size());
    co_await transport::yield(library_.loop);
  }
  co_return crc;
}

void Record::take(std::string_view type, std::string_view data, const store::Writer::Added& added) {
  store::Line line;
  const std::string time(writer_->time());
  line.time = time;
  line.type = type;
  line.data = json::View(data);
  line.seq = added.seq;
  account_.take(line, added.begin, added.end);
}

void Record::add(std::string_view type, const std::string& data) {
  if (failure_) return;
  append(type, data);
}

/// A long one. What it says is not looked at by the account.
void Record::add_prompt(const std::string& message_id, std::string content, std::uint32_t crc,
                        const std::optional<AskedPrompt>& asked) {
  if (!writer_ || failure_) return;
  begin_transcript();
  const std::string empty = prompt_data(account_.next_turn(), message_id, "[]", asked);
  const std::size_t place = empty.rfind("[]");
  const std::string_view before = std::string_view(empty).substr(0, place);
  const std::string_view after = std::string_view(empty).substr(place + 2);
  take(record_type::prompt, empty,
       writer_->add_long(record_type::prompt, before, std::move(content), crc, after));
}

transport::Task<void> Record::prompt(std::string message_id, std::string content,
                                     std::optional<AskedPrompt> asked) {
  const auto self = shared_from_this();
  co_await caught_up();
  touch();
  // What was said between the turns comes before it.
  update_redactor_.finish();
  const bool is_first = !account_.state.prompted;
  const bool is_long = content.size() > store::limits::write_buffer;
  if (is_long) {
    const std::uint32_t crc = co_await checksum_of(content);
    update_redactor_.finish();
    add_prompt(message_id, std::move(content), crc, asked);
  } else {
    add(record_type::prompt, prompt_data(account_.next_turn(), message_id, content, asked));
  }
  if (is_first || is_long) co_await flush_in_slices();
  // From now on it is listed.
  if (is_first) save();
}

transport::Task<Result<void>> Record::note_sent() {
  const auto self = shared_from_this();
  if (!account_.asked || account_.asked->sent) co_return Result<void>();
  if (failure_) co_return fail(*failure_);
  append(record_type::sent, sent_data(account_.next_turn()));
  co_return co_await keep(account_.state.last_seq);
}

std::uint64_t Record::note_question(std::string_view method, std::string_view params) {
  add(record_type::question, question_data(++questions_, method, params, library_.redactor));
  return questions_;
}

void Record::note_answer(std::uint64_t question, std::string_view result) {
  add(record_type::answer, answer_data(question, result, library_.redactor));
}

void Record::note_refusal(std::uint64_t question, const Error& error) {
  add(record_type::answer, refusal_data(question, error, library_.redactor));
}

void Record::update(const v1::Update& update) {
  // Once a write has failed the turn is about to end: what it still says finds no room.
  if (!writer_ || failure_) return;
  if (!catching_up_ && update.payload.size() <= limits::long_update) return record(update);
  long_update(std::make_shared<const v1::Update>(update));
}

void Record::long_update(std::shared_ptr<const v1::Update> update) {
  if (!writer_ || failure_) return;
  backlog_bytes_ += update->payload.size();
  backlog_.push_back(std::move(update));
  if (catching_up_) return;
  catching_up_ = std::make_shared<transport::Event>(library_.loop);
  library_.loop.spawn(catch_up(catching_up_));
}

transport::Task<void> Record::caught_up() {
  const auto self = shared_from_this();
  while (catching_up_) {
    const auto over = catching_up_;
    co_await over->wait();
  }
}

transport::Task<void> Record::catch_up(std::shared_ptr<transport::Event> over) {
  const auto self = shared_from_this();
  // The right to write is not given back before it is used.
  const bool claims = claim_again();
  while (!backlog_.empty()) {
    co_await transport::yield(library_.loop);
    std::shared_ptr<const v1::Update> next = std::move(backlog_.front());
    const std::size_t bytes = next->payload.size();
    backlog_.pop_front();
    try {
      co_await record_in_slices(std::move(next));
    } catch (const std::exception& fault) {
      // Out of memory.
      failed(Error(ErrorKind::internal, fault.what()));
    }
    backlog_bytes_ -= bytes;
  }
  catching_up_ = nullptr;
  over->set();
  if (claims) release();
}

/// Ends early once nothing can be written any more.
transport::Task<void> Record::record_in_slices(std::shared_ptr<const v1::Update> update) {
  if (!writer_ || failure_) co_return;
  if (update->payload.size() <= limits::long_update) {
    record(*update);
    co_return;
  }
  if (!update->text.none()) {
    co_await record_chunk(std::move(update));
    co_return;
  }
  begin_transcript();
  const std::shared_ptr<const std::string> text(update, &update->payload);
  const json::LongValues values = co_await transport::find_long_values(library_.loop, text);
  UpdateRedactor::LongUpdate redaction(update_redactor_, *update, values);
  while (redaction.read()) co_await transport::yield(library_.loop);
  for (v1::Update& part : redaction.take()) co_await record_long(std::move(part));
  co_await flush_in_slices();
}

/// One that is clean.
transport::Task<void> Record::record_long(v1::Update part) {
  const auto text = std::make_shared<std::string>(std::move(part.payload));
  const std::uint32_t crc = co_await checksum_of(*text);
  const json::LongValues values = co_await transport::find_long_values(library_.loop, text);
  if (!writer_ || failure_) co_return;
  {
    const json::LongValues::Use use(values);
    account_.take_update(json::View(*text));
  }
  if (is_recorded(part.kind)) writer_->add_long(record_type::update, {}, std::move(*text), crc, {});
}

/// A text is recorded as if it had come in pieces.
transport::Task<void> Record::record_chunk(std::shared_ptr<const v1::Update> update) {
  UpdatePieces pieces(*update);
  v1::Update piece;
  while (writer_ && !failure_ && pieces.next(piece)) {
    record(piece);
    co_await transport::yield(library_.loop);
  }
}

/// At once.
void Record::record(const v1::Update& update) {
  begin_transcript();
  update_redactor_.update(update);
  if (writer_->should_flush() && !is_flushing_) {
    flush();
  } else {
    write_soon();
  }
}

std::uint64_t Record::end_turn(TurnEnd end) {
  touch();
  update_redactor_.finish();
  if (failure_) end_tool_calls();
  end.turn = account_.next_turn();
  end.previous = account_.state.last_turn_offset;
  end.marker = library_.redactor.highest_number();
  end.asked = account_.asked;
  append(record_type::turn_end, turn_end_data(end, library_.redactor));
  return account_.history->cursor();
}

/// Of a turn that nothing more was taken of, as it could not be written.
void Record::end_tool_calls() {
  const std::vector<std::string> open = account_.open_tool_calls;  // saying so ends them
  for (const std::string& id : open) {
    v1::ToolCall last;
    last.id = id;
    last.status = v1::ToolStatus::failed;
    append(record_type::update, v1::tool_call_update(last).payload);
  }
}

void Record::preset(const v1::Update& update) {
  const std::string clean = json::redacted(update.payload, library_.redactor);
  account_.take_update(json::View(clean));
  save();
}

void Record::preset_backend(const store::State& begins) {
  account_.state.backend = begins.backend;
  account_.state.mode = begins.mode;
  account_.state.options = begins.options;
  save();
}

void Record::flush() {
  if (!writer_ || !folder_) return;
  update_redactor_.settle();
  if (!writer_->pending()) return;
  auto done = writer_->flush(*folder_);
  if (!done) return failed(std::move(done.error()));
  flushed();
}

/// The same with others on the loop in between; what is added meanwhile is written too.
transport::Task<void> Record::flush_in_slices() {
  const auto self = shared_from_this();
  while (writer_ && folder_ && !failure_) {
    update_redactor_.settle();
    const auto done = writer_->flush_some(*folder_, limits::written_slice);
    if (!done) failed(done.error());
    if (done && *done) flushed();
    if (!done || *done) break;
    is_flushing_ = true;
    co_await transport::yield(library_.loop);
    is_flushing_ = false;
  }
}

void Record::flushed() {
  is_failing_ = false;
  library_.syncer.later(entry_);
}

void Record::failed(Error error) {
  if (failure_) return;
  failure_ = std::move(error);
  // One line for as long as it goes on; who asks is told each time.
  if (!std::exchange(is_failing_, true))
    library_.log.error("session " + id() + ": " + failure_->message);
  if (on_failure_) on_failure_();
}

void Record::begin_with(Past past) {
  store::State& state = account_.state;
  state.fork_strategy = std::move(past.strategy);
  if (past_of(state) == History::Past::retold) account_.history->retell();
  state.adopted = std::move(past.adopted);
  state.adopted_turn = std::move(past.adopted_turn);
  if (!past.conversation.empty())
    state.backends[state.backend].provider_id = std::move(past.conversation);
}

void Record::bind(std::uint64_t most, std::function<void()> on_full) {
  bound_ = Bound{.most = most, .on_full = std::move(on_full)};
}

bool Record::has_room_for(std::size_t bytes) {
  if (!bound_ || !writer_ || !library_.policy.keep_text) return true;
  if (bound_->is_full) return false;
  const std::uint64_t known = static_cast<std::uint64_t>(writer_->offset()) + writer_->waiting() +
                              update_redactor_.waiting() + backlog_bytes_ + limits::record_frame;
  if (known + bytes <= bound_->most) return true;
  bound_->is_full = true;
  bound_->on_full();
  return false;
}

/// What was written is what is known.
void Record::settle() {
  if (writer_->offset() == 0) return;
  account_.state.last_seq = writer_->next_seq() - 1;
  account_.state.transcript_bytes = writer_->offset();
}

void Record::save() {
  if (writer_) settle();
  account_.state.marker = library_.redactor.highest_number();
  auto saved = library_.store.write_state(account_.state);
  // It can be made anew from the transcript, so nothing is lost.
  if (!saved)
    library_.log.warning("the state of session " + id() +
                         " could not be saved: " + saved.error().message);
}

transport::Task<Result<void>> Record::write() {
  const auto self = shared_from_this();
  co_await caught_up();
  failure_.reset();
  co_await flush_in_slices();
  if (failure_) co_return fail(*failure_);
  save();
  if (library_.policy.sync_each_turn) co_return co_await library_.syncer.now(entry_, true);
  co_return Result<void>();
}

transport::Task<Result<void>> Record::keep(std::uint64_t seq) {
  const auto self = shared_from_this();
  if (writer_ && writer_->written_seq() < seq) {
    failure_.reset();
    co_await flush_in_slices();
    if (failure_) co_return fail(*failure_);
  }
  if (begun() && library_.policy.sync_each_turn)
    co_return co_await library_.syncer.now(entry_, false);
  co_return Result<void>();
}

/// What is added is in the file after limits::write_delay at the latest, also when nothing follows.
void Record::write_soon() {
  if (timer_) return;
  timer_ = std::make_shared<transport::Event>(library_.loop);
  library_.loop.spawn(write_in_time(timer_));
}

transport::Task<void> Record::write_in_time(std::shared_ptr<transport::Event> over) {
  const auto self = shared_from_this();
  for (;;) {
    const bool ended = co_await over->wait_for(store::limits::write_delay);
    if (ended || !writer_ || failure_) break;
    update_redactor_.settle();
    if (!writer_->pending()) break;
    co_await flush_in_slices();
  }
  if (timer_ == over) timer_.reset();
}

}  // namespace tine::session
