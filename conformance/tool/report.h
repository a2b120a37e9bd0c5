#pragma once
// A run as a text: for a terminal, and for other programs.
//
// Functions without state.

#include <span>
#include <string>
#include <string_view>

#include "conformance/tool/verdicts.h"

namespace tine::conformance {

/// For a terminal: what is not a pass, with the reasons, and a verdict in one line.
std::string terminal_report(const Run& run, bool strict, bool coloured);

std::string json_report(const Run& run, bool strict);
std::string junit_report(const Run& run, bool strict);
std::string markdown_report(const Run& run, bool strict);
/// A page of its own, that loads nothing: agents beside each other, and what was said behind each
/// verdict.
std::string html_matrix(std::span<const Run> runs, bool strict);
/// A table of what they do not all pass.
std::string markdown_matrix(std::span<const Run> runs, bool strict);

/// What json_report() has written; requirements that are not known any more are left out.
Checked<Run> read_json_report(std::string_view text, const Requirements& requirements);

/// "61 passed, 1 failed, 2 warnings, 3 not applicable, 4 not exercised"
std::string counts_of(const Run& run);

}  // namespace tine::conformance
