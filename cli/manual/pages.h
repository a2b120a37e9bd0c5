#pragma once
// The manual pages of the program: tine(1) and tine-session(1) from its verbs and options and from
// docs/cli.md, tine.toml(5) and tine-transcript(5) from their pages of the documentation.
//
// Values and plain functions.

#include <string>
#include <string_view>
#include <vector>

#include "cli/outline.h"

namespace tine::cli::manual {

/// Texts of docs/.
struct Documents {
  std::string cli;
  std::string config;
  std::string transcript;
};

struct Page {
  std::string file;  ///< "tine.1"
  std::string text;
};

/// `date`: 2026-01-31.
std::vector<Page> pages(const VerbOutline& program, const Documents& documents,
                        const std::string& date);

}  // namespace tine::cli::manual
