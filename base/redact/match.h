#pragma once
// What a detector says: from where to where the secret stands, and what it is.

#include <cstddef>
#include <string_view>

namespace tine::redact {

struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
  /// Of static storage, or of the known value that was matched.
  std::string_view kind{};

  explicit operator bool() const { return end > begin; }
};

}  // namespace tine::redact
