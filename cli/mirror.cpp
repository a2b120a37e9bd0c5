#include "cli/mirror.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <optional>

#include "base/json/long_values.h"
#include "base/json/redact.h"
#include "base/json/view.h"
#include "cli/limits.h"
#include "cli/private_file.h"
#include "protocol/v1/update.h"
#include "session/record/update_pieces.h"
#include "session/record/update_redactor.h"
#include "transport/fd.h"
#include "transport/worker.h"

namespace tine::cli {
namespace {

/// Writes short messages as they pass. A long one is copied and gone through in slices, and what
/// passes meanwhile waits behind it.
class MirrorFile : public std::enable_shared_from_this<MirrorFile> {
 public:
  MirrorFile(transport::Loop& loop, transport::Fd file, Redactor& redactor)
      : loop_(loop), file_(std::move(file)), redactor_(redactor) {}
  MirrorFile(const MirrorFile&) = delete;
  MirrorFile& operator=(const MirrorFile&) = delete;
  /// The loop has ended: what waits is written without a pause.
  ~MirrorFile() {
    try {
      if (in_hand_ && !has_begun_) put(in_hand_->direction, *in_hand_->line);
      if (has_begun_) {
        write_bytes("\n");
        note("the message before is cut, as the program ended");
      }
      for (const Message& each : waiting_) put(each.direction, *each.line);
      tell_left_out();
    } catch (const std::exception&) {
      // Out of memory. The mirror is what can be spared.
      return;
    }
  }

  void take(char direction, std::string_view line) {
    const bool is_idle = waiting_.empty() && !in_hand_;
    if (is_idle && line.size() <= limits::mirrored_at_once) return put(direction, line);
    if (!is_idle && waiting_bytes_ + line.size() > limits::mirror_backlog) {
      ++left_out_;
      return;
    }
    waiting_.push_back({direction, std::make_shared<const std::string>(line)});
    waiting_bytes_ += line.size();
    if (is_idle) loop_.spawn(work(shared_from_this()));
  }

 private:
  using Streams = std::map<std::string, session::UpdateRedactor, std::less<>>;
  using Text = std::shared_ptr<const std::string>;

  struct Message {
    char direction;
    Text line;
  };

  transport::Task<void> work(std::shared_ptr<MirrorFile> self) {
    while (!waiting_.empty()) {
      const Message next = waiting_.front();
      waiting_.pop_front();
      waiting_bytes_ -= next.line->size();
      in_hand_ = next;
      try {
        if (next.line->size() <= limits::mirrored_at_once) {
          co_await transport::yield(loop_);
          put(next.direction, *next.line);
        } else {
          co_await put_in_slices(next.direction, next.line);
        }
      } catch (const std::exception&) {
        ++left_out_;  // out of memory
      }
      in_hand_.reset();
      has_begun_ = false;
      if (waiting_.empty()) tell_left_out();
    }
  }

  void put(char direction, std::string_view line) {
    const json::View message(line);
    if (direction == 'i') {
      know_prompt(message);
      return write(came, json::redacted(line, redactor_));
    }
    if (is_update(message)) {
      const json::View params = message.find("params");
      std::string id = params.find("sessionId").string().value_or("");
      session::UpdateRedactor& stream = stream_of(id);
      stream.update(v1::adopt(std::move(id), params.find("update")));
      stream.settle();
      return;
    }
    end_prompt(message);
    write(went, json::redacted(line, redactor_));
  }

  transport::Task<void> put_in_slices(char direction, Text line) {
    const json::LongValues values = co_await transport::find_long_values(loop_, line);
    std::shared_ptr<const v1::Update> update;
    std::string id;
    {
      const json::LongValues::Use use(values);
      const json::View message(*line);
      if (direction == 'i') {
        know_prompt(message);
      } else if (is_update(message)) {
        const json::View params = message.find("params");
        id = params.find("sessionId").string().value_or("");
        update = std::make_shared<const v1::Update>(v1::adopt(id, params.find("update")));
      } else {
        end_prompt(message);
      }
    }
    if (update) {
      co_await put_update(std::move(id), std::move(update));
      co_return;
    }
    json::Redaction redaction(*line, redactor_);
    while (redaction.read()) co_await transport::yield(loop_);
    const std::string clean = redaction.take();
    const std::string_view mark = direction == 'i' ? came : went;
    co_await write_in_slices(mark, clean);
  }

