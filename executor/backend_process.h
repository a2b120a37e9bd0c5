#pragma once
// What the processes of all backends have in common: how they start, what holds them back, how they
// end and why. What is said to them and what they say is a backend's own affair.
//
// Owned by the process of a backend, on the loop's thread. `program` lives as long as tine does.

#include <memory>
#include <string>

#include "base/log.h"
#include "base/redact/redactor.h"
#include "base/result.h"
#include "executor/admission.h"
#include "executor/program.h"
#include "transport/guarded.h"
#include "transport/paced_channel.h"

namespace tine::executor {

/// How the process of a backend is started.
struct BackendSpec : transport::GuardedSpec {
  Admission* admission = nullptr;  ///< that has to let it start; null: it may
  Admission::Wish wish;
};

class BackendProcess {
 public:
  template <class T>
  using Reply = transport::Task<Result<T>>;

  /// `explain` finds out what an end means, from all that the process said; none: nothing more than
  /// that it is gone.
  using Explain = void (*)(Error& error, std::string_view said);

  static Reply<std::unique_ptr<BackendProcess>> start(transport::Loop& loop, Log& log,
                                                      Redactor& redactor, const Program& program,
                                                      BackendSpec spec, Explain explain = nullptr);

  /// Its stdin and stdout, to be taken once. It is not read from while its pace is held.
  std::unique_ptr<transport::Channel> take_channel();
  const std::shared_ptr<transport::Pace>& pace() const { return pace_; }

  /// Takes the version that it tells, with a note in the log when it is newer than known, or
  /// refuses it when it is too old.
  Result<void> take_version(std::string version);
  const std::string& version() const { return version_; }
  /// Takes what it said of its end elsewhere than on stderr.
  void take_last_words(std::string words) { last_words_ = std::move(words); }

  /// Its end is wished from now on, and no news for the log.
  void expect_end() { expected_ = true; }
  /// Makes it end, step by step, and tells why it is gone. Its channel should have been closed.
  transport::Task<Error> end(transport::KillLadder ladder);
  /// Returns when its whole tree has ended.
  transport::Task<void> ended();
  /// Waits for its end, and tells why it is gone.
  transport::Task<Error> why_gone();

 private:
  BackendProcess(transport::Loop& loop, Log& log, Redactor& redactor, const Program& program,
                 std::unique_ptr<transport::Guarded> process,
                 std::unique_ptr<Admission::Place> place, Explain explain);
  Error why_gone(const transport::ExitReport& report) const;

  Log& log_;
  Redactor& redactor_;
  const Program& program_;
  std::unique_ptr<Admission::Place> place_;  // until its end; null: nobody asked for one
  std::unique_ptr<transport::Guarded> process_;
  Explain explain_;
  std::shared_ptr<transport::Pace> pace_;
  std::string version_;
  std::string last_words_;
  bool expected_ = false;
};

}  // namespace tine::executor
