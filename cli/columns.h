#pragma once
// How wide text is on a terminal, and how wide the terminal is.
//
// Plain functions. Text is made visible (base/visible.h) before it is measured.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tine::cli {

/// Of the terminal on that descriptor; none: it is no terminal, or does not know.
std::optional<std::size_t> columns_of(int fd);

/// Columns that the text takes: two for what East Asian scripts and pictures are made of.
std::size_t width_of(std::string_view text);

/// The text itself when it fits into so many columns, else as much of its beginning as fits with …
/// behind it.
std::string fitted(std::string_view text, std::size_t columns);

}  // namespace tine::cli
