#pragma once
// Ids as a person types and reads them: a few of their letters, of which the last ones tell most.
//
// Plain functions.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tine::session {

/// The letters of an id that a person may have typed; empty: too few, or they are none.
std::string typed_id(std::string_view typed);
/// Whether the id begins or ends with the letters.
bool is_named_by(std::string_view id, std::string_view letters);

/// As many of the last letters as tell all of them apart: those that were made at the same time
/// begin alike.
std::size_t telling_letters(const std::vector<std::string_view>& ids);

}  // namespace tine::session
