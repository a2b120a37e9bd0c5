#include "executor/backend_process.h"

#include <utility>

namespace tine::executor {

BackendProcess::BackendProcess(transport::Loop& loop, Log& log, Redactor& redactor,
                               const Program& program, std::unique_ptr<transport::Guarded> process,
                               std::unique_ptr<Admission::Place> place, Explain explain)
    : log_(log),
      redactor_(redactor),
      program_(program),
      place_(std::move(place)),
      process_(std::move(process)),
      explain_(explain),
      pace_(std::make_shared<transport::Pace>(loop)) {}

BackendProcess::Reply<std::unique_ptr<BackendProcess>> BackendProcess::start(
    transport::Loop& loop, Log& log, Redactor& redactor, const Program& program, BackendSpec spec,
    Explain explain) {
  std::unique_ptr<Admission::Place> place;
  if (spec.admission != nullptr) {
    auto entered = co_await spec.admission->enter(std::move(spec.wish));
    if (!entered) co_return fail(std::move(entered.error()));
    place = std::move(*entered);
  }
  transport::GuardedSpec guarded = std::move(spec);
  auto process = co_await transport::Guarded::start(loop, std::move(guarded));
  if (!process) co_return fail(error_of_start(program, std::move(process.error())));
  if (place) place->begin((*process)->guardian_pid());
  co_return std::unique_ptr<BackendProcess>(new BackendProcess(
      loop, log, redactor, program, std::move(*process), std::move(place), explain));
}

std::unique_ptr<transport::Channel> BackendProcess::take_channel() {
  return transport::make_paced_channel(process_->take_channel(), pace_);
}

Result<void> BackendProcess::take_version(std::string version) {
  version_ = std::move(version);
  if (place_) place_->take_version(version_);
  const std::string note = note_of_version(program_, version_);
  if (!note.empty()) log_.info(note);
  return check_version(program_, version_);
}

transport::Task<Error> BackendProcess::end(transport::KillLadder ladder) {
  const transport::ExitReport report = co_await process_->stop(ladder);
  if (place_) place_->note_end();
  place_.reset();
  Error why = why_gone(report);
  if (!expected_) log_.warning(why.message);
  co_return why;
}

transport::Task<void> BackendProcess::ended() { co_await process_->exited(); }

transport::Task<Error> BackendProcess::why_gone() {
  const transport::ExitReport report = co_await process_->exited();
  co_return why_gone(report);
}

Error BackendProcess::why_gone(const transport::ExitReport& report) const {
  std::string said = report.tail;
  if (said.find(last_words_) == std::string::npos) said += last_words_;
  said = redactor_.redacted(said);
  Error error = error_of_end(program_, report.text(), said);
  if (explain_ != nullptr) explain_(error, said);
  return error;
}

}  // namespace tine::executor
