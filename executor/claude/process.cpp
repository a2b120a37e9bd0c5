#include "executor/claude/process.h"

#include <memory>
#include <optional>
#include <utility>

#include "base/json/long_values.h"
#include "base/json/writer.h"
#include "executor/claude/errors.h"
#include "executor/claude/limits.h"
#include "executor/claude/program.h"
#include "executor/limits.h"
#include "transport/limits.h"
#include "transport/worker.h"

namespace tine::executor::claude {
Process::Process(transport::Loop& loop, Log& log, Redactor& redactor,
                 std::unique_ptr<BackendProcess> process)
    : loop_(loop),
      log_(log),
      redactor_(redactor),
      process_(std::move(process)),
      channel_(process_->take_channel()),
      outbox_(loop),
      ending_(executor::limits::ending) {}

Process::Reply<std::shared_ptr<Process>> Process::start(transport::Loop& loop, Log& log,
                                                        Redactor& redactor, BackendSpec spec) {
  auto started =
      co_await BackendProcess::start(loop, log, redactor, program, std::move(spec), explain_end);
  if (!started) co_return fail(std::move(started.error()));
  std::shared_ptr<Process> process(new Process(loop, log, redactor, std::move(*started)));
  loop.spawn(read(process));
  loop.spawn(write(process));
  co_return process;
}

Process::Reply<void> Process::greet(std::string request) {
  const auto self = shared_from_this();
  auto answer = co_await control(std::move(request), executor::limits::handshake);
  if (!answer) {
    co_await kill();
    co_return fail(std::move(answer.error()));
  }
  greeting_ = std::move(*answer);
  auto taken = process_->take_version(text_in(json::View(greeting_), "claude_code_version"));
  if (!taken) co_await kill();
  co_return taken;
}

// --- what it says
// ------------------------------------------------------------------------------------

transport::Task<void> Process::read(std::shared_ptr<Process> self) {
  std::optional<std::string> long_line;
  transport::LineReader* reading = nullptr;
  transport::LineReader reader(
      [&](const transport::LineReader::Line& line) {
        if (!line.is_object) {
          self->note_noise();
        } else if (line.text.size() > transport::limits::long_message) {
          long_line = reading->take_line();
        } else {
          self->receive(json::View(line.text));
        }
      },
      tine::limits::max_line, transport::LineReader::Members::overlooked);
  reading = &reader;
  const auto bytes = std::make_unique_for_overwrite<char[]>(transport::limits::read_chunk);
  const std::span<char> room(bytes.get(), transport::limits::read_chunk);
  while (!self->closed_) {
    const auto got = co_await self->channel_->read_some(room);
    if (!got || *got == 0) break;
    std::string_view rest(room.data(), *got);
    while (!rest.empty() && !self->closed_) {
      reader.feed_line(rest);
      if (!long_line) continue;
      std::string line = std::move(*long_line);
      long_line.reset();
      co_await self->receive_long(std::move(line));
    }
  }
  if (!self->closed_) reader.finish();
  if (long_line) co_await self->receive_long(std::move(*long_line));
  self->close();
  const Error why = co_await self->process_->end(self->ending_);
  self->gone_ = true;
  for (const auto& [id, call] : std::exchange(self->calls_, {})) {
    call->answer = fail(why);
    call->ended.set();
  }
  if (ProcessListener* const listener = std::exchange(self->listener_, nullptr))
    listener->on_gone(why);
}

/// Others on the loop go on while it is taken apart.
transport::Task<void> Process::receive_long(std::string line) {
  const auto text = std::make_shared<const std::string>(std::move(line));
  const json::LongValues values = co_await transport::find_long_values(loop_, text);
  if (closed_) co_return;
  const json::LongValues::Use use(values);
  receive(json::View(*text));
}

void Process::receive(json::View message) {
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
      process_->take_last_words(each.string().value_or(std::string()));
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

void Process::prompt(std::shared_ptr<const std::string> line) {
  prompted_ = true;
  const std::string_view whole(*line);
  outbox_.push({.before = {}, .owner = std::move(line), .part = whole, .after = {}}, 0);
}

Process::Reply<std::string> Process::control(std::string request,
                                             transport::Milliseconds deadline) {
  const auto self = shared_from_this();
  if (closed_) {
    // It may have ended before it was asked anything.
    Error why = co_await process_->why_gone();
    co_return fail(std::move(why));
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
  if (!prompted_) ending_ = limits::unused;
  return end();
}

transport::Task<void> Process::kill() {
  ending_ = prompted_ ? limits::killing : limits::unused;
  return end();
}

transport::Task<void> Process::end() {
  const auto self = shared_from_this();
  process_->expect_end();
  close();
  co_await process_->ended();
}

transport::Task<void> Process::ended() {
  const auto self = shared_from_this();
  co_await process_->ended();
}

}  // namespace tine::executor::claude
