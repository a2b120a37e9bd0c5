#include "cli/mirror.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "base/json/redact.h"
#include "base/json/view.h"
#include "cli/private_file.h"
#include "protocol/v1/update.h"
#include "session/record/update_redactor.h"
#include "transport/fd.h"

namespace tine::cli {
namespace {

class MirrorFile {
 public:
  MirrorFile(transport::Fd file, Redactor& redactor)
      : file_(std::move(file)), redactor_(redactor) {}

  void in(std::string_view line) {
    const json::View message(line);
    if (message.find("method").equals("session/prompt")) {
      prompts_[std::string(message.find("id").raw())] =
          message.find("params").find("sessionId").string().value_or("");
    }
    write("-> ", json::redacted(line, redactor_));
  }

  void out(std::string_view line) {
    const json::View message(line);
    if (message.find("method").equals("session/update")) return update(message.find("params"));
    if (const auto prompt = prompts_.find(std::string(message.find("id").raw()));
        prompt != prompts_.end() && !message.find("method").exists()) {
      finish(prompt->second);
      prompts_.erase(prompt);
    }
    write("<- ", json::redacted(line, redactor_));
  }

 private:
  using Messages = std::map<std::string, session::UpdateRedactor, std::less<>>;

  /// A secret may be cut in two by the chunks of a message, so that its text may come a little
  /// later here than it was sent; the last of it comes in a line of its own.
  void update(json::View params) {
    std::string id = params.find("sessionId").string().value_or("");
    auto known = messages_.find(id);
    if (known == messages_.end()) {
      const session::UpdateRedactor::Sink sink = [this, id](const v1::Update& clean) {
        write("<- ", v1::update_line(id, clean).text);
      };
      known = messages_.try_emplace(id, redactor_, sink).first;
    }
    known->second.update(v1::adopt(std::move(id), params.find("update")));
    known->second.settle();
  }

  void finish(const std::string& session) {
    const auto known = messages_.find(session);
    if (known == messages_.end()) return;
    known->second.finish();
    messages_.erase(known);
  }

  void write(std::string_view direction, std::string_view text) {
    std::string line(direction);
    line.append(text).push_back('\n');
    // Best effort: a full disk must not stop the conversation.
    [[maybe_unused]] const ssize_t written = ::write(file_.get(), line.data(), line.size());
  }

  transport::Fd file_;
  Redactor& redactor_;
  std::map<std::string, std::string, std::less<>> prompts_;  // id of a running prompt: its session
  Messages messages_;
};

/// A mirror is locked as long as it is written.
bool lock(int fd) { return ::flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK; }

/// Whether the path still leads to the file.
bool is_at(const std::string& path, int fd) {
  struct stat there {};
  struct stat file {};
  return ::lstat(path.c_str(), &there) == 0 && ::fstat(fd, &file) == 0 &&
         there.st_dev == file.st_dev && there.st_ino == file.st_ino;
}

/// The file of that name, anew, or nothing where another process writes it.
Result<transport::Fd> open_unless_taken(const std::string& path) {
  // Held until the new one stands in its place, so that of several that come at once one gets it.
  const transport::Fd old(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (old && !lock(old.get())) return transport::Fd();
  auto file = open_private(path, PrivateFile::anew);
  if (!file) return file;
  if (!lock(file->get()) || !is_at(path, file->get())) return transport::Fd();
  return file;
}

}  // namespace

Result<transport::RpcPeer::Mirror> open_mirror(const std::string& path, Redactor& redactor,
                                               Log& log) {
  if (path.empty()) return transport::RpcPeer::Mirror();
  auto file = open_unless_taken(path);
  if (file && !*file) {
    const std::string own = path + "." + std::to_string(::getpid());
    log.info("another process writes the mirror " + path + "; this one's is " + own);
    file = open_private(own, PrivateFile::anew);
    if (file) lock(file->get());
  }
  if (!file) {
    return fail(Error(ErrorKind::storage_failed,
                      "cannot write the mirror " + path + ": " + file.error().message)
                    .with_hint("Name a new file in a directory that you may write to."));
  }
  const auto mirror = std::make_shared<MirrorFile>(std::move(*file), redactor);
  return transport::RpcPeer::Mirror([mirror](char direction, std::string_view line) {
    if (direction == 'i') {
      mirror->in(line);
    } else {
      mirror->out(line);
    }
  });
}

}  // namespace tine::cli
