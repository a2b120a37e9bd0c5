#include "executor/backend_process.h"

#include <utility>

namespace tine::executor {

BackendProcess::BackendProcess(transport::Loop& loop, Log& log, Redactor& redactor,
                               const Program& program, std::unique_ptr<transport::Guarded> process,
                               Explain explain)
    : log_(log),
      redactor_(redactor),
      program_(program),
      process_(std::move(process)),
      explain_(explain),
      pace_(std::make_shared<transport::Pace>(loop)) {}

BackendProcess::Reply<std::unique_ptr<BackendProcess>> BackendProcess::start(
    transport::Loop& loop, Log& log, Redactor& redactor, const Program& program,
    transport::GuardedSpec spec, Explain explain) {
  auto process = co_await transport::Guarded::start(loop, std::move(spec));
  if (!process) co_return fail(error_of_start(program, std::move(process.error())));
  co_return std::unique_ptr<BackendProcess>(
      new BackendProcess(loop, log, redactor, program, std::move(*process), explain));
}

std::unique_ptr<transport::Channel> BackendProcess::take_channel() {
  return transport::make_paced_channel(process_->take_channel(), pace_);
}

Result<void> BackendProcess::take_version(std::string version) {
  version_ = std::move(version);
  const std::string note = note_of_version(program_, version_);
  if (!note.empty()) log_.info(note);
  return check_version(program_, version_);
}

transport::Task<Error> BackendProcess::end(transport::KillLadder ladder) {
  const transport::ExitReport report = co_await process_->stop(ladder);
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
