#include "executor/documents.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/tokens/estimate.h"
#include "executor/limits.h"
#include "transport/fd.h"

namespace tine::executor {
namespace {

LookedAt failed_with(int error) {
  LookedAt out;
  if (error == ENOENT || error == ENOTDIR) return out;
  out.kind = LookedAt::Kind::unreadable;
  out.fault = std::generic_category().message(error);
  return out;
}

/// At most `most` bytes from the beginning.
bool read_beginning(int fd, std::uint64_t most, std::string& text) {
  constexpr std::size_t slice = std::size_t{64} * 1024;
  while (text.size() < most) {
    const std::size_t begin = text.size();
    text.resize(begin + std::min<std::size_t>(slice, most - begin));
    ssize_t got = 0;
    do got = ::read(fd, text.data() + begin, text.size() - begin);
    while (got < 0 && errno == EINTR);
    text.resize(begin + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return false;
    if (got == 0) break;
  }
  return true;
}

}  // namespace

std::uint64_t Document::tokens() const {
  const std::uint64_t known = tokens::estimate(text);
  if (text.empty() || given <= text.size()) return known;
  // Of the rest it is supposed that it is like the beginning.
  return known * (given / text.size()) + known * (given % text.size()) / text.size();
}

LookedAt DocumentReader::look(const std::string& path, std::uint64_t most) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return failed_with(errno);
  LookedAt out;
  out.kind = LookedAt::Kind::other;
  if (!S_ISREG(facts.st_mode)) return out;
  if (files_ == limits::documents || bytes_ >= limits::documents_bytes) {
    full_ = true;
    return {};
  }
  const transport::Fd fd(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd || ::fstat(fd.get(), &facts) != 0) return failed_with(errno);
  // It may be another one by now.
  if (!S_ISREG(facts.st_mode)) return out;
  most = std::min({most, std::uint64_t{limits::document}, limits::documents_bytes - bytes_});
  if (!read_beginning(fd.get(), most, out.text)) return failed_with(errno);
  ++files_;
  bytes_ += out.text.size();
  out.kind = LookedAt::Kind::file;
  out.bytes = std::max(static_cast<std::uint64_t>(facts.st_size), out.text.size());
  std::error_code fault;
  out.real = std::filesystem::canonical(path, fault).native();
  if (fault) out.real = path;
  return out;
}

bool lies_in(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.starts_with('/');
  return path == folder ||
         (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

}  // namespace tine::executor
