// The only place that knows spdlog.

#include "cli/log/log_output.h"

#define FMT_HEADER_ONLY
#define SPDLOG_PREVENT_CHILD_FD
#define SPDLOG_NO_THREAD_ID
#include <poll.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/json/utf8.h"
#include "base/json/writer.h"
#include "base/visible.h"
#include "cli/log/limits.h"
#include "cli/log/log_thread.h"
#include "cli/print.h"
#include "cli/private_file.h"
#include "transport/fd.h"

namespace tine::cli {
namespace {

using Base = spdlog::sinks::base_sink<spdlog::details::null_mutex>;

spdlog::level::level_enum level_of(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return spdlog::level::debug;
    case Log::Level::info:
      return spdlog::level::info;
    case Log::Level::warning:
      return spdlog::level::warn;
    case Log::Level::error:
      return spdlog::level::err;
    case Log::Level::off:
      break;
  }
  return spdlog::level::off;
}

std::string_view text_in(const spdlog::details::log_msg& message) {
  return {message.payload.data(), message.payload.size()};
}

/// The text of a message as a JSON string.
class JsonText final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
              spdlog::memory_buf_t& to) override {
    const std::string text = json::quoted(text_in(message));
    to.append(text.data(), text.data() + text.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JsonText>();
  }
};

std::unique_ptr<spdlog::formatter> formatter(bool json) {
  constexpr const char* line = "%Y-%m-%dT%H:%M:%S.%eZ tine[%P] %l: %v";
  constexpr const char* object =
      R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","pid":%P,"level":"%l","message":%*})";
  auto made = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
  made->add_flag<JsonText>('*').set_pattern(json ? object : line);
  return made;
}

