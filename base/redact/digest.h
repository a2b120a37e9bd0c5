#pragma once
// A keyed digest (SipHash-2-4, 128 bits): enough to recognise an equal secret without keeping it,
// and, without the key, nothing to guess from.

#include <array>
#include <cstdint>
#include <string_view>

namespace tine::redact {

using DigestKey = std::array<std::uint8_t, 16>;

struct Digest {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  bool operator==(const Digest&) const = default;
};

Digest digest(const DigestKey& key, std::string_view text);

}  // namespace tine::redact
