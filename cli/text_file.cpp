#include "cli/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/visible.h"
#include "cli/limits.h"
#include "transport/fd.h"

namespace tine::cli {
namespace {

Result<std::string> read_all(int fd, const std::string& name) {
  std::string text;
  std::array<char, 65'536> room{};
  for (;;) {
    const ssize_t count = ::read(fd, room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return fail(
          Error(ErrorKind::invalid_params, "cannot read " + name + ": " + std::strerror(errno)));
    }
    if (count == 0) return text;
    text.append(room.data(), static_cast<std::size_t>(count));
    if (text.size() > limits::text) {
      return fail(Error(ErrorKind::line_too_long,
                        name + " is larger than " + std::to_string(limits::text >> 20U) + " MiB")
                      .with_hint("Refer to large files with --file."));
    }
  }
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  const transport::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    return fail(Error(ErrorKind::invalid_params,
                      "cannot read " + visible_line(path) + ": " + std::strerror(errno)));
  }
  return read_all(file.get(), visible_line(path));
}

Result<std::string> read_stdin() { return read_all(STDIN_FILENO, "stdin"); }

}  // namespace tine::cli
