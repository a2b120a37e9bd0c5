#pragma once
// The command line, taken apart.
//
// Values; parsing has no effect but the help that it gives back as text.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tine::cli {

enum class Verb : std::uint8_t { none, acp, run, demo, doctor, config, redact };

struct Arguments {
  Verb verb = Verb::none;
  std::string backend;
  std::string mirror;
  std::string login;  ///< a backend's name
  std::string cwd;
  std::string prompt;
  bool version = false;
  bool json = false;
  bool stream_json = false;
  bool approve = false;
  bool explain = false;
  bool check = false;
  std::vector<std::string> files;
};

/// What to print instead of doing something, and the exit code that goes with it.
struct Notice {
  std::string text;
  int exit_code = 0;
};

std::variant<Arguments, Notice> parse_arguments(int argc, char** argv);

}  // namespace tine::cli
