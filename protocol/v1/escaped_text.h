#pragma once
// Text as it stands between the quotes of a JSON string, cut without decoding it.
//
// Plain functions.

#include <cstddef>
#include <string_view>

namespace tine::v1 {

/// The largest place at or before `limit` where `escaped` may be cut in two: not within an escape,
/// a pair of surrogates or a character. At least one character is before it, however small the
/// limit.
std::size_t cut_place(std::string_view escaped, std::size_t limit);

}  // namespace tine::v1
