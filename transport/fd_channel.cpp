#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>

#include "transport/channel.h"
#include "transport/limits.h"

namespace tine::transport {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

Failure io_failure(std::string_view doing, int error) {
  ErrorKind kind = ErrorKind::internal;
  // EPIPE and ECONNRESET are how a reader says that it has left.
  if (error == EPIPE || error == ECONNRESET) kind = ErrorKind::peer_gone;
  if (error == ENOSPC || error == EDQUOT) kind = ErrorKind::storage_full;
  return fail(kind, std::string(doing) + " failed: " + std::strerror(error));
}

Failure closed() { return fail(ErrorKind::peer_gone, "the connection is closed"); }

enum class Direction : std::uint8_t { in, out };

/// A descriptor and the way to wait until it is ready. asio makes whatever it waits for
/// non-blocking, which all who share the file description would see. So asio waits for the
/// descriptor itself only when it is non-blocking already; else it waits for an epoll instance of
/// ours that watches the descriptor.
///
/// Shared by the channel and the coroutines that use it, which may outlive the channel.
class End {
 public:
  End(Loop& loop, Fd file, Direction direction)
      : direction_(direction), file_(std::move(file)), waiter_(loop.executor()) {
    struct stat facts {};
    if (!file_) return;
    const int flags = ::fcntl(file_.get(), F_GETFL);
    if (flags < 0 || ::fstat(file_.get(), &facts) != 0) {
      broken_ = errno;
      return;
    }
    socket_ = S_ISSOCK(facts.st_mode);
    terminal_ = ::isatty(file_.get()) == 1;
    if ((flags & O_NONBLOCK) != 0) {
      wait_for(file_.get());
      return;
    }
    watch();
    may_block_ = waiter_.is_open() && !socket_;
  }

  bool is_open() const { return static_cast<bool>(file_); }
  int get() const { return file_.get(); }
  /// The errno of what went wrong from the start; 0: nothing did.
  int broken() const { return broken_; }
  bool is_socket() const { return socket_; }
  bool is_terminal() const { return terminal_; }
  /// A pipe or terminal whose description is shared: it is only touched when it is ready, and then
  /// for no more than it surely takes.
  bool may_block() const { return may_block_; }
  /// A ready pipe has room for a page, a ready terminal for a byte: it would wait for the rest.
  std::size_t surely_taken() const { return terminal_ ? 1 : PIPE_BUF; }

  /// 0, or the errno of what went wrong. One wait at a time; `end` is what it waits for.
  static Task<int> ready(std::shared_ptr<End> end) {
    if (end->broken_ != 0) co_return end->broken_;
    if (!end->waiter_.is_open()) co_return 0;
    const bool reads = end->watched_ || end->direction_ == Direction::in;
    const auto what = reads ? Descriptor::wait_read : Descriptor::wait_write;
    boost::system::error_code error;
    co_await end->waiter_.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
    // Regular files and most devices cannot be waited for, and need not be: they are always ready.
    if (error == asio::error::operation_not_supported) co_return 0;
    co_return error ? error.value() : 0;
  }

  void close() {
    boost::system::error_code ignored;
    // Where asio waits for the descriptor itself it owns it.
    if (waiter_.is_open() && !watched_) static_cast<void>(file_.release());
    waiter_.close(ignored);
    file_.reset();
  }

 private:
  bool wait_for(int fd) {
    boost::system::error_code error;
    waiter_.assign(fd, error);
    broken_ = error.value();
    return !error;
  }

  void watch() {
    watched_ = true;
    Fd watcher(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event event{};
    event.events = direction_ == Direction::in ? EPOLLIN : EPOLLOUT;
    if (watcher && ::epoll_ctl(watcher.get(), EPOLL_CTL_ADD, file_.get(), &event) == 0) {
      if (wait_for(watcher.get())) static_cast<void>(watcher.release());
    } else if (!watcher || errno != EPERM) {  // EPERM: a regular file or such, always ready
      broken_ = errno;
    }
  }

  Direction direction_;
  bool socket_ = false;
  bool terminal_ = false;
  bool may_block_ = false;
  bool watched_ = false;  // from outside
  int broken_ = 0;        // errno of what went wrong from the start
  Fd file_;
  Descriptor waiter_;  // closed when there is nothing to wait for
};

class FdChannel final : public Channel {
 public:
  FdChannel(Loop& loop, Fd in, Fd out)
      : loop_(loop),
        in_(std::make_shared<End>(loop, std::move(in), Direction::in)),
        out_(std::make_shared<End>(loop, std::move(out), Direction::out)) {}
  ~FdChannel() override { close_both(); }

