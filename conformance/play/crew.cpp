#include "conformance/play/crew.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <optional>
#include <utility>

#include "transport/fd.h"

namespace tine::conformance {
namespace {

/// What a worker says: that it begins a piece, or how that ended.
struct Note {
  std::uint64_t number = 0;
  std::uint64_t size = 0;  // of the text that follows
  bool ended = false;
};

void write_all(int fd, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = ::write(fd, at, size);
    if (written < 0 && errno != EINTR) ::_exit(EXIT_FAILURE);
    if (written <= 0) continue;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
}

/// False when the writer has gone.
bool read_all(int fd, void* bytes, std::size_t size) {
  char* at = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = ::read(fd, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

struct Worker {
  pid_t pid = -1;
  transport::Fd notes;
  std::optional<std::size_t> at;  // the piece that it is at
};

class Crew {
 public:
  Crew(std::size_t count, const std::function<std::string(std::size_t)>& work)
      : results_(count), work_(work) {
    void* const shared = ::mmap(nullptr, sizeof(std::atomic<std::size_t>), PROT_READ | PROT_WRITE,
                                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) std::abort();
    next_ = new (shared) std::atomic<std::size_t>(0);
  }
  ~Crew() { ::munmap(next_, sizeof *next_); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  std::vector<std::string> run(unsigned workers, const std::function<void(std::size_t)>& done) {
    for (unsigned i = 0; i < workers; ++i) hire();
    while (!workers_.empty()) {
      std::vector<pollfd> watched;
      watched.reserve(workers_.size());
      for (const Worker& each : workers_) watched.push_back({each.notes.get(), POLLIN, 0});
      if (::poll(watched.data(), watched.size(), -1) < 0) continue;
      for (std::size_t i = watched.size(); i-- > 0;) {
        if (watched[i].revents != 0) hear(i, done);
      }
    }
    return std::move(results_);
  }

 private:
  void hire() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    const pid_t pid = ::fork();
    if (pid < 0) std::abort();
    if (pid == 0) {
      ::close(ends[0]);
      labour(ends[1]);
    }
    ::close(ends[1]);
    workers_.push_back({.pid = pid, .notes = transport::Fd(ends[0]), .at = {}});
  }

  [[noreturn]] void labour(int notes) {
    for (;;) {
      const std::size_t number = next_->fetch_add(1);
      if (number >= results_.size()) ::_exit(EXIT_SUCCESS);
      Note note{.number = number, .size = 0, .ended = false};
      write_all(notes, &note, sizeof note);
      const std::string result = work_(number);
      note.ended = true;
      note.size = result.size();
      write_all(notes, &note, sizeof note);
      write_all(notes, result.data(), result.size());
    }
  }

  void hear(std::size_t index, const std::function<void(std::size_t)>& done) {
    Worker& worker = workers_[index];
    Note note;
    if (read_all(worker.notes.get(), &note, sizeof note)) {
      worker.at = note.number;
      if (!note.ended) return;
      std::string text(note.size, '\0');
      if (read_all(worker.notes.get(), text.data(), text.size())) {
        results_[note.number] = std::move(text);
        worker.at.reset();
        done(note.number);
        return;
      }
    }
    int status = 0;
    ::waitpid(worker.pid, &status, 0);
    const std::optional<std::size_t> lost = worker.at;
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(index));
    if (!lost) return;
    results_[*lost] = " (inside)\n  the process died of it: " +
                      (WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                           : "exit " + std::to_string(WEXITSTATUS(status))) +
                      "\n";
    done(*lost);
    hire();
  }

  std::vector<std::string> results_;
  const std::function<std::string(std::size_t)>& work_;
  std::atomic<std::size_t>* next_ = nullptr;
  std::vector<Worker> workers_;
};

}  // namespace

std::vector<std::string> share_out(std::size_t count, unsigned workers,
                                   const std::function<std::string(std::size_t)>& work,
                                   const std::function<void(std::size_t)>& done) {
  return Crew(count, work).run(workers, done);
}

}  // namespace tine::conformance
