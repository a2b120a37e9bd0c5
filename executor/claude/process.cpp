#include "executor/claude/process.h"

#include <array>
#include <charconv>
#include <utility>

#include "base/json/writer.h"
#include "executor/claude/errors.h"
#include "executor/claude/limits.h"
#include "transport/limits.h"

namespace tine::executor::claude {
namespace {

/// The first version whose lines are those that are understood here.
constexpr std::array<int, 3> oldest = {2, 1, 328};
constexpr std::string_view update_hint =
    "Update Claude Code: npm install -g @anthropic-ai/claude-code@latest";

bool is_too_old(std::string_view version) {
  std::array<int, 3> parts{};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (int& part : parts) {
    at = std::from_chars(at, end, part).ptr;
    if (at != end) ++at;
  }
  return parts < oldest;
}

}  // namespace

Process::Process(transport::Loop& loop, Log& log, Redactor& redactor,
                 std::unique_ptr<transport::Guarded> process)
    : loop_(loop),
      log_(log),
      redactor_(redactor),
      process_(std::move(process)),
      pace_(std::make_shared<transport::Pace>(loop)),
      channel_(transport::make_paced_channel(process_->take_channel(), pace_)),
      outbox_(loop),
      ending_(limits::ending) {}

Process::Reply<std::shared_ptr<Process>> Process::start(transport::Loop& loop, Log& log,
                                                        Redactor& redactor, ProcessSpec spec) {
  transport::GuardedSpec guarded;
  guarded.command = std::move(spec.command);
  guarded.environment = std::move(spec.environment);
  guarded.cwd = std::move(spec.cwd);
  guarded.guardian = std::move(spec.guardian);
  auto started = co_await transport::Guarded::start(loop, std::move(guarded));
  if (!started) {
    Error error = std::move(started.error());
    if (error.kind == ErrorKind::backend_not_installed) error = not_installed(std::move(error));
    co_return fail(std::move(error));
  }
  std::shared_ptr<Process> process(new Process(loop, log, redactor, std::move(*started)));
  loop.spawn(read(process));
  loop.spawn(write(process));
  co_return process;
}

Process::Reply<void> Process::greet(std::string request) {
  const auto self = shared_from_this();
  auto answer = co_await control(std::move(request), limits::handshake);
  if (!answer) {
    co_await kill();
    co_return fail(std::move(answer.error()));
  }
  greeting_ = std::move(*answer);
  version_ = text_in(json::View(greeting_), "claude_code_version");
  if (is_too_old(version_)) {
    co_await kill();
    co_return fail(
        Error(ErrorKind::backend_too_old, "this is Claude Code " +
                                              (version_.empty() ? "of an old version" : version_) +
                                              "; tine needs 2.1.328 or later")
            .with_hint(std::string(update_hint)));
  }
  co_return Result<void>();
}

// --- what it says
// ------------------------------------------------------------------------------------

transport::Task<void> Process::read(std::shared_ptr<Process> self) {
  transport::LineReader reader(
      [&self](const transport::LineReader::Line& line) { self->receive(line); },
      tine::limits::max_line, transport::LineReader::Members::overlooked);
  const auto bytes = std::make_unique_for_overwrite<char[]>(transport::limits::read_chunk);
  const std::span<char> room(bytes.get(), transport::limits::read_chunk);
  while (!self->closed_) {
    const auto got = co_await self->channel_->read_some(room);
    if (!got || *got == 0) break;
    reader.feed(std::string_view(room.data(), *got));
  }
  if (!self->closed_) reader.finish();
  self->close();
  const transport::ExitReport report = co_await self->process_->stop(self->ending_);
  self->gone_ = true;
  const Error why = self->why_gone(report);
  if (!self->stopping_) self->log_.warning(why.message);
  for (const auto& [id, call] : std::exchange(self->calls_, {})) {
    call->answer = fail(why);
    call->ended.set();
  }
  if (ProcessListener* const listener = std::exchange(self->listener_, nullptr))
    listener->on_gone(why);
}

void Process::receive(const transport::LineReader::Line& line) {
  if (!line.is_object) {
    note_noise();
    return;
  }
  const json::View message(line.text);
  const json::View type = message.find("type");
  if (type.equals("control_response")) {
    answered(message.find("response"));
  } else if (type.equals("control_request")) {
    const std::string id = text_in(message, "request_id");
    if (listener_ != nullptr) {
      listener_->on_question(id, message.find("request"));
    } else {
      refuse(id, "nobody is there to answer");
    }
  } else if (type.equals("control_cancel_request")) {
    if (listener_ != nullptr) listener_->on_withdrawn(text_in(message, "request_id"));
  } else if (listener_ != nullptr) {
    listener_->on_line(message);
  } else if (type.equals("result")) {
    // A conversation that cannot be resumed is said so before anybody has asked anything.
    for (const json::View each : message.find("errors").elements())
      last_words_ = each.string().value_or(std::string());
  }
}

/// The first, the tenth, the hundredth: there is no end to what a program may print.
void Process::note_noise() {
  ++noise_;
  if (noise_ < next_noise_) return;
  next_noise_ *= 10;
  log_.warning("claude printed what is no message: " + std::to_string(noise_) +
               (noise_ == 1 ? " line" : " lines"));
}

Error Process::why_gone(const transport::ExitReport& report) const {
  std::string said = report.tail;
  if (said.find(last_words_) == std::string::npos) said += last_words_;
  return error_of_exit(report.text(), redactor_.redacted(said));
}

// --- what it is told
// ------------------------------------------------------------------------------------

transport::Task<void> Process::write(std::shared_ptr<Process> self) {
  for (;;) {
    co_await self->outbox_.filled();
    if (self->outbox_.broken()) co_return;
    const auto& pieces = self->outbox_.take_batch();
    const auto written = co_await self->channel_->write_all(pieces);
    self->outbox_.done();
    // That it has gone is seen by who reads from it.
    if (!written) co_return;
  }
}

void Process::send(std::string line) { outbox_.push(std::move(line), 0, {}); }

Process::Reply<std::string> Process::control(std::string request,
                                             transport::Milliseconds deadline) {
  const auto self = shared_from_this();
  if (closed_) {
    // It may have ended before it was asked anything.
    const transport::ExitReport report = co_await process_->exited();
    co_return fail(why_gone(report));
  }
  const std::string id = "tine-" + std::to_string(next_call_++);
  const auto call = std::make_shared<Call>(loop_);
  calls_.emplace(id, call);
  std::string line;
  json::Writer(line)
      .begin_object()
      .member("type", "control_request")
      .member("request_id", std::string_view(id))
      .key("request")
      .raw(request)
      .end_object();
  send(std::move(line));
  const bool in_time = co_await call->ended.wait_for(deadline);
  if (in_time) co_return std::move(call->answer);
  calls_.erase(id);
  co_return fail(ErrorKind::timeout, "claude did not answer " +
                                         text_in(json::View(request), "subtype") + " within " +
                                         std::to_string(deadline.count() / 1000) + " s");
}

void Process::answered(json::View response) {
  const auto found = calls_.find(text_in(response, "request_id"));
  if (found == calls_.end()) return;
  const auto call = found->second;
  calls_.erase(found);
  if (response.find("subtype").equals("success")) {
    call->answer = std::string(response.find("response").raw());
  } else {
    call->answer = fail(ErrorKind::backend_failed,
                        "claude: " + redactor_.redacted(text_in(response, "error")));
  }
  call->ended.set();
}

void Process::answer(const std::string& id, std::string_view response) {
  std::string line;
  json::Writer out(line);
  out.begin_object().member("type", "control_response").key("response").begin_object();
  out.member("subtype", "success").member("request_id", std::string_view(id));
  out.key("response").raw(response);
  out.end_object().end_object();
  send(std::move(line));
}

void Process::refuse(const std::string& id, std::string_view why) {
  std::string line;
  json::Writer out(line);
  out.begin_object().member("type", "control_response").key("response").begin_object();
  out.member("subtype", "error").member("request_id", std::string_view(id)).member("error", why);
  out.end_object().end_object();
  send(std::move(line));
}

// --- its end
// ------------------------------------------------------------------------------------

void Process::close() {
  if (std::exchange(closed_, true)) return;
  outbox_.break_off();
  channel_->close();
}

transport::Task<void> Process::stop() {
  const auto self = shared_from_this();
  stopping_ = true;
  close();
  co_await process_->exited();
}

transport::Task<void> Process::kill() {
  const auto self = shared_from_this();
  ending_ = limits::killing;
  co_await stop();
}

transport::Task<void> Process::ended() {
  const auto self = shared_from_this();
  co_await process_->exited();
}

}  // namespace tine::executor::claude
