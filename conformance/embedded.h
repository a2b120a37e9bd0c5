#pragma once
// Files of this folder that are part of the program: the protocol's schema, the scenarios, the
// requirements.
//
// Constants; any thread.

#include <span>
#include <string_view>

namespace tine::conformance {

struct EmbeddedFile {
  std::string_view name;  ///< below conformance/: "scenarios/prompt.txt"
  std::string_view text;
};

/// In the order of their names.
std::span<const EmbeddedFile> embedded_files();

/// The text of one; empty: there is none.
std::string_view embedded_file(std::string_view name);

}  // namespace tine::conformance
