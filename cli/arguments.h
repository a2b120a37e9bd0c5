#pragma once
// The command line, taken apart.
//
// Values; parsing has no effect but the help that it gives back as text.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cli/backends_verb.h"

namespace tine::cli {

enum class Verb : std::uint8_t {
  none,
  acp,
  run,
  demo,
  doctor,
  config,
  redact,
  session,
  trust,
  backends
};

/// What `tine session` is asked to do.
enum class SessionVerb : std::uint8_t {
  none,
  list,
  show,
  verify,
  export_history,
  clean,
  seed,
  remove
};

struct SessionArguments {
  SessionVerb verb = SessionVerb::none;
  std::string id;  ///< as typed: perhaps only the beginning of one
  std::vector<std::string> ids;
  std::string format = "jsonl";
  std::int64_t days = 0;
  bool tree = false;
  bool all = false;
  bool skip_damaged = false;
  bool dry_run = false;
  bool off = false;
  bool yes = false;
  bool purge = false;
};

/// What `tine trust` is asked to do, and with which folder.
enum class TrustVerb : std::uint8_t { list, add, remove };

struct TrustArguments {
  TrustVerb verb = TrustVerb::list;
  std::string folder;  ///< empty: here
};

struct Arguments {
  Verb verb = Verb::none;
  std::string backend;
  std::string fork_strategy;
  std::string mirror;
  std::string login;  ///< a backend's name
  std::string cwd;
  std::string prompt;
  bool version = false;
  bool json = false;
  bool stream_json = false;
  bool trust = false;
  bool approve = false;
  bool fork_from_caller = false;
  bool explain = false;
  bool check = false;
  std::vector<std::string> files;
  SessionArguments session;
  TrustArguments trusted;
  BackendsArguments backends;
};

/// What to print instead of doing something, and the exit code that goes with it.
struct Notice {
  std::string text;
  int exit_code = 0;
};

std::variant<Arguments, Notice> parse_arguments(int argc, char** argv);

}  // namespace tine::cli
