#pragma once
// Looks for a text in the files that have changed since a moment.
//
// Plain functions.

#include <filesystem>
#include <string>
#include <vector>

#include "conformance/play/server.h"

namespace tine::conformance {

/// Of the shape of a token that is known to be one, and random.
std::string made_up_secret();

/// The home of a program, as its environment says; empty: none.
std::filesystem::path home_of(const Launch& launch);

/// In which files below these folders it stands, in words.
std::string files_with(const std::string& text, const std::vector<std::filesystem::path>& folders,
                       std::filesystem::file_time_type since);

}  // namespace tine::conformance
