#pragma once
// A running `claude` in its streaming mode: the lines that it says, the control requests both ways.
// One process serves one conversation.
//
// Shared by its conversation and its own coroutines, on the loop's thread; the listener outlives it
// or lets go with listen(nullptr). It may go at any time: calls fail then, and the listener is told
// why.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "base/log.h"
#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/backend_process.h"
#include "transport/event.h"
#include "transport/line_reader.h"
#include "transport/outbox.h"

namespace tine::executor::claude {

/// What a conversation hears. Views are valid during the call only.
class ProcessListener {
 public:
  virtual ~ProcessListener() = default;
  virtual void on_line(json::View line) = 0;
  /// To be answered with Process::answer() or refuse(), soon or late.
  virtual void on_question(const std::string& id, json::View request) = 0;
  /// The question is not to be answered any more.
  virtual void on_withdrawn(const std::string& id) = 0;
  virtual void on_gone(const Error& why) = 0;
};

class Process final : public std::enable_shared_from_this<Process> {
 public:
  template <class T>
  using Reply = transport::Task<Result<T>>;

  /// Starts it; greet() is awaited before anything else is asked of it.
  static Reply<std::shared_ptr<Process>> start(transport::Loop& loop, Log& log, Redactor& redactor,
                                               BackendSpec spec);

  /// Asks it to initialize; `request` is the control request. One that does not do so is ended.
  Reply<void> greet(std::string request);
  /// What it answered to initialize, JSON.
  const std::string& greeting() const { return greeting_; }
  /// Of Claude Code, as it told.
  const std::string& version() const { return process_->version(); }

  void listen(ProcessListener* listener) { listener_ = listener; }
  /// Whoever cannot keep up holds it: the process is not read from then.
  const std::shared_ptr<transport::Pace>& pace() const { return process_->pace(); }
  bool gone() const { return gone_; }
  /// It says nothing any more, but something of its tree may still be alive.
  bool is_ending() const { return closed_; }

  /// Sends the line of a prompt, of which nothing is copied.
  void prompt(std::shared_ptr<const std::string> line);
  /// A control request; `request` is its JSON with the subtype. Gives what was answered, JSON, or
  /// an empty text when that was nothing.
  Reply<std::string> control(std::string request, transport::Milliseconds deadline);
  /// Answers a question with the JSON of a response.
  void answer(const std::string& id, std::string_view response);
  void refuse(const std::string& id, std::string_view why);

  /// Lets it end by itself, or else makes it; returns when nothing of its tree is alive. One that
  /// was never prompted has nothing to write down: it is made to end at once.
  transport::Task<void> stop();
  /// Makes it end soon, whatever it does.
  transport::Task<void> kill();
  transport::Task<void> ended();

 private:
  struct Call {
    explicit Call(transport::Loop& loop) : ended(loop) {}
    Result<std::string> answer;
    transport::Event ended;
  };

  Process(transport::Loop& loop, Log& log, Redactor& redactor,
          std::unique_ptr<BackendProcess> process);
  static transport::Task<void> read(std::shared_ptr<Process> self);
  static transport::Task<void> write(std::shared_ptr<Process> self);
  void send(std::string line);
  void receive(json::View message);
  transport::Task<void> receive_long(std::string line);
  void answered(json::View response);
  void note_noise();
  void close();
  transport::Task<void> end();

  transport::Loop& loop_;
  Log& log_;
  std::uint64_t noise_ = 0;       // lines that were no messages
  std::uint64_t next_noise_ = 1;  // the next count that is logged
  Redactor& redactor_;
  std::unique_ptr<BackendProcess> process_;
  std::unique_ptr<transport::Channel> channel_;
  transport::Outbox outbox_;
  ProcessListener* listener_ = nullptr;
  std::string greeting_;
  std::map<std::string, std::shared_ptr<Call>> calls_;
  std::uint64_t next_call_ = 1;
  transport::KillLadder ending_;
  bool prompted_ = false;
  bool closed_ = false;
  bool gone_ = false;
};

}  // namespace tine::executor::claude
