#include "conformance/tool/record/script_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace tine::conformance {

namespace {

/// The last character of a line that can grow, and the newline.
constexpr std::string_view end_of_growing = "\"\n";
constexpr int most_names = 10'000;

}  // namespace

Checked<ScriptFile> ScriptFile::make(const std::string& path) {
  const std::filesystem::path wanted(path);
  for (int number = 1; number < most_names; ++number) {
    std::filesystem::path name = wanted;
    if (number > 1) {
      name.replace_filename(wanted.stem().string() + "-" + std::to_string(number) +
                            wanted.extension().string());
    }
    transport::Fd file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file) return ScriptFile(std::move(file), name.string());
    if (errno != EEXIST) return wrong("cannot make " + name.string() + ": " + std::strerror(errno));
  }
  return wrong("there are too many files like " + path);
}

/// A disk that is full ends the recording, not the conversation.
void ScriptFile::write_at(std::size_t place, std::string_view bytes) {
  while (!bytes.empty() && !failed_) {
    const ssize_t put =
        ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      failed_ = true;
      std::fprintf(stderr, "acp-conform: cannot write %s: %s; nothing more is recorded\n",
                   path_.c_str(), std::strerror(errno));
      return;
    }
    place += static_cast<std::size_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
    size_ = std::max(size_, place);
  }
}

void ScriptFile::append(std::string_view line) {
  last_ = size_;
  write_at(size_, std::string(line) + "\n");
}

void ScriptFile::grow(std::string_view more) {
  if (more.empty()) return;
  write_at(size_ - end_of_growing.size(), std::string(more).append(end_of_growing));
}

void ScriptFile::replace_last(std::string_view line) {
  const std::size_t before = size_;
  size_ = last_;
  write_at(last_, std::string(line) + "\n");
  if (size_ < before && ::ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) failed_ = true;
}

void ScriptFile::remove() { std::filesystem::remove(path_); }

}  // namespace tine::conformance
