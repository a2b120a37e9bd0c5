#include "session/project.h"

#include <cstdint>
#include <filesystem>
#include <system_error>

#include "base/redact/digest.h"

namespace tine::session {
namespace {

Result<void> check_directory(const std::string& path, const std::string& where) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  return fail(Error(ErrorKind::invalid_params, "not an existing directory at " + where).at(where));
}

/// What a kept path ends in when it is not the path itself. It is the same in every process, so the
/// key is no secret; half of the digest is kept, from which no long secret can be told.
std::string ending(const std::string& path) {
  std::uint64_t number = redact::digest(redact::DigestKey{}, path).low;
  std::string out(17, '~');
  for (std::size_t i = out.size(); i-- > 1; number >>= 4U)
    out[i] = "0123456789abcdef"[number & 15U];
  return out;
}

}  // namespace

std::string canonical(const std::string& path) {
  std::error_code error;
  const auto found = std::filesystem::canonical(path, error);
  return error ? path : found.string();
}

std::string kept_path(const std::string& path, Redactor& redactor) {
  const auto secrets = redactor.find(path);
  if (secrets.empty()) return path;
  std::string out;
  std::size_t done = 0;
  for (const SecretPlace& secret : secrets) {
    out += path.substr(done, secret.offset - done);
    // Not the marker with its number, which is another in each process.
    out += "redacted-" + secret.kind;
    done = secret.offset + secret.length;
  }
  return out + path.substr(done) + ending(path);
}

bool stands_for(std::string_view kept, const std::string& path) {
  return kept == path || kept.ends_with(ending(path));
}

Result<void> check(const v1::Workspace& workspace) {
  if (auto good = check_directory(workspace.cwd, "params.cwd"); !good) return good;
  for (std::size_t i = 0; i < workspace.additional_directories.size(); ++i) {
    const std::string where = "params.additionalDirectories[" + std::to_string(i) + "]";
    if (auto good = check_directory(workspace.additional_directories[i], where); !good) return good;
  }
  return {};
}

}  // namespace tine::session