/// Gives up on a message rather than wait for ever when nobody reads stderr.
class StderrSink final : public Base {
 public:
  explicit StderrSink(bool may_wait) : may_wait_(may_wait) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (missing_ > 0) {
      if (!is_writable(std::chrono::milliseconds(0))) {
        ++missing_;
        return;
      }
      const std::string note = left_out(std::exchange(missing_, 0), "nobody read them");
      spdlog::details::log_msg told = message;
      told.level = spdlog::level::warn;
      told.payload = note;
      put(told);
    }
    // Only what is written directly shares the terminal with a line at its bottom.
    if (may_wait_) hide_status();
    put(message);
    if (may_wait_) restore_status();
  }
  void flush_() override {}

  void put(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    // The last one may have been given up in the middle.
    if (std::exchange(cut_, false)) line.push_back('\n');
    formatter_->format(message, line);
    std::string_view rest(line.data(), line.size());
    while (!rest.empty()) {
      if (!is_writable(may_wait_ ? std::chrono::milliseconds(-1) : limits::stderr_patience)) {
        cut_ = rest.size() < line.size();
        ++missing_;
        return;
      }
      // So many bytes a pipe that is writable takes without waiting.
      const ssize_t n =
          ::write(STDERR_FILENO, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n <= 0) return;
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  static bool is_writable(std::chrono::milliseconds patience) {
    pollfd fd{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    int ready = 0;
    do {
      ready = ::poll(&fd, 1, static_cast<int>(patience.count()));
    } while (ready < 0 && errno == EINTR);
    return ready != 0;
  }

  bool may_wait_;
  bool cut_ = false;
  std::uint64_t missing_ = 0;
};

/// Held on a folder while a log file in it is opened or rotated, by one process at a time.
class FolderLock {
 public:
  explicit FolderLock(const std::string& file)
      : folder_(::open(file.substr(0, file.rfind('/') + 1).c_str(),
                       O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    for (auto waited = std::chrono::milliseconds(0); waited < limits::rotation_patience;
         waited += limits::rotation_pause) {
      held_ = folder_ && ::flock(folder_.get(), LOCK_EX | LOCK_NB) == 0;
      if (held_ || !folder_) return;
      std::this_thread::sleep_for(limits::rotation_pause);
    }
  }

  bool held() const { return held_; }

 private:
  transport::Fd folder_;
  bool held_ = false;
};

/// What is missing above a file, for its owner alone.
void make_folders(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
       slash = path.find('/', slash + 1))
    ::mkdir(path.substr(0, slash).c_str(), S_IRWXU);
}

/// spdlog's rotating file, for several processes: each appends whole lines, and follows when
/// another has rotated. spdlog counts only what it has written itself, so here the true size is
/// looked at before each message. It also empties the file that it begins, so that opening and
/// rotating are done under a lock.
class SharedFileSink final : public Base {
 public:
  SharedFileSink(std::string path, std::size_t files, std::size_t file_bytes, bool json)
      : path_(std::move(path)), files_(files), file_bytes_(file_bytes), json_(json) {}

  /// What is wrong with the file, once.
  std::optional<std::string> new_fault() {
    if (fault_ == told_fault_) return std::nullopt;
    told_fault_ = fault_;
    if (fault_.empty()) return std::nullopt;
    return "the log file " + path_ + " cannot be written: " + fault_;
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    try {
      fault_ = write(message);
    } catch (const std::exception& fault) {
      file_.reset();
      fault_ = fault.what();
    }
    if (!fault_.empty()) ++missing_;
  }
  void flush_() override {}

  /// What is wrong; empty: it is written.
  std::string write(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    struct stat facts {};
    if (is_current(facts) && static_cast<std::size_t>(facts.st_size) + line.size() <= file_bytes_) {
      append(message);
      return {};
    }
    file_.reset();
    make_folders(path_);
    const FolderLock lock(path_);
    if (!lock.held()) return "its folder cannot be locked";
    // Made anew it knows the true size, and rotates by that.
    if (std::string fault = open(); !fault.empty()) return fault;
    append(message);
    if (::stat(path_.c_str(), &facts) == 0) file_id_ = {facts.st_dev, facts.st_ino};
    return {};
  }

  void append(const spdlog::details::log_msg& message) {
    if (missing_ > 0) {
      const std::string note = left_out(std::exchange(missing_, 0), "they could not be written");
      spdlog::details::log_msg told = message;
      told.level = spdlog::level::warn;
      told.payload = note;
      file_->log(told);
    }
    file_->log(message);
    file_->flush();
  }

  bool is_current(struct stat& facts) const {
    return file_ && ::stat(path_.c_str(), &facts) == 0 &&
           file_id_ == std::pair(facts.st_dev, facts.st_ino);
  }

  std::string open() {
    // spdlog would make it readable for others, and follow a link.
    if (const auto made = open_private(path_, PrivateFile::appended); !made) {
      return made.error().message;
    }
    spdlog::file_event_handlers handlers;
    handlers.before_open = [](const spdlog::filename_t& path) {
      (void)open_private(path, PrivateFile::appended);
    };
    // A line is written at once, so that lines of several processes never mix.
    handlers.after_open = [this](const spdlog::filename_t& /*path*/, std::FILE* file) {
      std::setvbuf(file, buffer_.data(), _IOFBF, buffer_.size());
    };
    file_ = std::make_unique<spdlog::sinks::rotating_file_sink_st>(path_, file_bytes_, files_ - 1,
                                                                   false, handlers);
    file_->set_formatter(formatter(json_));
    return {};
  }

  std::string path_;
  std::size_t files_;
  std::size_t file_bytes_;
  bool json_;
  std::vector<char> buffer_ = std::vector<char>(limits::log_line);
  std::unique_ptr<spdlog::sinks::rotating_file_sink_st> file_;
  std::pair<dev_t, ino_t> file_id_;
  std::uint64_t missing_ = 0;
  std::string fault_;
  std::string told_fault_;
};

/// Both places, in one object that may move to another thread.
class Output {
 public:
  explicit Output(const LogPlan& plan)
      : stderr_(std::make_shared<StderrSink>(plan.delivery == LogDelivery::direct)),
        logger_("tine", stderr_) {
    if (!plan.file.empty()) {
      file_ =
          std::make_shared<SharedFileSink>(plan.file, static_cast<std::size_t>(plan.files),
                                           static_cast<std::size_t>(plan.file_bytes), plan.json);
      logger_.sinks().push_back(file_);
    }
    logger_.set_level(spdlog::level::trace);
    logger_.set_formatter(formatter(plan.json));
    stderr_->set_level(level_of(plan.on_stderr));
    // Its own way is to print on stderr.
    logger_.set_error_handler([](const std::string& /*what*/) {});
  }

  void write(const LogThread::Entry& entry) {
    const auto time = spdlog::log_clock::time_point(std::chrono::milliseconds(entry.wall_ms));
    logger_.log(time, spdlog::source_loc{}, level_of(entry.level), entry.text);
    if (!file_) return;
    if (const auto fault = file_->new_fault()) {
      stderr_->log(spdlog::details::log_msg(time, spdlog::source_loc{}, "tine", spdlog::level::warn,
                                            *fault));
    }
  }

 private:
  std::shared_ptr<StderrSink> stderr_;
  std::shared_ptr<SharedFileSink> file_;
  spdlog::logger logger_;
};

/// A message of several lines stays one line of the log. JSON has its own way of writing them.
std::string clean(std::string_view text, bool json, Redactor& redactor) {
  const std::string safe = visible(redactor.redacted(text));
  const std::size_t end = json::character_start(safe, limits::log_message);
  std::string out;
  for (const char c : safe.substr(0, end))
    out.append(c == '\n' && !json ? "\\n" : std::string_view(&c, 1));
  if (end < safe.size()) out += "… (" + std::to_string(safe.size() - end) + " more bytes)";
  return out;
}

}  // namespace

Log::Level level_named(std::string_view name) {
  if (name == "debug") return Log::Level::debug;
  if (name == "warning") return Log::Level::warning;
  if (name == "error") return Log::Level::error;
  if (name == "off") return Log::Level::off;
  return Log::Level::info;
}

Log::Sink make_log_sink(const LogPlan& plan, Redactor& redactor) {
  const auto output = std::make_shared<Output>(plan);
  const auto entry = [&redactor, json = plan.json](const Log::Message& message) {
    return LogThread::Entry{.level = message.level,
                            .wall_ms = message.wall_ms,
                            .text = clean(message.text, json, redactor)};
  };
  if (plan.delivery == LogDelivery::direct) {
    return [output, entry](const Log::Message& message) { output->write(entry(message)); };
  }
  const auto thread =
      std::make_shared<LogThread>([output](const LogThread::Entry& each) { output->write(each); });
  return [thread, entry](const Log::Message& message) { thread->take(entry(message)); };
}

}  // namespace tine::cli
