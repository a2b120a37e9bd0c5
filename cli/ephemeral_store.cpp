#include "cli/ephemeral_store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

namespace tine::cli {
namespace {

namespace fs = std::filesystem;

fs::path all_in(const std::string& root) { return fs::path(root) / "ephemeral"; }

/// Each readable by its owner only, as those of the store are.
void make_folders(const fs::path& path) {
  std::error_code fault;
  if (path.empty() || fs::exists(path, fault)) return;
  make_folders(path.parent_path());
  ::mkdir(path.c_str(), S_IRWXU);
}

transport::Fd locked(const fs::path& folder, int create) {
  transport::Fd lock(
      ::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | create, 0600));
  if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) lock.reset();
  return lock;
}

}  // namespace

Result<EphemeralStore> EphemeralStore::make(const std::string& root) {
  // Another process may take a folder without a lock for one that was left.
  constexpr int tries = 5;
  int error = 0;
  for (int i = 0; i < tries; ++i) {
    make_folders(all_in(root));
    std::string folder = (all_in(root) / "store-XXXXXX").string();  // the letters are replaced
    if (::mkdtemp(folder.data()) == nullptr) {
      error = errno;
      continue;
    }
    transport::Fd lock = locked(folder, O_CREAT);
    if (lock) return EphemeralStore(std::move(folder), std::move(lock));
    error = errno;
    ::rmdir(folder.c_str());
  }
  return fail(ErrorKind::storage_failed,
              "cannot make a folder for the session: " + std::string(std::strerror(error)));
}

EphemeralStore::~EphemeralStore() {
  if (!lock_) return;
  std::error_code fault;
  fs::remove_all(path_, fault);
}

void EphemeralStore::sweep(const std::string& root) {
  std::error_code fault;
  std::vector<fs::path> left;
  for (fs::directory_iterator each(all_in(root), fault), end; !fault && each != end;
       each.increment(fault)) {
    if (each->symlink_status(fault).type() == fs::file_type::directory)
      left.push_back(each->path());
  }
  for (const fs::path& each : left) {
    const transport::Fd lock = locked(each, 0);
    if (lock) fs::remove_all(each, fault);
    // One that is empty was never used, or is being made: then another one is.
    if (!lock) ::rmdir(each.c_str());
  }
}

}  // namespace tine::cli
