#pragma once
// A machine: its environment, its files and its programs are lists.

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config/config.h"

namespace tine::cli {

class FakeMachine : public Env {
 public:
  std::map<std::string, std::string, std::less<>> variables = {{"HOME", "/home/me"}};
  std::map<std::string, std::string, std::less<>> files;
  std::set<std::string, std::less<>> programs;
  std::vector<FlagValue> flags;
  mutable std::vector<std::string> asked;  ///< the files that were looked for

  std::int64_t wall_ms() override { return 0; }
  void random(std::span<std::uint8_t> bytes) override {
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0});
  }
  std::optional<std::string> variable(std::string_view name) const override {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }

  ReadFile read() const {
    return [this](const std::string& path) -> Result<std::optional<std::string>> {
      asked.push_back(path);
      const auto found = files.find(path);
      if (found == files.end()) return std::nullopt;
      if (found->second == "<unreadable>") {
        return fail(ErrorKind::config_invalid, path + ": cannot be read");
      }
      return found->second;
    };
  }

  Result<Config> load() const {
    return load_config({*this, read(),
                        [this](const std::string& path) { return programs.contains(path); },
                        flags});
  }
  Result<Config> load(std::string user_text) {
    files["/home/me/.config/tine/config.toml"] = std::move(user_text);
    return load();
  }
  /// With the project /p.
  Result<Config> load_project(std::string project_text) {
    files["/p/.tine.toml"] = std::move(project_text);
    Result<Config> base = load();
    if (!base) return base;
    return overlay_project(*base, "/p", read());
  }
};

inline constexpr std::string_view user_path = "/home/me/.config/tine/config.toml";

/// What the error says after the name of the user's file; all of it for another error.
inline std::string complaint(const Result<Config>& result) {
  if (result) return "no error";
  std::string text = result.error().message;
  if (result.error().kind != ErrorKind::config_invalid) text += " (of the wrong kind)";
  return text.starts_with(user_path) ? text.substr(user_path.size()) : text;
}

}  // namespace tine::cli
