#include "cli/mirror.h"

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

}  // namespace

Result<transport::RpcPeer::Mirror> open_mirror(const std::string& path, Redactor& redactor) {
  if (path.empty()) return transport::RpcPeer::Mirror();
  auto file = open_private(path, PrivateFile::anew);
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
