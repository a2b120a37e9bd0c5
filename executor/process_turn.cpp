#include "executor/process_turn.h"

#include <algorithm>
#include <utility>

namespace tine::executor {

ProcessTurn::ProcessTurn(transport::Loop& loop, v1::Client& client,
                         std::shared_ptr<transport::Pace> pace, std::string session,
                         transport::Milliseconds to_end)
    : loop_(loop),
      client_(client),
      pace_(std::move(pace)),
      session_(std::move(session)),
      to_end_(to_end),
      silence_(to_end),
      woken_(loop),
      no_question_(loop),
      not_holding_(loop) {
  no_question_.set();
  not_holding_.set();
}

void ProcessTurn::say(v1::Update update) {
  update.session = session_;
  client_.send(std::move(update));
  if (client_.has_room() || !not_holding_.is_set()) return;
  not_holding_.reset();
  pace_->hold();
  loop_.spawn(let_catch_up());
}

transport::Task<void> ProcessTurn::let_catch_up() {
  co_await client_.room();
  note_sign();
  pace_->release();
  not_holding_.set();
}

// --- its end
// ------------------------------------------------------------------------------------

void ProcessTurn::end(Result<v1::StopReason> stop) {
  if (over_) return;
  outcome_.stop = std::move(stop);
  over_ = true;
  woken_.set();
}

void ProcessTurn::overrule(Error why) {
  over_ = false;
  fail(std::move(why));
}

void ProcessTurn::hurry() {
  hurried_ = true;
  woken_.set();
}

void ProcessTurn::wait_for(transport::Milliseconds silence, bool ends) {
  if (silence_ == silence && ends_in_silence_ == ends) return;
  silence_ = silence;
  ends_in_silence_ = ends;
  woken_.set();
}

transport::Task<bool> ProcessTurn::ended() {
  while (!over_) {
    woken_.reset();
    const std::uint64_t before = signs_;
    const transport::Milliseconds patience = hurried_ ? to_end_ : silence_;
    const bool woken = co_await woken_.wait_for(patience);
    if (over_ || woken) continue;
    if (hurried_) co_return false;
    if (signs_ != before || !asked_.empty() || !not_holding_.is_set()) continue;
    if (!ends_in_silence_) co_return false;
    over_ = true;
  }
  co_return true;
}

transport::Task<void> ProcessTurn::close() {
  over_ = true;
  const auto open = asked_;
  for (const auto& each : open) each->cancel.cancel();
  co_await no_question_.wait();
  co_await not_holding_.wait();
}

// --- questions
// ------------------------------------------------------------------------------------

std::shared_ptr<ProcessTurn::Asked> ProcessTurn::open_question(std::string id) {
  auto asked = std::make_shared<Asked>();
  asked->id = std::move(id);
  asked_.push_back(asked);
  no_question_.reset();
  return asked;
}

void ProcessTurn::close_question(const std::shared_ptr<Asked>& asked) {
  std::erase(asked_, asked);
  note_sign();
  if (asked_.empty()) no_question_.set();
}

void ProcessTurn::withdraw(std::string_view id) {
  const auto found =
      std::find_if(asked_.begin(), asked_.end(), [id](const auto& each) { return each->id == id; });
  if (found == asked_.end()) return;
  const auto asked = *found;
  asked->withdrawn = true;
  asked->cancel.cancel();
}

}  // namespace tine::executor
