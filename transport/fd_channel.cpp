#include <fcntl.h>
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

#include "transport/channel.h"
#include "transport/limits.h"

namespace tine::transport {
namespace {

namespace asio = boost::asio;
using Descriptor = asio::posix::stream_descriptor;

bool is_socket(int fd) {
  struct stat facts {};
  return ::fstat(fd, &facts) == 0 && S_ISSOCK(facts.st_mode);
}

/// A pipe or terminal that could not be opened anew blocks: it is only touched when it is ready,
/// and then for no more than a ready pipe surely takes.
bool may_block(int fd) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0 || !(S_ISFIFO(facts.st_mode) || S_ISCHR(facts.st_mode)))
    return false;
  return (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}

Failure io_failure(std::string_view doing, int error) {
  // EPIPE and ECONNRESET are how a reader says that it has left.
  const bool gone = error == EPIPE || error == ECONNRESET;
  return fail(gone ? ErrorKind::peer_gone : ErrorKind::internal,
              std::string(doing) + " failed: " + std::strerror(error));
}

/// Readiness comes from asio, reading and writing is done here: so a socket, whose file description
/// may be shared with others, is never switched to non-blocking (MSG_DONTWAIT does the same for one
/// call).
class FdChannel final : public Channel {
 public:
  FdChannel(Loop& loop, Fd in, Fd out)
      : loop_(loop),
        in_socket_(is_socket(in.get())),
        out_socket_(is_socket(out.get())),
        in_may_block_(may_block(in.get())),
        out_may_block_(may_block(out.get())),
        in_(loop.executor(), in.release()),
        out_(loop.executor(), out.release()) {}

  Task<Result<std::size_t>> read_some(std::span<char> room) override {
    for (;;) {
      if (!in_.is_open()) co_return fail(ErrorKind::peer_gone, "the connection is closed");
      if (wait_before_read_ || in_may_block_) {
        const int error = co_await ready(in_, Descriptor::wait_read);
        if (error != 0) co_return io_failure("reading", error);
        if (!in_.is_open()) co_return fail(ErrorKind::peer_gone, "the connection is closed");
      } else if (++reads_in_a_row_ % reads_before_yield == 0) {
        // A regular file is always ready: the others on the loop get their turn all the same.
        co_await yield(loop_);
      }
      const int fd = in_.native_handle();
      const ssize_t n = in_socket_ ? ::recv(fd, room.data(), room.size(), MSG_DONTWAIT)
                                   : ::read(fd, room.data(), room.size());
      if (n >= 0) {
        // A short read has probably emptied the source: the next one would only be told to wait.
        wait_before_read_ = static_cast<std::size_t>(n) < room.size();
        co_return static_cast<std::size_t>(n);
      }
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        wait_before_read_ = true;
        continue;
      }
      if (errno == EIO) co_return std::size_t{0};  // a terminal whose other side has gone
      co_return io_failure("reading", errno);
    }
  }

  Task<Result<void>> write_all(std::span<const std::string_view> pieces) override {
    std::array<iovec, limits::write_batch> batch{};
    std::size_t next = 0;     // piece
    std::size_t written = 0;  // bytes of that piece
    while (next < pieces.size()) {
      if (!out_.is_open()) co_return fail(ErrorKind::peer_gone, "the connection is closed");
      if (out_may_block_) {
        const int error = co_await ready(out_, Descriptor::wait_write);
        if (error != 0) co_return io_failure("writing", error);
        if (!out_.is_open()) co_return fail(ErrorKind::peer_gone, "the connection is closed");
      }
      const std::size_t most = out_may_block_ ? 1 : batch.size();
      std::size_t count = 0;
      for (std::size_t i = next; i < pieces.size() && count < most; ++i, ++count) {
        std::string_view rest = pieces[i].substr(i == next ? written : 0);
        if (out_may_block_) rest = rest.substr(0, PIPE_BUF);
        batch[count] = {const_cast<char*>(rest.data()), rest.size()};  // NOLINT: writev's signature
      }
      const ssize_t n = send(out_.native_handle(), batch.data(), count);
      if (n < 0) {
        if (errno == EINTR) continue;
        if (errno != EAGAIN && errno != EWOULDBLOCK) co_return io_failure("writing", errno);
        const int error = co_await ready(out_, Descriptor::wait_write);
        if (error != 0) co_return io_failure("writing", error);
        continue;
      }
      written += static_cast<std::size_t>(n);
      while (next < pieces.size() && written >= pieces[next].size())
        written -= pieces[next++].size();
    }
    co_return Result<void>();
  }

  void close_write() override {
    if (out_.is_open() && out_socket_) ::shutdown(out_.native_handle(), SHUT_WR);
    close_descriptor(out_);
  }

  void close() override {
    close_descriptor(in_);
    close_descriptor(out_);
  }

 private:
  static constexpr std::size_t reads_before_yield = 4;

  static void close_descriptor(Descriptor& descriptor) {
    boost::system::error_code ignored;
    descriptor.close(ignored);
  }

  /// 0, or the errno of what went wrong.
  static Task<int> ready(Descriptor& descriptor, Descriptor::wait_type what) {
    boost::system::error_code error;
    co_await descriptor.async_wait(what, asio::redirect_error(asio::use_awaitable, error));
    // Regular files and /dev/null cannot be waited for, and need not be: they are always ready.
    if (error == asio::error::operation_not_supported) co_return 0;
    co_return error ? error.value() : 0;
  }

  ssize_t send(int fd, iovec* pieces, std::size_t count) const {
    if (!out_socket_) return ::writev(fd, pieces, static_cast<int>(count));
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = count;
    return ::sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  Loop& loop_;
  bool in_socket_;
  bool out_socket_;
  bool in_may_block_;
  bool out_may_block_;
  Descriptor in_;
  Descriptor out_;
  bool wait_before_read_ = false;
  std::size_t reads_in_a_row_ = 0;
};

}  // namespace

std::unique_ptr<Channel> make_fd_channel(Loop& loop, Fd in, Fd out) {
  return std::make_unique<FdChannel>(loop, std::move(in), std::move(out));
}

}  // namespace tine::transport
