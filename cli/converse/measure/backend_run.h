#pragma once
// Measures one backend: makes the sessions, asks, and notes what each answer has cost.
//
// Used by one coroutine, on the loop's thread; what it is given outlives it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ulid.h"
#include "cli/converse/local_agent.h"
#include "cli/converse/measure/figures.h"
#include "cli/converse/measure/measure.h"
#include "cli/converse/opened.h"
#include "executor/executor.h"
#include "session/fork/strategy.h"
#include "transport/cancel.h"

namespace tine::cli {

class BackendRun {
 public:
  BackendRun(World& world, LocalAgent& agent, const Measure& wish, std::string cwd,
             transport::CancelSource shutdown);
  BackendRun(const BackendRun&) = delete;
  BackendRun& operator=(const BackendRun&) = delete;

  /// All that is to be measured of the backend, or as much as could be. Removes its sessions.
  transport::Task<Figures> measure(const executor::Executor& backend);
  /// Conversations that the backend was asked to make.
  std::uint64_t conversations() const { return conversations_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// A session with the list in it.
  struct Parent {
    std::string id;
    std::string list;
  };
  using Measured = transport::Task<Result<Sample>>;

  transport::Task<void> measure_all(Figures& out);
  transport::Task<bool> measure_round(Figures& out, std::uint64_t number);
  transport::Task<bool> measure_forks(Figures& out, std::uint64_t number);
  transport::Task<void> measure_expired(Figures& out);
  transport::Task<bool> ask_questions(Figures& out);
  transport::Task<Result<void>> find_obstacles(std::string parent);

  Measured cold(Parent& parent);
  Measured resumed(std::string id);
  Measured forked(std::string parent, session::Strategy strategy);
  Measured delegations();
  Measured replies();
  Measured play(std::string session, std::string words, Clock::time_point begun);
  transport::Task<Result<std::string>> begin();
  transport::Task<void> remove(std::string session);
  transport::Task<void> remove_all();

  Sample sample_of(std::string_view meta, Clock::time_point begun);
  std::string new_list();
  std::string prompt(const std::string& list, std::string_view question) const;
  void show(const std::string& what) const;
  /// Notes what came of it. False: there is no use in going on with the backend.
  static bool take(Result<Sample> sample, MeasuredWay& way, Figures& out);

  World& world_;
  LocalAgent& agent_;
  const Measure& wish_;
  std::string cwd_;
  transport::CancelSource shutdown_;
  UlidSource marks_;
  const executor::Executor* backend_ = nullptr;
  std::string model_;
  bool is_modelled_ = false;
  std::vector<Parent> parents_;
  std::vector<std::string> open_;                       // sessions
  std::map<session::Strategy, std::string> obstacles_;  // why a fork cannot be made so
  std::uint64_t conversations_ = 0;
};

}  // namespace tine::cli
