#pragma once
// Runs one case in every way in which a server may get it.
//
// Plain functions.

#include <filesystem>
#include <string>

#include "conformance/play/script.h"
#include "tests/transcript/judge.h"

namespace tine::transcript {

/// What went wrong first, with a report; empty: nothing. `runs` is how often it was played.
std::string run_case(const conformance::Case& what, const std::filesystem::path& program,
                     Judge& judge, std::size_t& runs);

}  // namespace tine::transcript
