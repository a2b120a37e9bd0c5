#include "conformance/tool/clients/started_client.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "conformance/play/script.h"
#include "conformance/tool/clients/stand_in.h"

namespace tine::conformance {
namespace {

transport::Fd listen_in(const Folder& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_in(folder.path()).string();
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return {};
  }
  path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
  transport::Fd out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bind
  if (::bind(out.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(out.get(), 1) != 0)
    return {};
  return out;
}

class StartedClient final : public Server {
 public:
  StartedClient(pid_t pid, std::filesystem::path errors) : errors_(std::move(errors)), pid_(pid) {}

  ~StartedClient() override {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  /// Empty: it has started its agent.
  std::string wait_for_agent(const transport::Fd& listening, std::chrono::milliseconds patience) {
    const transport::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    std::array<pollfd, 2> watched = {pollfd{listening.get(), POLLIN, 0},
                                     pollfd{process.get(), POLLIN, 0}};
    int count = 0;
    do {
      count = ::poll(watched.data(), watched.size(), static_cast<int>(patience.count()));
    } while (count < 0 && errno == EINTR);
    if ((watched[0].revents & POLLIN) == 0)
      return std::string(count > 0 ? "it has ended" : "it is running") +
             " and has not started its agent";
    transport::Fd in(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    transport::Fd out(::fcntl(in.get(), F_DUPFD_CLOEXEC, 3));
    channel_ = transport::make_fd_channel(loop_, std::move(in), std::move(out));
    return {};
  }

  transport::Loop& loop() override { return loop_; }
  transport::Channel& channel() override { return *channel_; }
  void signal(int number) override {
    if (pid_ > 0) ::kill(pid_, number);
  }

  transport::Task<std::optional<int>> gone() override {
    const int status = co_await ended(loop_, pid_);
    pid_ = -1;
    co_return status;
  }

  std::string errors() const override { return read_text(errors_).value_or(""); }

 private:
  std::filesystem::path errors_;
  transport::Loop loop_;
  std::unique_ptr<transport::Channel> channel_;
  pid_t pid_ = -1;
};

}  // namespace

Checked<std::unique_ptr<Server>> start_client(const Launch& launch, const Folder& folder,
                                              std::chrono::milliseconds patience) {
  const transport::Fd listening = listen_in(folder);
  if (!listening)
    return wrong("cannot listen in " + folder.path().string() + ": " + std::strerror(errno));
  const transport::Fd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const pid_t pid = spawn(launch, nothing.get(), -1, O_TRUNC);
  if (pid < 0) return wrong("it cannot be started");
  auto client = std::make_unique<StartedClient>(pid, launch.errors);
  if (std::string fault = client->wait_for_agent(listening, patience); !fault.empty())
    return wrong(fault + "\n" + client->errors());
  return client;
}

}  // namespace tine::conformance
