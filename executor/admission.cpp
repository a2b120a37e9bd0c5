#include "executor/admission.h"

#include <algorithm>
#include <utility>

#include "executor/limits.h"
#include "transport/worker.h"

namespace tine::executor {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t megabyte = 1'000'000;

std::string megabytes(std::uint64_t bytes) {
  return std::to_string((bytes + megabyte / 2) / megabyte) + " MB";
}

}  // namespace

std::uint64_t usual_peak(std::vector<std::uint64_t> peaks) {
  if (peaks.empty()) return 0;
  std::sort(peaks.begin(), peaks.end());
  const std::size_t enough = (peaks.size() * limits::usual_part + 99) / 100;
  return peaks[enough - 1];
}

void add_peak(std::vector<Peaks>& all, const Peaks& one) {
  const auto known = std::find_if(all.begin(), all.end(), [&one](const Peaks& each) {
    return each.backend == one.backend && each.program == one.program;
  });
  Peaks sum = known == all.end() ? Peaks{one.backend, one.program, {}} : std::move(*known);
  if (known != all.end()) all.erase(known);
  sum.bytes.insert(sum.bytes.end(), one.bytes.begin(), one.bytes.end());
  if (sum.bytes.size() > limits::kept_peaks)
    sum.bytes.erase(sum.bytes.begin(), sum.bytes.end() - limits::kept_peaks);
  all.push_back(std::move(sum));
  if (all.size() > limits::kept_programs) all.erase(all.begin());
}

// --- the processes that run
// ------------------------------------------------------------------------------------

Admission::Place::Place(Admission& all, std::string backend)
    : all_(all), backend_(std::move(backend)) {
  all_.places_.push_back(this);
  if (std::exchange(all_.watching_, true)) return;
  all_.loop_.spawn(all_.watch());
}

Admission::Place::~Place() { all_.leave(*this); }

void Admission::Place::note_end() {
  if (memory_.peak == 0) return;
  Peaks one{.backend = backend_, .program = program_, .bytes = {memory_.peak}};
  memory_ = {};
  add_peak(all_.peaks_, one);
  ++all_.keeping_;
  all_.loop_.spawn(all_.keep(std::move(one)));
}

void Admission::leave(const Place& place) {
  std::erase(places_, &place);
  makes_room_ = false;
  look_again();
}

transport::Task<void> Admission::keep(Peaks one) {
  std::function<std::string()> job = [keep = sources_.keep, one = std::move(one)] {
    return keep(one);
  };
  const std::string complaint = co_await transport::made_beside(loop_, std::move(job));
  if (!complaint.empty()) log_.warning(complaint);
  if (--keeping_ == 0) ended_.set();
}

transport::Task<void> Admission::finish() {
  while (keeping_ > 0) {
    ended_.reset();
    co_await ended_.wait();
  }
}

/// Looks at what they take, as long as there are some.
transport::Task<void> Admission::watch() {
  transport::Milliseconds until_look = limits::first_memory_look;
  while (!places_.empty()) {
    co_await transport::pause(loop_, until_look);
    until_look = limits::memory_look;
    std::vector<pid_t> guardians;
    for (const Place* const each : places_) {
      if (each->guardian_ != 0) guardians.push_back(each->guardian_);
      if (each->guardian_ == 0 || each->memory_.peak == 0) until_look = limits::first_memory_look;
    }
    std::function<std::vector<TreeMemory>()> look = [guardians, tree = sources_.tree] {
      std::vector<TreeMemory> seen;
      seen.reserve(guardians.size());
      for (const pid_t each : guardians) seen.push_back(tree(each));
      return seen;
    };
    const std::vector<TreeMemory> seen = co_await transport::made_beside(loop_, std::move(look));
    for (std::size_t i = 0; i < seen.size(); ++i) {
      const auto place = std::find_if(places_.begin(), places_.end(), [&](const Place* each) {
        return each->guardian_ == guardians[i];
      });
      if (place == places_.end()) continue;
      TreeMemory& known = (*place)->memory_;
      known = {.now = seen[i].now, .peak = std::max(known.peak, seen[i].peak)};
    }
  }
  watching_ = false;
}

// --- another one
// ------------------------------------------------------------------------------------

transport::Task<void> Admission::recall() {
  if (recalled_) co_return;
  auto recall = sources_.recall;
  Recalled known = co_await transport::made_beside(loop_, std::move(recall));
  if (std::exchange(recalled_, true)) co_return;
  if (!known.complaint.empty()) log_.warning(known.complaint);
  // What has ended meanwhile is behind it.
  for (const Peaks& each : std::exchange(peaks_, std::move(known.peaks))) add_peak(peaks_, each);
}

std::uint64_t Admission::usual_peak_of(const std::string& backend) const {
  const auto last = std::find_if(peaks_.rbegin(), peaks_.rend(),
                                 [&backend](const Peaks& each) { return each.backend == backend; });
  return last == peaks_.rend() ? 0 : usual_peak(last->bytes);
}

/// What those that run are expected to take beyond what they have.
std::uint64_t Admission::still_to_come() const {
  std::uint64_t sum = 0;
  for (const Place* const each : places_) {
    const std::uint64_t usual = usual_peak_of(each->backend_);
    sum += usual - std::min(usual, each->memory_.now);
  }
  return sum;
}

