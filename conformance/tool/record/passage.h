#pragma once
// Passes bytes between an editor (our stdin and stdout) and an agent, both ways and at once, and
// hands each line to a recorder.
//
// Made by the command, for one run, on the loop of the agent; the agent and the recorder outlive
// it.

#include <csignal>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/play/server.h"
#include "conformance/tool/record/recorder.h"
#include "transport/event.h"
#include "transport/stdio.h"

namespace tine::conformance {

/// Holds back the signals that are for the agent. Made before any thread.
class PassedSignals {
 public:
  PassedSignals();
  transport::Fd take() { return std::move(file_); }

 private:
  transport::Fd file_;  // of the kind signalfd
};

class Passage {
 public:
  Passage(transport::Stdio stdio, Server& agent, PassedSignals& signals, Recorder& recorder);
  Passage(const Passage&) = delete;
  Passage& operator=(const Passage&) = delete;

  /// Until the agent has ended; its exit status.
  int run();

 private:
  /// What happened, in its order.
  struct Happening {
    enum class Kind : char { client_line, agent_line, client_end, signal };
    Kind kind = Kind::client_line;
    std::string line;
    int signal = 0;
  };

  transport::Task<void> from_client();
  transport::Task<void> from_agent();
  transport::Task<void> pass_signals();
  transport::Task<void> record();
  transport::Task<void> see_the_end();
  void take(std::string& rest, std::string_view bytes, Happening::Kind kind);
  void add(Happening happening);
  void record_one();
  transport::Task<void> until_recorded();

  Server& agent_;
  Recorder& recorder_;
  std::unique_ptr<transport::Channel> client_;
  transport::Fd signals_;
  std::string from_client_;  // a line that has not ended
  std::string from_agent_;
  std::deque<Happening> happened_;
  std::size_t waiting_ = 0;  // bytes in it
  transport::Event news_;
  transport::Event agent_silent_;  // its output is over
  bool writing_ = false;           // the editor has not yet read all
  bool over_ = false;              // the agent has gone
  int status_ = 0;
};

}  // namespace tine::conformance
