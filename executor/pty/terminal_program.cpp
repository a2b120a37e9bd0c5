#include "executor/pty/terminal_program.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/visible.h"
#include "executor/pty/limits.h"
#include "transport/event.h"
#include "transport/limits.h"
#include "transport/process_tree.h"
#include "transport/terminal/limits.h"
#include "transport/terminal/terminal.h"

namespace tine::executor::pty {
namespace {

/// Of the environment's entries those that tell of another terminal.
bool tells_of_terminal(std::string_view entry) {
  constexpr std::array names{"TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION",
                             "TMUX", "TMUX_PANE", "STY",          "COLUMNS",
                             "LINES"};
  const std::string_view name = entry.substr(0, entry.find('='));
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

struct TerminalProgram::State {
  State(transport::Loop& loop, Log& the_log, std::unique_ptr<transport::Guarded> the_program)
      : log(the_log),
        program(std::move(the_program)),
        channel(program->take_channel()),
        to_write(loop),
        has_ended(loop) {}

  void queue(std::string text) {
    if (pending.size() + text.size() > transport::limits::terminal_replies) return;
    pending += text;
    to_write.set();
  }

  Log& log;
  std::unique_ptr<transport::Guarded> program;
  std::unique_ptr<transport::Channel> channel;
  transport::Terminal terminal{transport::TerminalSize()};
  std::string pending;  // for the program to read
  transport::Event to_write;
  transport::Event has_ended;
};

TerminalProgram::TerminalProgram(std::shared_ptr<State> state) : state_(std::move(state)) {}

TerminalProgram::~TerminalProgram() {
  state_->channel->close();
  state_->to_write.set();
  state_->program.reset();
}

transport::Task<Result<std::unique_ptr<TerminalProgram>>> TerminalProgram::start(
    transport::Loop& loop, Log& log, transport::GuardedSpec spec) {
  std::erase_if(spec.environment, tells_of_terminal);
  spec.environment.emplace_back("TERM=xterm-256color");
  spec.terminal = transport::TerminalSize();
  auto started = co_await transport::Guarded::start(loop, std::move(spec));
  if (!started) co_return fail(std::move(started.error()));
  const auto state = std::make_shared<State>(loop, log, std::move(*started));
  state->terminal.on_osc(
      [&log](std::string_view text) { log.debug("the terminal is told: " + visible_line(text)); });
  std::unique_ptr<TerminalProgram> made(new TerminalProgram(state));
  loop.spawn(read(state));
  loop.spawn(write(state));
  loop.spawn(wait(state));
  co_return made;
}

transport::Task<void> TerminalProgram::read(std::shared_ptr<State> state) {
  std::string room(transport::limits::read_chunk, '\0');
  for (;;) {
    const auto got = co_await state->channel->read_some(room);
    if (!got || *got == 0) break;
    state->terminal.feed(std::string_view(room).substr(0, *got));
    std::string replies = state->terminal.take_replies();
    if (!replies.empty()) state->queue(std::move(replies));
  }
}

transport::Task<void> TerminalProgram::write(std::shared_ptr<State> state) {
  for (;;) {
    co_await state->to_write.wait();
    if (state->pending.empty()) break;
    const std::string text = std::exchange(state->pending, {});
    state->to_write.reset();
    const std::array<std::string_view, 1> pieces{text};
    const auto written = co_await state->channel->write_all(pieces);
    if (!written) break;
  }
}

transport::Task<void> TerminalProgram::wait(std::shared_ptr<State> state) {
  co_await state->program->exited();
  state->has_ended.set();
}

void TerminalProgram::type(const std::string& keys) { state_->queue(keys); }

std::string TerminalProgram::shown() const {
  std::string text;
  bool is_full = false;
  for (const std::string& each : state_->terminal.screen().lines()) {
    const std::size_t begin = each.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    // A line that is full goes on in the next one.
    if (!text.empty() && !is_full) text += " | ";
    text += visible_line(std::string_view(each).substr(is_full ? 0 : begin));
    is_full = each.size() >= state_->terminal.screen().size().columns;
  }
  return text;
}

std::vector<pid_t> TerminalProgram::pids() const {
  std::vector<pid_t> all = transport::children_of(state_->program->guardian_pid());
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const pid_t child : transport::children_of(all[i])) all.push_back(child);
  return all;
}

transport::Task<bool> TerminalProgram::ended_within(transport::Milliseconds time) {
  const auto state = state_;
  co_return co_await state->has_ended.wait_for(time);
}

transport::Task<transport::ExitReport> TerminalProgram::end(transport::KillLadder ladder) {
  const auto state = state_;
  state->channel->close();
  co_return co_await state->program->stop(ladder);
}

}  // namespace tine::executor::pty
