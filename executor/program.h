#pragma once
// The program of a backend as a person knows it: what it is called, how to install, update and log
// in to it, and what to say where one of these is missing.
//
// Values and plain functions.

#include <string>
#include <string_view>
#include <vector>

#include "executor/executor.h"

namespace tine::executor {

struct Program {
  std::string_view name;     ///< "Codex"
  std::string_view process;  ///< what of it runs for us: "codex app-server"
  std::string_view oldest;   ///< the first version that is understood: "1.20.3"
  std::string_view newest;   ///< the last version that the tests have run with
  std::string_view install_hint;
  std::string_view update_hint;
  std::string_view login_command;  ///< what a person runs in a terminal
  std::string_view login_hint;
};

/// Whether the program of a command is there, as an environment of lines NAME=value finds it.
bool is_installed(const std::vector<std::string>& command,
                  const std::vector<std::string>& environment);

/// Adds to an error of its start what to do where the program was not found.
Error error_of_start(const Program& program, Error error);

/// Refuses a version that is older than the oldest; an empty one is.
Result<void> check_version(const Program& program, std::string_view version);

/// Notes for the log that a version is newer than the newest that was tested; else empty.
std::string note_of_version(const Program& program, std::string_view version);

/// Tells `how` a process ended, "exit code 1 after 300 ms", and the end of what it `said`.
Error error_of_end(const Program& program, std::string_view how, std::string_view said);

/// Whether somebody is logged in, as the program tells it.
struct Login {
  bool good = false;
  std::string text;
};

/// Offers the login that is there, and a new one in a terminal, for the backend of that name. The
/// ids of the methods begin with that name.
std::vector<v1::AuthMethod> login_methods(const Program& program, std::string_view backend);
Result<void> check_login_method(std::string_view backend, std::string_view method_id);
/// Refuses where nobody is logged in.
Result<void> let_in(const Program& program, const Login& login);
/// Notes the login of a program that answers, as `summary` says.
void report(DoctorReport& report, Login login, std::string_view summary);

}  // namespace tine::executor
