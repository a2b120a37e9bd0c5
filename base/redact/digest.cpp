#include "base/redact/digest.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace tine::redact {
namespace {

std::uint64_t little_endian(const void* from, std::size_t size) {
  std::array<std::uint8_t, 8> bytes{};
  std::memcpy(bytes.data(), from, size);
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  std::uint64_t squeeze() {
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace

Digest digest(const DigestKey& key, std::string_view text) {
  const std::uint64_t k0 = little_endian(key.data(), 8);
  const std::uint64_t k1 = little_endian(key.data() + 8, 8);
  SipState state{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d ^ 0xee, k0 ^ 0x6c7967656e657261,
                 k1 ^ 0x7465646279746573};
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) state.absorb(little_endian(text.data() + at, 8));
  const std::size_t rest = text.size() - at;
  state.absorb(std::uint64_t{text.size()} << 56 |
               (rest == 0 ? 0 : little_endian(text.data() + at, rest)));
  Digest result;
  state.v2 ^= 0xee;
  result.low = state.squeeze();
  state.v1 ^= 0xdd;
  result.high = state.squeeze();
  return result;
}

}  // namespace tine::redact
