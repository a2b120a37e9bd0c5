#include "conformance/tool/clients/stand_in.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <span>
#include <vector>

#include "conformance/tool/launch.h"
#include "transport/channel.h"
#include "transport/stdio.h"

namespace tine::conformance {
namespace {

constexpr std::size_t stand_in_reads = std::size_t{64} * 1024;

/// Until one side has nothing more to say, or the other does not listen: as an agent ends with its
/// input, so does this one.
transport::Task<void> carry(transport::Channel& from, transport::Channel& to,
                            transport::Loop& loop) {
  std::vector<char> room(stand_in_reads);
  for (;;) {
    const auto got = co_await from.read_some(room);
    if (!got || *got == 0) break;
    const std::string_view bytes(room.data(), *got);
    const auto written = co_await to.write_all(std::span(&bytes, 1));
    if (!written) break;
  }
  loop.stop();
}

/// For the shell.
std::string in_quotes(const std::string& text) {
  return "'" + replaced(text, "'", R"('\'')") + "'";
}

}  // namespace

std::filesystem::path socket_in(const std::filesystem::path& folder) { return folder / "socket"; }

Checked<std::string> make_stand_in(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "agent";
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  std::ofstream file(path);
  file << "#!/bin/sh\nexec " << in_quotes(self) << " " << stand_in_word << " "
       << in_quotes(folder.string()) << "\n";
  file.close();
  if (!file || ::chmod(path.c_str(), 0700) != 0) return wrong("cannot write " + path.string());
  return path.string();
}

int run_stand_in(const std::filesystem::path& folder) {
  auto stdio = transport::claim_stdio();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_in(folder).string();
  const transport::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): connect
  if (!stdio ||
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::fprintf(stderr, "acp-conform: the run that judges this client is over: %s\n",
                 std::strerror(errno));
    return 1;
  }
  transport::Loop loop;
  const auto client = transport::make_fd_channel(loop, std::move(stdio->in), std::move(stdio->out));
  const auto run =
      transport::make_fd_channel(loop, transport::Fd(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 3)),
                                 transport::Fd(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 3)));
  loop.spawn(carry(*client, *run, loop));
  loop.spawn(carry(*run, *client, loop));
  loop.run();
  loop.abandon();
  return 0;
}

}  // namespace tine::conformance
