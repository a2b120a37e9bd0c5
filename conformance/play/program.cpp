// A server that is a program of its own, over pipes.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <fstream>
#include <iterator>

#include "conformance/play/server.h"

namespace tine::conformance {
namespace {

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (std::string& each : strings) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};  // NOLINT(modernize-avoid-c-arrays): pipe2
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    read = transport::Fd(ends[0]);
    write = transport::Fd(ends[1]);
  }
  transport::Fd read;
  transport::Fd write;
};

void set_nonblocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

class Program final : public Server {
 public:
  explicit Program(Launch launch) : launch_(std::move(launch)) { start(O_TRUNC); }

  ~Program() override {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  bool started() const { return pid_ > 0; }

  transport::Loop& loop() override { return loop_; }
  transport::Channel& channel() override { return *channel_; }

  bool has_read_all() const override {
    int waiting = 0;
    return ::ioctl(input_, FIONREAD, &waiting) != 0 || waiting == 0;
  }

  /// A pipe tells that only to its writers, so for a moment we are one.
  bool is_full() const override {
    const std::string path = "/proc/self/fd/" + std::to_string(output_);
    const transport::Fd writer(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    pollfd room{.fd = writer.get(), .events = POLLOUT, .revents = 0};
    return writer.get() >= 0 && ::poll(&room, 1, 0) == 0;
  }

  void signal(int number) override {
    if (pid_ > 0) ::kill(pid_, number);
  }

  bool restart() override {
    start(O_APPEND);
    return started();
  }

  transport::Task<std::optional<int>> gone() override {
    const int status = co_await ended(loop_, pid_);
    pid_ = -1;
    co_return status;
  }

  std::string errors() const override {
    std::ifstream file(launch_.errors, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

 private:
  /// `errors_flag` decides what becomes of what stderr holds already.
  void start(int errors_flag) {
    Pipe in;
    Pipe out;
    pid_ = spawn(launch_, in.read.get(), out.write.get(), errors_flag);
    if (pid_ < 0) return;
    set_nonblocking(in.write.get());
    set_nonblocking(out.read.get());
    input_ = in.write.get();
    output_ = out.read.get();
    channel_ = transport::make_fd_channel(loop_, std::move(out.read), std::move(in.write));
  }

  const Launch launch_;
  transport::Loop loop_;
  std::unique_ptr<transport::Channel> channel_;
  int input_ = -1;   // of the channel
  int output_ = -1;  // likewise
  pid_t pid_ = -1;
};

}  // namespace

pid_t spawn(const Launch& launch, int in, int out, int errors_flag) {
  std::vector<std::string> command = launch.command;
  std::vector<std::string> environment = launch.environment;
  transport::Fd errors;
  if (!launch.errors.empty())
    errors = transport::Fd(
        ::open(launch.errors.c_str(), O_WRONLY | O_CREAT | errors_flag | O_CLOEXEC, 0600));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out >= 0 ? out : errors.get(), STDOUT_FILENO);
  if (errors) posix_spawn_file_actions_adddup2(&actions, errors.get(), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  if (!launch.cwd.empty()) posix_spawn_file_actions_addchdir_np(&actions, launch.cwd.c_str());
  sigset_t none{};
  sigset_t all{};
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = -1;
  const int fault = ::posix_spawnp(&pid, command.front().c_str(), &actions, &attributes,
                                   pointers(command).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return fault == 0 ? pid : -1;
}

transport::Task<int> ended(transport::Loop& loop, pid_t pid) {
  namespace asio = boost::asio;
  asio::posix::stream_descriptor watch(loop.executor(),
                                       static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  boost::system::error_code ignored;
  co_await watch.async_wait(asio::posix::stream_descriptor::wait_read,
                            asio::redirect_error(asio::use_awaitable, ignored));
  int status = 0;
  ::waitpid(pid, &status, 0);
  co_return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::unique_ptr<Server> start_program(const Launch& launch) {
  auto server = std::make_unique<Program>(launch);
  if (!server->started()) return nullptr;
  return server;
}

}  // namespace tine::conformance
