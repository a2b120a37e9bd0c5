#pragma once
// What the transcripts together must show: each line of behaviour.txt, and each kind of error.
//
// Plain functions.

#include <filesystem>
#include <string>
#include <vector>

#include "conformance/play/script.h"

namespace tine::transcript {

/// What no case shows, and what a case claims to show that there is not; a line for each.
std::vector<std::string> gaps(const std::filesystem::path& behaviour,
                              const std::vector<conformance::Case>& cases);

}  // namespace tine::transcript
