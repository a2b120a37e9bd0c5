#pragma once
// What a person who wrote an unknown name may have meant.
//
// Pure functions.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tine::cli {

/// How many letters must be added, left out, replaced or swapped with their neighbour to make `b`
/// from `a`.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The known name that is nearest to `name`, or nothing when none is near: a third of its letters,
/// and at least one, may differ.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

/// `; did you mean "known"?`, or nothing when none is near.
std::string suggestion(std::string_view name, std::span<const std::string_view> known);

}  // namespace tine::cli
