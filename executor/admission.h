#pragma once
// Decides whether another process of a backend may start: whether there may be so many, and whether
// there is memory for it, by what the backend's processes have taken before. What is idle gives way
// first. Notes what each of them takes.
//
// Made by main, on the loop's thread; outlives the backends and their processes.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "executor/memory.h"
#include "transport/cancel.h"
#include "transport/event.h"
#include "transport/loop.h"

namespace tine::executor {

/// The most that processes of a backend have taken, each with all that descends from it: in bytes,
/// the last one last.
struct Peaks {
  std::string backend;
  std::string program;  ///< its version; empty: it tells none
  std::vector<std::uint64_t> bytes;

  bool operator==(const Peaks&) const = default;
};

/// What 95 of 100 of them do not exceed; 0: none is known.
std::uint64_t usual_peak(std::vector<std::uint64_t> peaks);
/// Adds one, so that the last limits::kept_peaks are kept, and the backend comes last.
void add_peak(std::vector<Peaks>& all, const Peaks& one);

/// What is known from before.
struct Recalled {
  std::vector<Peaks> peaks;
  std::string complaint;  ///< for the log; empty: there is none
};

class Admission {
 public:
  struct Rules {
    std::uint64_t min_free = 0;     ///< bytes that are to stay free; 0: memory is not looked at
    std::size_t max_processes = 0;  ///< 0: any number
  };
  /// Where its facts come from. Each function runs beside the loop and owns what it uses.
  struct Sources {
    std::function<std::optional<std::uint64_t>()> free;
    std::function<TreeMemory(pid_t guardian)> tree;
    std::function<Recalled()> recall;
    std::function<std::string(const Peaks& one)> keep;  ///< gives what there is to complain of
  };

  Admission(transport::Loop& loop, Log& log, Rules rules, Sources sources)
      : loop_(loop), log_(log), rules_(rules), sources_(std::move(sources)), ended_(loop) {}
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;

  /// One process, from before its start to the end of all that descends from it.
  class Place {
   public:
    Place(Admission& all, std::string backend);
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    void begin(pid_t guardian) { guardian_ = guardian; }
    void take_version(std::string version) { program_ = std::move(version); }
    /// All has ended: notes what it took.
    void note_end();

   private:
    friend class Admission;
    Admission& all_;
    std::string backend_;
    std::string program_;
    pid_t guardian_ = 0;
    TreeMemory memory_;
  };

  /// A request for a process.
  struct Wish {
    std::string backend;
    bool is_ahead = false;  ///< nobody waits for it yet: it does not wait, and nothing makes room
    std::string session;    ///< that it is for; empty: for several
    transport::CancelSource unwanted;  ///< it is not waited for any longer
  };
  /// Waits in line while there are as many processes as may be and none of them is idle.
  /// memory_low: another one would leave too little memory free.
  transport::Task<Result<std::unique_ptr<Place>>> enter(Wish wish);

  /// A backend's processes that do nothing.
  struct Idle {
    /// Since when the one does nothing that was used longest ago; none: there is none.
    std::function<std::optional<std::chrono::steady_clock::time_point>()> since;
    /// Ends that one, without waiting for it.
    std::function<void()> end;
  };
  /// For as long as this lives.
  void add_idle(Idle idle) { idle_.push_back(std::move(idle)); }
  /// Something has become idle: the first in line looks again.
  void look_again();

  /// Calls `tell` when a process that `session`, on `backend`, waits for stands in line. For as
  /// long as what it returns lives.
  struct Waiter {
    std::string backend;
    std::string session;
    std::function<void(std::size_t processes)> tell;  ///< that run
  };
  std::shared_ptr<void> tell_of_wait(Waiter waiter);

  /// Returns when what is to be kept is kept.
  transport::Task<void> finish();

 private:
  struct Waiting {
    Waiting(transport::Loop& loop, Wish its_wish) : wish(std::move(its_wish)), woken(loop) {}
    Wish wish;
    bool is_told = false;
    transport::Event woken;
  };
  enum class Verdict : std::uint8_t {
    enter,
    soon,  ///< something idle is ending
    wait,
    refuse
  };

  transport::Task<void> recall();
  transport::Task<Verdict> judge(std::string backend, bool is_ahead);
  bool make_room();
  void tell(const Waiter& waiter, const Waiting& waiting) const;
  void tell_all(Waiting& waiting);
  Error too_many() const;
  std::uint64_t usual_peak_of(const std::string& backend) const;
  std::uint64_t still_to_come() const;
  Error too_little(const std::string& backend) const;
  transport::Task<void> watch();
  transport::Task<void> keep(Peaks one);
  void leave(const Place& place);

  transport::Loop& loop_;
  Log& log_;
  Rules rules_;
  Sources sources_;
  std::vector<Peaks> peaks_;
  bool recalled_ = false;
  std::vector<Place*> places_;
  std::list<std::shared_ptr<Waiting>> line_;
  std::vector<std::weak_ptr<Waiter>> waiters_;
  std::vector<Idle> idle_;
  bool watching_ = false;
  std::uint64_t free_ = 0;   // when it was looked at last, without what is still to come
  bool makes_room_ = false;  // something idle was told to end, and has not yet
  std::chrono::steady_clock::time_point room_due_;  // then it is not waited for any longer
  std::size_t keeping_ = 0;
  transport::Event ended_;  // nothing is being kept
};

}  // namespace tine::executor