  transport::Task<void> put_update(std::string id, std::shared_ptr<const v1::Update> update) {
    session::UpdateRedactor& stream = stream_of(id);
    has_begun_ = true;
    if (!update->text.none()) {
      session::UpdatePieces pieces(*update);
      v1::Update piece;
      while (pieces.next(piece)) {
        stream.update(piece);
        stream.settle();
        co_await transport::yield(loop_);
      }
      co_return;
    }
    const Text payload(update, &update->payload);
    const json::LongValues values = co_await transport::find_long_values(loop_, payload);
    session::UpdateRedactor::LongUpdate redaction(stream, *update, values);
    while (redaction.read()) co_await transport::yield(loop_);
    for (const v1::Update& part : redaction.take()) {
      const std::string line = v1::update_line(id, part).text;
      co_await write_in_slices(went, line);
    }
  }

  static bool is_update(json::View message) {
    return message.find("method").equals("session/update");
  }

  void know_prompt(json::View message) {
    if (!message.find("method").equals("session/prompt")) return;
    prompts_[std::string(message.find("id").raw())] =
        message.find("params").find("sessionId").string().value_or("");
  }

  /// With the answer to a prompt nothing more is held back of what its session says.
  void end_prompt(json::View message) {
    const auto prompt = prompts_.find(std::string(message.find("id").raw()));
    if (prompt == prompts_.end() || message.find("method").exists()) return;
    if (const auto known = streams_.find(prompt->second); known != streams_.end()) {
      known->second.finish();
      streams_.erase(known);
    }
    prompts_.erase(prompt);
  }

  /// A secret may be cut in two by the chunks of a message, so that its text may come a little
  /// later here than it was sent; the last of it comes in a line of its own.
  session::UpdateRedactor& stream_of(const std::string& id) {
    auto known = streams_.find(id);
    if (known == streams_.end()) {
      const session::UpdateRedactor::Sink sink = [this, id](const v1::Update& clean) {
        write(went, v1::update_line(id, clean).text);
      };
      known = streams_.try_emplace(id, redactor_, sink).first;
    }
    return known->second;
  }

  void tell_left_out() {
    if (left_out_ == 0) return;
    note(std::to_string(left_out_) + " messages are missing, as they came too fast");
    left_out_ = 0;
  }

  void note(std::string_view text) { write("-- ", text); }

  void write(std::string_view mark, std::string_view text) {
    std::string line(mark);
    line.append(text).push_back('\n');
    write_bytes(line);
  }

  transport::Task<void> write_in_slices(std::string_view mark, std::string_view text) {
    has_begun_ = true;
    write_bytes(mark);
    while (!text.empty()) {
      write_bytes(text.substr(0, limits::mirror_slice));
      text.remove_prefix(std::min(text.size(), limits::mirror_slice));
      co_await transport::yield(loop_);
    }
    write_bytes("\n");
  }

  void write_bytes(std::string_view bytes) {
    // Best effort: a full disk must not stop the conversation.
    [[maybe_unused]] const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
  }

  static constexpr std::string_view came = "-> ";
  static constexpr std::string_view went = "<- ";

  transport::Loop& loop_;
  transport::Fd file_;
  Redactor& redactor_;
  std::map<std::string, std::string, std::less<>> prompts_;  // id of a running prompt: its session
  Streams streams_;
  std::deque<Message> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::optional<Message> in_hand_;
  bool has_begun_ = false;  // a part of that is in the file
  std::uint64_t left_out_ = 0;
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

Result<transport::RpcPeer::Mirror> open_mirror(transport::Loop& loop, const std::string& path,
                                               Redactor& redactor, Log& log) {
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
  const auto mirror = std::make_shared<MirrorFile>(loop, std::move(*file), redactor);
  return transport::RpcPeer::Mirror(
      [mirror](char direction, std::string_view line) { mirror->take(direction, line); });
}

}  // namespace tine::cli
