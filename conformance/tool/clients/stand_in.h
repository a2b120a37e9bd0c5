#pragma once
// The program that a client under test starts as its agent: it only carries bytes between the
// client and the run that judges it, which listens in a folder.
//
// Plain functions; run_stand_in() is to be called once, by main.

#include <filesystem>
#include <string>

#include "conformance/play/bindings.h"

namespace tine::conformance {

/// The word that has the tool be one.
inline constexpr const char* stand_in_word = "stand-in-for-an-agent";

/// Where the run listens.
std::filesystem::path socket_in(const std::filesystem::path& folder);

/// Makes a program in `folder` that is one; its path. It takes no arguments, so that it fits
/// wherever a client wants the command of an agent.
Checked<std::string> make_stand_in(const std::filesystem::path& folder);

int run_stand_in(const std::filesystem::path& folder);

}  // namespace tine::conformance
