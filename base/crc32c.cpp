#include "base/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#include "base/handled.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace tine {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;  // bits reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// tables[k][b] is the effect of the byte b that stands k bytes before the end of a block of eight.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? polynomial : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = (crc >> 8U) ^ tables[0][crc & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

std::uint64_t load64(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

std::uint32_t step(std::uint32_t crc, char c) {
  return (crc >> 8U) ^ tables[0][(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc32c_instruction(std::string_view bytes,
                                                                   std::uint32_t before) {
  std::uint64_t crc = ~before;
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; p += 8, left -= 8) crc = _mm_crc32_u64(crc, load64(p));
  auto narrow = static_cast<std::uint32_t>(crc);
  for (; left > 0; ++p, --left) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*p));
  return ~narrow;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  if constexpr (std::endian::native == std::endian::little) {
    for (; left >= 8; p += 8, left -= 8) {
      const std::uint64_t block = load64(p) ^ crc;
      crc = 0;
      for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][block >> (8 * k) & 0xFFU];
    }
  }
  for (; left > 0; ++p, --left) crc = step(crc, *p);
  return ~crc;
}

namespace {

/// The product of two polynomials modulo the checksum's; the highest bit is the power 0.
constexpr std::uint32_t product(std::uint32_t a, std::uint32_t b) {
  std::uint32_t out = 0;
  for (std::uint32_t bit = std::uint32_t{1} << 31U; bit != 0; bit >>= 1U) {
    if ((a & bit) != 0) out ^= b;
    b = (b >> 1U) ^ ((b & 1U) != 0 ? polynomial : 0U);
  }
  return out;
}

}  // namespace

std::uint32_t crc32c_of_both(std::uint32_t first, std::uint32_t second, std::size_t second_bytes) {
  // Each byte that follows multiplies what came before by the power 8: squares of it, for the bits
  // of the length.
  std::uint32_t power = std::uint32_t{1} << (31U - 8U);
  for (; second_bytes != 0; second_bytes >>= 1U) {
    if ((second_bytes & 1U) != 0) first = product(power, first);
    power = product(power, power);
  }
  return first ^ second;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before) {
  count_handled(bytes.size());
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return crc32c_instruction(bytes, before);
#endif
  return crc32c_portable(bytes, before);
}

}  // namespace tine
