#pragma once
// CRC-32C (Castagnoli), as iSCSI and ext4 use it: what tells a damaged line of a transcript.
//
// Plain functions. Uses the processor's instruction where there is one.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tine {

/// The checksum of `bytes`, or of what `before` covers followed by `bytes`.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

/// The same without the instruction, for the comparison.
std::uint32_t crc32c_portable(std::string_view bytes, std::uint32_t before = 0);

/// The checksum of a text and another one behind it, from those of both.
std::uint32_t crc32c_of_both(std::uint32_t first, std::uint32_t second, std::size_t second_bytes);

}  // namespace tine
