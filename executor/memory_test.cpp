#include "executor/memory.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <vector>

#include "tests/catch.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::executor;

namespace {

constexpr std::uint64_t kb = 1024;
constexpr std::size_t mb = std::size_t{1000} * 1000;

/// The files of a kernel.
struct Kernel {
  void file(const std::string& path, const std::string& text) const {
    const std::filesystem::path whole = folder.path() + path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
  }
  std::optional<std::uint64_t> free() const { return free_memory(folder.path()); }

  test::TemporaryFolder folder;
};

/// A process with a child that has taken so much memory, and all of that once more for a moment.
class Family {
 public:
  explicit Family(std::size_t bytes) {
    int ready[2] = {};
    REQUIRE(::pipe(ready) == 0);
    parent_ = ::fork();
    REQUIRE(parent_ >= 0);
    if (parent_ == 0) {
      const pid_t child = ::fork();
      if (child == 0) {
        const std::vector<char> kept(bytes, 'x');
        std::vector<char>(bytes, 'y').swap(moment_);
        std::vector<char>().swap(moment_);
        static_cast<void>(!::write(ready[1], kept.data(), 1));
        ::pause();
      }
      ::pause();
    }
    char sign = 0;
    REQUIRE(::read(ready[0], &sign, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  ~Family() {
    const std::string path =
        "/proc/" + std::to_string(parent_) + "/task/" + std::to_string(parent_) + "/children";
    pid_t child = 0;
    if (std::ifstream(path) >> child) ::kill(child, SIGKILL);
    ::kill(parent_, SIGKILL);
    ::waitpid(parent_, nullptr, 0);
  }
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;
  pid_t parent() const { return parent_; }

 private:
  pid_t parent_ = 0;
  static inline std::vector<char> moment_;
};

}  // namespace

TEST_CASE("memory: what the machine has available is free") {
  const Kernel kernel;
  CHECK_FALSE(kernel.free());
  kernel.file("/proc/meminfo", "MemTotal: 8000 kB\nMemFree:  10 kB\nMemAvailable:    4000 kB\n");
  CHECK(kernel.free() == 4000 * kb);
  kernel.file("/proc/self/cgroup", "1:memory:/old\n");
  CHECK(kernel.free() == 4000 * kb);
}

TEST_CASE("memory: the limit of a control group counts when it leaves less") {
  const Kernel kernel;
  kernel.file("/proc/meminfo", "MemAvailable: 4000 kB\n");
  kernel.file("/proc/self/cgroup", "0::/\n");
  kernel.file("/sys/fs/cgroup/memory.current", "1000000\n");
  kernel.file("/sys/fs/cgroup/memory.max", "max\n");
  CHECK(kernel.free() == 4000 * kb);
  kernel.file("/sys/fs/cgroup/memory.max", "1500000\n");
  CHECK(kernel.free() == 500'000);
  // Files that are only cached can be taken away.
  kernel.file("/sys/fs/cgroup/memory.stat",
              "anon 1\nfile 300000\ninactive_file 100000\nactive_file 50000\nslab_reclaimable 7\n");
  CHECK(kernel.free() == 650'007);
  kernel.file("/sys/fs/cgroup/memory.max", "100\n");
  CHECK(kernel.free() == 0);
}

TEST_CASE("memory: so does the limit of each group above it") {
  const Kernel kernel;
  kernel.file("/proc/meminfo", "MemAvailable: 4000 kB\n");
  kernel.file("/proc/self/cgroup", "0::/user.slice/app.scope\n");
  const std::string app = "/sys/fs/cgroup/user.slice/app.scope";
  kernel.file(app + "/memory.current", "10\n");
  kernel.file(app + "/memory.max", "2000000\n");
  CHECK(kernel.free() == 1'999'990);
  kernel.file("/sys/fs/cgroup/user.slice/memory.current", "500\n");
  kernel.file("/sys/fs/cgroup/user.slice/memory.max", "1000\n");
  CHECK(kernel.free() == 500);
}

TEST_CASE("memory: what a tree of processes takes, and has taken at most") {
  const Family family(40 * mb);
  const TreeMemory taken = memory_below(family.parent());
  CHECK(taken.now >= 40 * mb);
  CHECK(taken.peak >= 80 * mb);
  CHECK(taken.peak < 200 * mb);
}

TEST_CASE("memory: nothing is below a process that is gone or has no child") {
  const pid_t child = ::fork();
  if (child == 0) ::pause();
  CHECK(memory_below(child).peak == 0);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(memory_below(child).peak == 0);
}
