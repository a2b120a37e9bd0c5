#include "cli/mirror.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/json/redact.h"
#include "transport/fd.h"

namespace tine::cli {

Result<transport::RpcPeer::Mirror> open_mirror(const std::string& path, Redactor& redactor) {
  if (path.empty()) return transport::RpcPeer::Mirror();
  const auto file = std::make_shared<transport::Fd>(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_APPEND, S_IRUSR | S_IWUSR));
  if (!*file) {
    return fail(Error(ErrorKind::storage_failed,
                      "cannot write the mirror " + path + ": " + std::strerror(errno))
                    .with_hint("Name a file in a directory that you may write to."));
  }
  return transport::RpcPeer::Mirror([file, &redactor](char direction, std::string_view line) {
    std::string text = direction == 'i' ? "-> " : "<- ";
    text.append(json::redacted(line, redactor)).push_back('\n');
    // Best effort: a full disk must not stop the conversation.
    [[maybe_unused]] const ssize_t written = ::write(file->get(), text.data(), text.size());
  });
}

}  // namespace tine::cli
