#include "session/store/index_lines.h"

#include <algorithm>

#include "session/store/limits.h"

namespace tine::session::store {

Result<bool> each_line(const OpenIndex& index, std::int64_t& offset, std::string& tail,
                       const std::function<bool(std::string_view line)>& see) {
  std::string bytes;
  while (offset < index.bytes) {
    const auto left = static_cast<std::uint64_t>(index.bytes - offset);
    bytes.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, limits::read_slice)));
    const auto got = index.file.read_at(bytes, offset);
    if (!got) return fail(got.error());
    if (*got == 0) return false;
    offset += static_cast<std::int64_t>(*got);
    tail.append(bytes, 0, *got);
    std::size_t begin = 0;
    for (std::size_t newline = 0; (newline = tail.find('\n', begin)) != std::string::npos;
         begin = newline + 1) {
      if (!see(std::string_view(tail).substr(begin, newline - begin))) return false;
    }
    tail.erase(0, begin);
    if (tail.size() > limits::index_line) return false;
  }
  return true;
}

}  // namespace tine::session::store
