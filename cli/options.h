#pragma once
// The options of a verb: where it says which there are, and into what they go.
//
// Made while the command line is read; what the options go into outlives it. No threads.

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "cli/config/config.h"

// The library's name. NOLINTNEXTLINE(readability-identifier-naming)
namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tine::cli {

/// What can be said to every verb.
struct Common {
  std::string mirror;  ///< where the protocol is recorded; empty: nowhere
  std::string login;   ///< a backend's name, with or without a method of it
  bool version = false;
  bool json = false;
  std::vector<FlagValue> settings;  ///< what stands above the configuration's files
};

class Options {
 public:
  Options(CLI::App& app, Common& common) : app_(app), common_(common) {}

  /// What a session is named by in arguments and options.
  static constexpr const char* session = "The session's id, or any unique prefix of it";

  Common& common() const { return common_; }

  Options& flag(const char* name, bool& to, const char* help);
  /// With a value, which help calls `type`.
  Options& value(const char* name, std::string& to, const char* type, const char* help);
  Options& value(const char* name, std::int64_t& to, std::int64_t most, const char* type,
                 const char* help);
  /// That may be given several times.
  Options& values(const char* name, std::vector<std::string>& to, const char* type,
                  const char* help);
  /// One of some words.
  Options& choice(const char* name, std::string& to, std::vector<std::string> words,
                  const char* type, const char* help);
  /// A setting of the configuration, by its flag; `with_value` null: it takes none and means that.
  Options& setting(const char* name, const char* type, const char* help);
  Options& setting_flag(const char* name, const char* value, const char* help);

  /// Without dashes: by its place.
  Options& argument(const char* name, std::string& to, const char* type, const char* help);
  Options& optional(const char* name, std::string& to, const char* type, const char* help);
  Options& rest(const char* name, std::vector<std::string>& to, const char* type, const char* help);

  /// The option named last must be given.
  Options& required();
  /// The option named last is not given beside that one, or not without it.
  Options& excludes(const char* name);
  Options& needs(const char* name);

 private:
  CLI::App& app_;
  Common& common_;
  CLI::Option* last_ = nullptr;
};

}  // namespace tine::cli
