// The characters do not depend on where the bytes are cut, each is one that can be written down,
// and what was well formed is the same again when it is written.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json/utf8.h"
#include "transport/terminal/utf8_decoder.h"

namespace {

using tine::transport::append_utf8;
using tine::transport::Utf8Decoder;

void expect(bool good) {
  if (!good) std::abort();
}

std::u32string decoded(std::string_view bytes, std::size_t piece) {
  std::u32string out;
  Utf8Decoder decoder;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    decoder.feed(bytes.substr(0, piece), [&out](char32_t character) { out += character; });
  }
  return out;
}

bool is_well_formed(std::string_view bytes) {
  const char* const end = bytes.data() + bytes.size();
  for (const char* at = bytes.data(); at != end; ++at) {
    at = tine::json::skip_utf8(at, end);
    if (at == end) return true;
    if (static_cast<unsigned char>(*at) >= 0x80) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);  // NOLINT
  const std::u32string whole = decoded(bytes, size + 1);
  std::string again;
  for (const char32_t each : whole) {
    expect(each <= 0x10FFFF && (each < 0xD800 || each > 0xDFFF));
    append_utf8(each, again);
  }
  expect(whole == decoded(bytes, 1));
  expect(whole == decoded(bytes, 3));
  if (is_well_formed(bytes)) expect(again == bytes);
  return 0;
}
