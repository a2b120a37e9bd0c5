#include "cli/editor.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "cli/text_file.h"

namespace tine::cli {
namespace {

/// What is pressed at the editor is for the editor.
class IgnoredSignals {
 public:
  IgnoredSignals() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGINT, &ignore, &interrupt_);
    ::sigaction(SIGQUIT, &ignore, &quit_);
  }
  ~IgnoredSignals() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGQUIT, &quit_, nullptr);
  }
  IgnoredSignals(const IgnoredSignals&) = delete;
  IgnoredSignals& operator=(const IgnoredSignals&) = delete;

 private:
  struct sigaction interrupt_ {};
  struct sigaction quit_ {};
};

/// The editor may have options, so the shell takes it apart. Gives its status, as waitpid does;
/// else an errno, negated.
int run(const std::string& editor, const std::string& path) {
  std::string script = editor + " \"$1\"";
  std::string shell = "sh";
  std::string option = "-c";
  std::string file = path;
  const std::array<char*, 6> argv{shell.data(), option.data(), script.data(),
                                  shell.data(), file.data(),   nullptr};
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  sigset_t by_default{};
  sigemptyset(&by_default);
  for (const int signal : {SIGINT, SIGQUIT, SIGPIPE}) sigaddset(&by_default, signal);
  posix_spawnattr_setsigdefault(&attributes, &by_default);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const IgnoredSignals ignored;
  pid_t child = 0;
  const int fault = ::posix_spawn(&child, "/bin/sh", nullptr, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  if (fault != 0) return -fault;
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -errno;
  }
  return status;
}

}  // namespace

Result<EditedCopy> EditedCopy::of(std::string_view text, const std::string& name) {
  std::error_code fault;
  std::string folder = (std::filesystem::temp_directory_path(fault) / "tine-edit-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    return fail(ErrorKind::storage_failed,
                std::string("cannot make a folder for the copy: ") + std::strerror(errno));
  }
  EditedCopy copy(folder, folder + "/" + name);
  std::ofstream file(copy.path_, std::ios::binary);
  file << text;
  file.close();
  if (!file) {
    copy.remove();
    return fail(ErrorKind::storage_failed, "cannot write the copy " + copy.path_);
  }
  return copy;
}

Result<std::string> EditedCopy::edit(const Env& env) const {
  std::string editor;
  for (const char* name : {"VISUAL", "EDITOR"}) {
    if (editor.empty()) editor = env.variable(name).value_or("");
  }
  if (editor.empty()) editor = "vi";
  const int status = run(editor, path_);
  if (status != 0) {
    const std::string why = status < 0 ? ": " + std::string(std::strerror(-status)) : "";
    return fail(Error(ErrorKind::invalid_params, "the editor failed" + why)
                    .with_hint("Set VISUAL or EDITOR to the editor of your choice."));
  }
  return read_text_file(path_);
}

void EditedCopy::remove() const {
  std::error_code fault;
  std::filesystem::remove_all(folder_, fault);
}

}  // namespace tine::cli
