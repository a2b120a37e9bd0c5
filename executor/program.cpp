#include "executor/program.h"

#include <array>
#include <charconv>
#include <utility>

#include "executor/limits.h"
#include "transport/program_path.h"

namespace tine::executor {
namespace {

std::array<int, 3> numbers_of(std::string_view version) {
  std::array<int, 3> parts{};
  const char* at = version.data();
  const char* const end = at + version.size();
  for (int& part : parts) {
    at = std::from_chars(at, end, part).ptr;
    if (at != end) ++at;
  }
  return parts;
}

std::string login_id(std::string_view backend) { return std::string(backend) + "-login"; }

std::string terminal_id(std::string_view backend) { return login_id(backend) + "-terminal"; }

/// "Codex", or "Codex (codex-work)" where the backend is called otherwise.
std::string name_of(const Program& program, std::string_view backend) {
  std::string name(program.name);
  std::string usual = name.substr(0, name.find(' '));
  for (char& c : usual) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return usual == backend ? name : name.append(" (").append(backend).append(")");
}

}  // namespace

bool is_installed(const std::vector<std::string>& command,
                  const std::vector<std::string>& environment) {
  const std::string path =
      transport::program_path(command.front(), transport::path_in(environment));
  return !path.empty() && transport::is_program(path);
}

Error error_of_start(const Program& program, Error error) {
  if (error.kind == ErrorKind::backend_not_installed) error.hint = program.install_hint;
  return error;
}

Result<void> check_version(const Program& program, std::string_view version) {
  if (numbers_of(version) >= numbers_of(program.oldest)) return {};
  std::string text = "this is ";
  text.append(program.name).append(" ").append(version.empty() ? "of an old version" : version);
  text.append("; tine needs ").append(program.oldest).append(" or later");
  return fail(Error(ErrorKind::backend_too_old, std::move(text))
                  .with_hint(std::string(program.update_hint)));
}

std::string note_of_version(const Program& program, std::string_view version) {
  if (numbers_of(version) <= numbers_of(program.newest)) return {};
  std::string text = "this is ";
  text.append(program.name).append(" ").append(version).append(", newer than ");
  text.append(program.newest).append(", the newest that tine was tested with");
  return text;
}

Error error_of_end(const Program& program, std::string_view how, std::string_view said) {
  if (said.size() > limits::told_stderr) said.remove_prefix(said.size() - limits::told_stderr);
  while (said.ends_with('\n')) said.remove_suffix(1);
  std::string text(program.process);
  text.append(" has ended: ").append(how);
  if (!said.empty()) text.append("; it said: ").append(said);
  return {ErrorKind::backend_gone, std::move(text)};
}

std::vector<v1::AuthMethod> login_methods(const Program& program, std::string_view backend) {
  const std::string name = name_of(program, backend);
  v1::AuthMethod own;
  own.id = login_id(backend);
  own.name = name + "'s own login";
  own.description = program.login_hint;
  v1::AuthMethod terminal;
  terminal.type = v1::AuthMethod::Type::terminal;
  terminal.id = terminal_id(backend);
  terminal.name = "Log in to " + name;
  terminal.description = "Runs `" + std::string(program.login_command) + "` in a terminal.";
  terminal.args = {"--login", std::string(backend)};
  return {own, terminal};
}

Result<void> check_login_method(std::string_view backend, std::string_view method_id) {
  if (method_id == login_id(backend) || method_id == terminal_id(backend)) return {};
  return fail(Error(ErrorKind::invalid_params, "no such login method").at("params.methodId"));
}

Result<void> let_in(const Program& program, const Login& login) {
  if (login.good) return {};
  return fail(Error(ErrorKind::auth_required, std::string(program.name) + ": " + login.text)
                  .with_hint(std::string(program.login_hint)));
}

void report(DoctorReport& report, Login login, std::string_view summary) {
  report.usable = login.good;
  report.summary = login.good ? summary : "log in first";
  report.login = std::move(login.text);
}

}  // namespace tine::executor
