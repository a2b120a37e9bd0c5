#pragma once
// What a session's backend loads by itself of what lies around: settings, skills, documents. A
// client can have less of that loaded. It is said when a session begins and stays the same for it
// and its forks: with other tools or another beginning, what the provider's cache has of it would
// be lost. docs/context.md is the page for users.
//
// Values and plain functions.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "base/result.h"

namespace tine::executor {

/// Whose settings a backend loads: the user's, those that a project shares, and those that the user
/// has for this project alone.
inline constexpr std::array<std::string_view, 3> setting_sources = {"user", "project", "local"};

/// In Loading::no_load: all documents of the project.
inline constexpr std::string_view every_document = "*";

struct Loading {
  /// Of the names above, in their order; none: as the backend does by itself.
  std::optional<std::vector<std::string>> sources;
  bool skills = true;
  /// Documents that are left out: the name of a file, wherever it lies, or an absolute path.
  std::vector<std::string> no_load;

  /// Whether the backend loads what it loads by itself.
  bool is_usual() const { return !sources && skills && no_load.empty(); }
  bool has_source(std::string_view name) const;
  bool leaves_out_project() const;
  /// Whether the document is left out, by its path or its name.
  bool leaves_out(std::string_view path) const;

  bool operator==(const Loading&) const = default;
};

/// Reads it as a client says it: `{"settingSources":["user"],"skills":false,"noLoad":["*"]}`.
/// `where` names it in errors.
Result<Loading> read_loading(json::View from, const std::string& where);

/// As it is read; empty for what is usual.
std::string write_loading(const Loading& loading);

/// Reads what write_loading() has made. A text that cannot be read, because a newer version wrote
/// it or because it is damaged, loads the least.
Loading kept_loading(std::string_view text);

/// In words for a person, a sentence each.
std::vector<std::string> sentences_of(const Loading& loading);

}  // namespace tine::executor