transport::Task<Admission::Verdict> Admission::judge(std::string backend, bool is_ahead) {
  if (rules_.max_processes > 0 && places_.size() >= rules_.max_processes)
    co_return !is_ahead && make_room() ? Verdict::soon : Verdict::wait;
  if (rules_.min_free == 0) co_return Verdict::enter;
  co_await recall();
  auto look = sources_.free;
  const std::optional<std::uint64_t> free = co_await transport::made_beside(loop_, std::move(look));
  if (!free) co_return Verdict::enter;
  free_ = *free - std::min(*free, still_to_come());
  if (free_ >= rules_.min_free && free_ - rules_.min_free >= usual_peak_of(backend))
    co_return Verdict::enter;
  co_return !is_ahead && make_room() ? Verdict::soon : Verdict::refuse;
}

/// Has what was idle for the longest time end. False: nothing is.
bool Admission::make_room() {
  const auto now = Clock::now();
  if (makes_room_ && now < room_due_) return true;
  const Idle* longest = nullptr;
  auto since = now - limits::gives_way_after;
  for (const Idle& each : idle_) {
    const auto idle = each.since();
    if (!idle || *idle > since) continue;
    since = *idle;
    longest = &each;
  }
  if (longest == nullptr) return false;
  makes_room_ = true;
  room_due_ = now + limits::room_patience;
  longest->end();
  return true;
}

Error Admission::too_little(const std::string& backend) const {
  const std::uint64_t usual = usual_peak_of(backend);
  std::string message = "too little memory is free for another process of " + backend + ": ";
  if (usual > 0) message += "it takes about " + megabytes(usual) + ", ";
  message += megabytes(free_) + " are free, and " + megabytes(rules_.min_free) + " are to stay so";
  return Error(ErrorKind::memory_low, std::move(message))
      .with_hint(
          "Wait until other programs need less, close sessions, or lower "
          "limits.min_free_memory in the configuration.")
      .with_data("\"memory\":{\"needed\":" + std::to_string(usual) + ",\"free\":" +
                 std::to_string(free_) + ",\"minFree\":" + std::to_string(rules_.min_free) + "}");
}

Error Admission::too_many() const {
  return Error(ErrorKind::queue_full,
               "as many processes of backends run as may: " + std::to_string(places_.size()))
      .with_hint("Close some sessions, or raise limits.max_processes in the configuration.");
}

transport::Task<Result<std::unique_ptr<Admission::Place>>> Admission::enter(Wish wish) {
  const auto waiting = std::make_shared<Waiting>(loop_, std::move(wish));
  const std::string backend = waiting->wish.backend;
  line_.push_back(waiting);
  const auto subscription = waiting->wish.unwanted.on_cancel([waiting] { waiting->woken.set(); });
  const std::shared_ptr<void> leaves(nullptr, [this, waiting](void*) {
    std::erase(line_, waiting);
    look_again();
  });
  const auto end = transport::deadline_in(limits::place_patience);
  const bool is_ahead = waiting->wish.is_ahead;
  std::optional<Error> refusal;
  std::unique_ptr<Place> place;
  while (!place && !refusal) {
    waiting->woken.reset();
    Verdict verdict = Verdict::wait;
    const bool is_first = line_.front() == waiting;
    if (is_first && !waiting->wish.unwanted.cancelled())
      verdict = co_await judge(backend, is_ahead);
    if (waiting->wish.unwanted.cancelled()) {
      refusal = Error(ErrorKind::cancelled, "the process is not wanted any more");
    } else if (verdict == Verdict::enter) {
      place = std::make_unique<Place>(*this, backend);
    } else if (verdict == Verdict::refuse) {
      refusal = too_little(backend);
    } else if (is_ahead || Clock::now() >= end) {
      refusal = too_many();
    } else {
      if (verdict == Verdict::wait) tell_all(*waiting);
      co_await waiting->woken.wait_for(limits::place_look);
    }
  }
  if (refusal) co_return fail(std::move(*refusal));
  co_return place;
}

void Admission::look_again() {
  if (!line_.empty()) line_.front()->woken.set();
}

// --- notices to those that wait
// ------------------------------------------------------------------------------------

std::shared_ptr<void> Admission::tell_of_wait(Waiter waiter) {
  const auto one = std::make_shared<Waiter>(std::move(waiter));
  std::erase_if(waiters_, [](const auto& each) { return each.expired(); });
  waiters_.push_back(one);
  for (const auto& each : line_) {
    if (each->is_told) tell(*one, *each);
  }
  return one;
}

void Admission::tell(const Waiter& waiter, const Waiting& waiting) const {
  const Wish& wish = waiting.wish;
  if (waiter.backend != wish.backend) return;
  if (wish.session.empty() || waiter.session == wish.session) waiter.tell(places_.size());
}

/// Once.
void Admission::tell_all(Waiting& waiting) {
  if (std::exchange(waiting.is_told, true)) return;
  log_.info("a process of " + waiting.wish.backend + " waits in line, as " +
            std::to_string(places_.size()) + " processes run");
  const auto waiters = waiters_;
  for (const auto& each : waiters) {
    if (const auto waiter = each.lock()) tell(*waiter, waiting);
  }
}

}  // namespace tine::executor
