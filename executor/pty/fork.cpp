#include "executor/pty/fork.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "base/json/utf8.h"
#include "executor/pty/for_person.h"
#include "executor/pty/terminal_program.h"
#include "executor/pty/tracker.h"

namespace tine::executor::pty {
namespace {

using Found = std::optional<std::string>;

transport::Task<Found> look(transport::Worker& worker, std::shared_ptr<Tracker> tracker,
                            std::vector<pid_t> pids) {
  const auto found = std::make_shared<Found>();
  std::function<void()> job = [found, tracker, pids = std::move(pids)] {
    *found = tracker->look(pids);
  };
  co_await worker.run(std::move(job));
  co_return std::move(*found);
}

transport::GuardedSpec spec_of(const Recipe& recipe) {
  transport::GuardedSpec spec;
  spec.command = recipe.command;
  spec.environment = recipe.environment;
  spec.cwd = recipe.cwd;
  spec.guardian = recipe.guardian;
  return spec;
}

/// What ends a program, and answers nothing that it may ask.
constexpr std::string_view ctrl_c = "\x03";

/// Answers what the user has allowed to be answered, as long as it is shown: a program may drop
/// what is typed while it starts.
class Answers {
 public:
  explicit Answers(const std::vector<Recipe::Answer>& all) {
    for (const Recipe::Answer& each : all) all_.push_back({.answer = each, .next = {}});
  }

  void type_into(TerminalProgram& program) {
    if (all_.empty()) return;
    const std::string shown = program.shown();
    if (may_ask_person(shown)) return;
    const auto now = std::chrono::steady_clock::now();
    for (auto& [answer, next] : all_) {
      if (now < next || shown.find(answer.shown) == std::string::npos) continue;
      program.type(answer.keys);
      next = now + limits::answer_again;
    }
  }

 private:
  struct Allowed {
    Recipe::Answer answer;
    std::chrono::steady_clock::time_point next;  // not before that
  };
  std::vector<Allowed> all_;
};

/// Types what ends the program, until it has.
transport::Task<void> leave(TerminalProgram& program, Log& log, const Recipe& recipe,
                            transport::CancelSource unwanted) {
  const auto end = transport::deadline_in(recipe.patience.leaving);
  while (std::chrono::steady_clock::now() < end) {
    if (recipe.leave == ctrl_c || !may_ask_person(program.shown())) program.type(recipe.leave);
    const bool ended = co_await program.ended_within(recipe.patience.again);
    if (ended || unwanted.cancelled()) co_return;
  }
  log.warning(recipe.name + " does not leave its terminal: it is ended");
}

Error no_fork(const Recipe& recipe, bool in_time, const transport::ExitReport& report,
              std::string shown) {
  Error error(in_time ? ErrorKind::backend_failed : ErrorKind::timeout, recipe.name);
  if (in_time) {
    error.message += " has ended without a fork: " + report.text();
  } else {
    error.message += " has made no fork within " +
                     std::to_string(recipe.patience.fork.count() / 1000) + " seconds";
  }
  if (shown.size() > limits::told_screen)
    shown.erase(0, json::character_start(shown, shown.size() - limits::told_screen));
  if (!shown.empty()) error.message += "; its terminal shows: " + shown;
  return error;
}

}  // namespace

transport::Task<Result<std::string>> fork(transport::Loop& loop, transport::Worker& worker,
                                          Log& log, Redactor& redactor, const Program& program,
                                          Recipe recipe, transport::CancelSource unwanted) {
  auto started = co_await TerminalProgram::start(loop, log, spec_of(recipe));
  if (!started) co_return fail(error_of_start(program, std::move(started.error())));
  TerminalProgram& running = **started;
  const auto tracker = std::make_shared<Tracker>(recipe.trace, recipe.parent);
  const auto end = transport::deadline_in(recipe.patience.fork);
  Answers answers(recipe.answers);
  Found found;
  bool has_ended = false;
  bool in_time = true;
  while (!found && !has_ended && in_time && !unwanted.cancelled()) {
    has_ended = co_await running.ended_within(limits::look);
    in_time = std::chrono::steady_clock::now() < end;
    found = co_await look(worker, tracker, running.pids());
    if (!found) answers.type_into(running);
  }
  if (found && !has_ended) co_await leave(running, log, recipe, unwanted);
  const transport::ExitReport report = co_await running.end(limits::ending);
  if (unwanted.cancelled()) co_return fail(ErrorKind::cancelled, "the fork was cancelled");
  if (found) co_return std::move(*found);
  std::string shown = redactor.redacted(running.shown());
  co_return fail(no_fork(recipe, has_ended, report, std::move(shown)));
}

}  // namespace tine::executor::pty
