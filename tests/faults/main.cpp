// usage: faults KIND NTH ERRNO COUNT-FILE COMMAND...: runs the command; its NTH system call of that
// kind fails with ERRNO (NTH 0: none does), and the number of them is written to the file at the
// end. The exit code is the command's. Only the process of the command itself is counted, with all
// of its threads; what it starts runs as ever.
//
// The kernel asks this process about each such call (seccomp's user notification), so it works with
// any program, a static one included, and with no change to it.

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Kind {
  std::string_view name;
  std::vector<int> calls;
};

std::vector<Kind> kinds() {
  return {
      {"pidfd_open", {SYS_pidfd_open}},
      {"pipe", {SYS_pipe2}},
      {"clone", {SYS_clone, SYS_clone3, SYS_vfork}},
      {"open", {SYS_openat, SYS_openat2, SYS_open}},
      {"write", {SYS_write, SYS_pwrite64}},
      {"send", {SYS_writev, SYS_sendmsg, SYS_sendto}},
      {"read", {SYS_read, SYS_pread64, SYS_readv, SYS_recvfrom}},
      {"sync", {SYS_fsync, SYS_fdatasync, SYS_syncfs}},
      {"fcntl", {SYS_fcntl}},
      {"flock", {SYS_flock}},
      {"memory", {SYS_mmap, SYS_brk, SYS_mremap}},
      {"socket", {SYS_socketpair}},
      {"epoll", {SYS_epoll_create1, SYS_epoll_ctl}},
      {"stat", {SYS_newfstatat, SYS_fstat, SYS_stat, SYS_statx}},
      {"mkdir", {SYS_mkdirat, SYS_mkdir}},
      {"rename", {SYS_renameat, SYS_renameat2, SYS_rename}},
      {"unlink", {SYS_unlinkat, SYS_unlink}},
      {"truncate", {SYS_ftruncate}},
      {"list", {SYS_getdents64}},
      {"timer", {SYS_timerfd_create, SYS_eventfd2}},
      {"limit", {SYS_prlimit64}},
      {"wait", {SYS_wait4, SYS_waitid}},
      {"access", {SYS_faccessat, SYS_faccessat2, SYS_access}},
  };
}

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "faults: %s: %s\n", what, std::strerror(errno));
  std::exit(125);
}

/// What parent and child know of each other before the command runs.
struct Meeting {
  std::atomic<int> listener = -1;  // a descriptor of the child's
  std::atomic<bool> go = false;
};

void wait_a_little() {
  const timespec time{.tv_sec = 0, .tv_nsec = 100'000};
  ::nanosleep(&time, nullptr);
}

/// The kernel asks about these calls; all others are made as ever.
int listen_to(const std::vector<int>& calls) {
  std::vector<sock_filter> program;
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const int call : calls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()),
                          .filter = program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(
      ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
}

[[noreturn]] void become(char** command, const std::vector<int>& calls, Meeting& meeting) {
  const int listener = listen_to(calls);
  meeting.listener = listener < 0 ? -2 : listener;
  while (!meeting.go) wait_a_little();
  ::execvp(command[0], command);
  ::_exit(126);
}

bool is_thread_of(pid_t process, pid_t thread) {
  const std::string path = "/proc/" + std::to_string(process) + "/task/" + std::to_string(thread);
  return ::access(path.c_str(), F_OK) == 0;
}

struct Plan {
  pid_t process = 0;
  long nth = 0;
  int error = 0;
  long count = 0;
};

/// Changing or taking back what is watched needs no memory: it does not fail.
bool may_fail(const seccomp_data& call) {
  return call.nr != SYS_epoll_ctl || call.args[1] == EPOLL_CTL_ADD;
}

/// Answers one question of the kernel. False when nobody is left to ask.
bool answer(int listener, Plan& plan) {
  seccomp_notif question{};
  if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) != 0) return errno == EINTR;
  seccomp_notif_resp response{};
  response.id = question.id;
  const bool counts =
      may_fail(question.data) && is_thread_of(plan.process, static_cast<pid_t>(question.pid));
  if (counts && ++plan.count == plan.nth) {
    // brk reports no error: it returns where the memory ends, and libc asks anew after a 0.
    if (question.data.nr != SYS_brk) response.error = -plan.error;
  } else {
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  }
  // The thread may have been killed meanwhile.
  return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0 || errno == ENOENT;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int own_words = 5;
  if (argc <= own_words) return 2;
  const std::vector<Kind> all = kinds();
  const std::vector<int>* calls = nullptr;
  for (const Kind& each : all)
    if (each.name == argv[1]) calls = &each.calls;
  if (calls == nullptr) return 2;
  Plan plan;
  plan.nth = std::atol(argv[2]);
  plan.error = std::atoi(argv[3]);

  void* const shared =
      ::mmap(nullptr, sizeof(Meeting), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) give_up("no memory");
  auto* const meeting = new (shared) Meeting;
  // What the command leaves behind comes to us, so that it is seen.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  plan.process = ::fork();
  if (plan.process < 0) give_up("no process");
  if (plan.process == 0) become(argv + own_words, *calls, *meeting);

  while (meeting->listener == -1) wait_a_little();
  if (meeting->listener < 0) give_up("the kernel does not let calls be answered");
  const auto child = static_cast<int>(::syscall(SYS_pidfd_open, plan.process, 0));
  const auto listener =
      static_cast<int>(::syscall(SYS_pidfd_getfd, child, static_cast<int>(meeting->listener), 0));
  if (listener < 0) give_up("the kernel does not hand its questions over");
  // Our ends of the command's input and output would keep them open.
  ::close(STDIN_FILENO);
  ::close(STDOUT_FILENO);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);
  meeting->go = true;

  for (bool runs = true; runs;) {
    std::array<pollfd, 2> sources{{{.fd = listener, .events = POLLIN, .revents = 0},
                                   {.fd = child, .events = POLLIN, .revents = 0}}};
    if (::poll(sources.data(), sources.size(), -1) < 0 && errno != EINTR) give_up("poll");
    if ((sources[0].revents & POLLIN) != 0) {
      answer(listener, plan);
    } else if (sources[1].revents != 0) {
      runs = false;
    }
  }
  int status = 0;
  ::waitpid(plan.process, &status, 0);
  if (FILE* const file = std::fopen(argv[4], "w")) {
    std::fprintf(file, "%ld\n", plan.count);
    std::fclose(file);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
