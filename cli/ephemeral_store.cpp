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

transport::Fd locked(const fs::path& folder, int create) {
  transport::Fd lock(
      ::open((folder / "lock").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | create, 0600));
  if (lock && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) lock.reset();
  return lock;
}

}  // namespace

Result<EphemeralStore> EphemeralStore::make(const std::string& root) {
  std::error_code fault;
  fs::create_directories(all_in(root), fault);
  std::string pattern = (all_in(root) / "store-XXXXXX").string();
  const char* const made = ::mkdtemp(pattern.data());
  if (made == nullptr) {
    return fail(ErrorKind::storage_failed,
                "cannot make a folder for the session: " + std::string(std::strerror(errno)));
  }
  transport::Fd lock = locked(pattern, O_CREAT);
  if (!lock) {
    fs::remove_all(pattern, fault);
    return fail(ErrorKind::storage_failed,
                "cannot lock the folder of the session: " + std::string(std::strerror(errno)));
  }
  return EphemeralStore(std::move(pattern), std::move(lock));
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
    // One without a lock is being made, or was never used.
    const transport::Fd lock = locked(each, 0);
    if (lock) fs::remove_all(each, fault);
  }
}

}  // namespace tine::cli
