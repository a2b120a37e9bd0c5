#include "conformance/tool/record/passage.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <span>
#include <utility>

namespace tine::conformance {
namespace {

namespace asio = boost::asio;

constexpr std::size_t read_size = std::size_t{64} * 1024;
/// More than this is not read before it has been recorded.
constexpr std::size_t most_waiting = std::size_t{64} * 1024 * 1024;
/// What an agent has left behind may hold its output open: so long its end is waited for.
constexpr std::chrono::milliseconds output_grace{500};

constexpr std::array passed = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

}  // namespace

PassedSignals::PassedSignals() {
  sigset_t set{};
  sigemptyset(&set);
  for (const int each : passed) sigaddset(&set, each);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  file_ = transport::Fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

Passage::Passage(transport::Stdio stdio, Server& agent, PassedSignals& signals, Recorder& recorder)
    : agent_(agent),
      recorder_(recorder),
      client_(transport::make_fd_channel(agent.loop(), std::move(stdio.in), std::move(stdio.out))),
      signals_(signals.take()),
      news_(agent.loop()),
      agent_silent_(agent.loop()) {}

int Passage::run() {
  transport::Loop& loop = agent_.loop();
  loop.spawn(from_client());
  loop.spawn(from_agent());
  loop.spawn(pass_signals());
  loop.spawn(record());
  loop.spawn(see_the_end());
  loop.run();
  while (!happened_.empty()) record_one();
  recorder_.agent_ended(status_);
  loop.abandon();
  return status_;
}

transport::Task<void> Passage::from_client() {
  std::vector<char> room(read_size);
  bool heard = true;  // the agent still reads
  for (;;) {
    const auto got = co_await client_->read_some(room);
    if (!got || *got == 0) break;
    const std::string_view bytes(room.data(), *got);
    take(from_client_, bytes, Happening::Kind::client_line);
    if (heard) {
      const auto written = co_await agent_.channel().write_all(std::span(&bytes, 1));
      heard = written.has_value();
    }
    co_await until_recorded();
  }
  if (!from_client_.empty())
    add({.kind = Happening::Kind::client_line, .line = std::exchange(from_client_, {})});
  add({.kind = Happening::Kind::client_end, .line = {}});
  agent_.channel().close_write();
}

transport::Task<void> Passage::from_agent() {
  std::vector<char> room(read_size);
  for (;;) {
    const auto got = co_await agent_.channel().read_some(room);
    if (!got || *got == 0) break;
    const std::string_view bytes(room.data(), *got);
    take(from_agent_, bytes, Happening::Kind::agent_line);
    writing_ = true;
    const auto written = co_await client_->write_all(std::span(&bytes, 1));
    writing_ = false;
    if (!written) {  // the editor has gone: the agent learns it as it would without us
      agent_.channel().close();
      break;
    }
    co_await until_recorded();
  }
  if (!from_agent_.empty())
    add({.kind = Happening::Kind::agent_line, .line = std::exchange(from_agent_, {})});
  client_->close_write();
  agent_silent_.set();
}

transport::Task<void> Passage::pass_signals() {
  asio::posix::stream_descriptor watch(agent_.loop().executor(), signals_.release());
  for (;;) {
    boost::system::error_code fault;
    co_await watch.async_wait(asio::posix::stream_descriptor::wait_read,
                              asio::redirect_error(asio::use_awaitable, fault));
    if (fault) co_return;
    signalfd_siginfo facts{};
    if (::read(watch.native_handle(), &facts, sizeof facts) != sizeof facts) continue;
    const int number = static_cast<int>(facts.ssi_signo);
    add({.kind = Happening::Kind::signal, .line = {}, .signal = number});
    // One from a terminal has reached the agent, too.
    if (facts.ssi_code != SI_KERNEL) agent_.signal(number);
    if (over_) agent_.loop().stop();
  }
}

transport::Task<void> Passage::see_the_end() {
  const auto status = co_await agent_.gone();
  status_ = status.value_or(0);
  over_ = true;
  for (;;) {
    const bool silent = co_await agent_silent_.wait_for(output_grace);
    if (silent || !writing_) break;
  }
  agent_.loop().stop();
}

// --- what is recorded

void Passage::take(std::string& rest, std::string_view bytes, Happening::Kind kind) {
  for (std::size_t end = 0; (end = bytes.find('\n')) != std::string_view::npos;) {
    rest.append(bytes.substr(0, end));
    add({.kind = kind, .line = std::exchange(rest, {})});
    bytes.remove_prefix(end + 1);
  }
  rest.append(bytes);
}

void Passage::add(Happening happening) {
  waiting_ += happening.line.size();
  happened_.push_back(std::move(happening));
  news_.set();
}

transport::Task<void> Passage::until_recorded() {
  while (waiting_ > most_waiting) co_await transport::yield(agent_.loop());
}

transport::Task<void> Passage::record() {
  for (;;) {
    co_await news_.wait();
    news_.reset();
    while (!happened_.empty()) {
      record_one();
      co_await transport::yield(agent_.loop());
    }
  }
}

void Passage::record_one() {
  const Happening what = std::move(happened_.front());
  happened_.pop_front();
  waiting_ -= what.line.size();
  switch (what.kind) {
    case Happening::Kind::client_line:
      return recorder_.client_said(what.line);
    case Happening::Kind::agent_line:
      return recorder_.agent_said(what.line);
    case Happening::Kind::client_end:
      return recorder_.client_ended();
    case Happening::Kind::signal:
      return recorder_.signalled(what.signal);
  }
}

}  // namespace tine::conformance
