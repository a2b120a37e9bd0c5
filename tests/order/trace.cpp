// usage: trace OUTPUT COMMAND...: runs the command to its end, and writes the names of the
// functions that it called, a line each, in the order of their first calls. The exit code is the
// command's.
//
// A breakpoint stands at the beginning of each function, and is taken away when it is reached, so
// each function stops the program once. The program must have its names, and stand where it was
// linked to be (no PIE).

#include <elf.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <ios>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr char breakpoint = '\xcc';

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "trace: %s\n", what.c_str());
  std::exit(125);
}

/// A function of the program. `first` is its first byte, which the breakpoint replaces.
struct Function {
  std::string name;
  char first = 0;
  bool called = false;
};
using Functions = std::map<std::uint64_t, Function>;

template <class T>
T part(const std::string& file, std::uint64_t at) {
  T value;
  if (at > file.size() || file.size() - at < sizeof(T)) give_up("the program's file is cut off");
  std::memcpy(&value, file.data() + at, sizeof(T));
  return value;
}

/// Reads where functions begin. Of several names of one function the shortest counts.
Functions functions_of(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(stream), {}};
  const auto header = part<Elf64_Ehdr>(file, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_type != ET_EXEC)
    give_up(std::string(path).append(" is no program that stands where it was linked to be"));
  const auto section = [&](std::size_t index) {
    return part<Elf64_Shdr>(file, header.e_shoff + index * header.e_shentsize);
  };
  Functions found;
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    const Elf64_Shdr table = section(i);
    if (table.sh_type != SHT_SYMTAB) continue;
    const Elf64_Shdr names = section(table.sh_link);
    for (std::uint64_t at = 0; at < table.sh_size; at += sizeof(Elf64_Sym)) {
      const auto symbol = part<Elf64_Sym>(file, table.sh_offset + at);
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF ||
          symbol.st_shndx >= header.e_shnum)
        continue;
      const Elf64_Shdr code = section(symbol.st_shndx);
      if ((code.sh_flags & SHF_EXECINSTR) == 0) continue;
      const std::string name(file.c_str() + names.sh_offset + symbol.st_name);
      const auto first = part<char>(file, code.sh_offset + symbol.st_value - code.sh_addr);
      const auto [place, added] = found.try_emplace(symbol.st_value, Function{name, first});
      if (!added && name.size() < place->second.name.size()) place->second.name = name;
    }
  }
  if (found.empty()) give_up(std::string(path).append(" has no names of functions"));
  return found;
}

/// A program that is stopped at each function that it has not called before.
class Traced {
 public:
  Traced(Functions functions, char** command) : functions_(std::move(functions)) {
    main_ = ::fork();
    if (main_ == 0) {
      ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      ::execvp(command[0], command);
      ::_exit(126);
    }
    int status = 0;
    if (main_ < 0 || ::waitpid(main_, &status, 0) < 0 || !WIFSTOPPED(status))
      give_up(std::string(command[0]).append(" was not started"));
    constexpr long options = PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                             PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    ::ptrace(PTRACE_SETOPTIONS, main_, nullptr, options);
    for (const auto& [address, function] : functions_) write(main_, address, breakpoint);
    ::ptrace(PTRACE_CONT, main_, nullptr, nullptr);
  }

  /// Runs it to its end, and returns its exit code.
  int run() {
    for (;;) {
      int status = 0;
      const pid_t task = ::waitpid(-1, &status, __WALL);
      if (task < 0) give_up(std::strerror(errno));
      if (WIFEXITED(status) && task == main_) return WEXITSTATUS(status);
      if (WIFSIGNALED(status) && task == main_) give_up("the program was ended by a signal");
      if (WIFSTOPPED(status)) go_on(task, status);
    }
  }

  const std::vector<std::string>& called() const { return called_; }

 private:
  static void write(pid_t task, std::uint64_t address, char value) {
    const std::string path = "/proc/" + std::to_string(task) + "/mem";
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::pwrite(file, &value, 1, static_cast<off_t>(address)) != 1)
      give_up(path + ": " + std::strerror(errno));
    ::close(file);
  }

  void go_on(pid_t task, int status) {
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (event == PTRACE_EVENT_EXEC && task != main_) {
      // What it starts is another program.
      ::ptrace(PTRACE_DETACH, task, nullptr, nullptr);
    } else if (signal == SIGTRAP || (signal == SIGSTOP && is_first_stop(task))) {
      if (signal == SIGTRAP && event == 0) reached(task);
      ::ptrace(PTRACE_CONT, task, nullptr, nullptr);
    } else {
      ::ptrace(PTRACE_CONT, task, nullptr, static_cast<long>(signal));
    }
  }

  /// Tells whether this is the first stop of the task: the kernel begins each with SIGSTOP.
  bool is_first_stop(pid_t task) { return begun_.insert(task).second; }

  void reached(pid_t task) {
    user_regs_struct registers{};
    ::ptrace(PTRACE_GETREGS, task, nullptr, &registers);
    const auto found = functions_.find(registers.rip - 1);
    if (found == functions_.end()) return;
    Function& function = found->second;
    write(task, found->first, function.first);
    if (!function.called) called_.push_back(function.name);
    function.called = true;
    --registers.rip;
    ::ptrace(PTRACE_SETREGS, task, nullptr, &registers);
  }

  Functions functions_;
  pid_t main_ = 0;
  std::set<pid_t> begun_;
  std::vector<std::string> called_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) give_up("usage: trace OUTPUT COMMAND...");
  Traced traced(functions_of(argv[2]), argv + 2);
  const int code = traced.run();
  std::ofstream output(argv[1]);
  for (const std::string& name : traced.called()) output << name << '\n';
  output.close();
  if (!output) give_up(std::string(argv[1]).append(" cannot be written"));
  return code;
}