  Task<Result<std::size_t>> read_some(std::span<char> room) override {
    Loop& loop = loop_;
    const auto in = in_;
    const auto pace = pace_;
    for (;;) {
      if (!in->is_open()) co_return closed();
      if (in->broken() != 0) co_return io_failure("reading", in->broken());
      if (pace->wait || in->may_block()) {
        const int error = co_await End::ready(in);
        if (!in->is_open()) co_return closed();
        if (error != 0) co_return io_failure("reading", error);
      } else if (++pace->reads % reads_before_yield == 0) {
        // A regular file is always ready: the others on the loop get their turn all the same.
        co_await yield(loop);
        if (!in->is_open()) co_return closed();
      }
      const ssize_t n = in->is_socket() ? ::recv(in->get(), room.data(), room.size(), MSG_DONTWAIT)
                                        : ::read(in->get(), room.data(), room.size());
      if (n >= 0) {
        // A short read has probably emptied the source: the next one would only be told to wait.
        // But a named pipe whose writers had gone before we opened it is never said to be at its
        // end, only a read finds that out: so wait only when one has been told to before.
        pace->wait = pace->ran_dry && static_cast<std::size_t>(n) < room.size();
        co_return static_cast<std::size_t>(n);
      }
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        pace->wait = true;
        pace->ran_dry = true;
        continue;
      }
      // A terminal says in this way that its other side has gone.
      if (errno == EIO && in->is_terminal()) co_return std::size_t{0};
      co_return io_failure("reading", errno);
    }
  }

  Task<Result<void>> write_all(std::span<const std::string_view> pieces) override {
    Loop& loop = loop_;
    const auto out = out_;
    std::array<iovec, limits::write_batch> batch{};
    std::size_t next = 0;      // piece
    std::size_t written = 0;   // bytes of that piece
    std::size_t in_a_row = 0;  // bytes since the last wait
    while (next < pieces.size()) {
      if (!out->is_open()) co_return closed();
      if (out->broken() != 0) co_return io_failure("writing", out->broken());
      if (out->may_block()) {
        const int error = co_await End::ready(out);
        if (!out->is_open()) co_return closed();
        if (error != 0) co_return io_failure("writing", error);
      }
      const std::size_t most = out->may_block() ? 1 : batch.size();
      std::size_t count = 0;
      for (std::size_t i = next; i < pieces.size() && count < most; ++i, ++count) {
        std::string_view rest = pieces[i].substr(i == next ? written : 0);
        if (out->may_block()) rest = rest.substr(0, out->surely_taken());
        batch[count] = {const_cast<char*>(rest.data()), rest.size()};  // NOLINT: writev's signature
      }
      const ssize_t n = send(*out, batch.data(), count);
      if (n < 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) co_return io_failure("writing", errno);
        const int error = co_await End::ready(out);
        if (!out->is_open()) co_return closed();
        if (error != 0) co_return io_failure("writing", error);
        in_a_row = 0;
        continue;
      }
      written += static_cast<std::size_t>(n);
      in_a_row += static_cast<std::size_t>(n);
      while (next < pieces.size() && written >= pieces[next].size())
        written -= pieces[next++].size();
      if (in_a_row >= limits::write_slice && next < pieces.size()) {
        in_a_row = 0;
        co_await yield(loop);
      }
    }
    co_return Result<void>();
  }

  void close_write() override {
    if (out_->is_open() && out_->is_socket()) ::shutdown(out_->get(), SHUT_WR);
    out_->close();
  }

  void close() override { close_both(); }

 private:
  static constexpr std::size_t reads_before_yield = 4;

  /// When reading waits and when it lets others go first.
  struct Pace {
    bool wait = false;
    bool ran_dry = false;  // at least once
    std::size_t reads = 0;
  };

  static ssize_t send(const End& out, iovec* pieces, std::size_t count) {
    if (!out.is_socket()) return ::writev(out.get(), pieces, static_cast<int>(count));
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = count;
    return ::sendmsg(out.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  void close_both() {
    in_->close();
    out_->close();
  }

  Loop& loop_;
  std::shared_ptr<End> in_;
  std::shared_ptr<End> out_;
  std::shared_ptr<Pace> pace_ = std::make_shared<Pace>();
};

}  // namespace

std::unique_ptr<Channel> make_fd_channel(Loop& loop, Fd in, Fd out) {
  return std::make_unique<FdChannel>(loop, std::move(in), std::move(out));
}

}  // namespace tine::transport
