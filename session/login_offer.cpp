#include "session/login_offer.h"

#include <algorithm>
#include <filesystem>

#include "base/json/writer.h"

namespace tine::session {
namespace {

/// What clients want that run the command of a login themselves.
constexpr std::string_view command_extension = "terminal-auth";

/// The path of this program, as a client can start it.
std::string own_program() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown).string();
}

std::string with_command(const v1::AuthMethod& method, const std::string& program) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const auto& member : json::View(method.meta).members()) {
    const std::string name = member.key.string().value_or(std::string());
    if (name != command_extension) writer.key(name).raw(member.value.raw());
  }
  writer.key(command_extension).begin_object();
  writer.member("label", std::string_view(method.name));
  writer.member("command", std::string_view(program));
  writer.key("args").begin_array();
  for (const std::string& each : method.args) writer.string(each);
  writer.end_array().key("env").begin_object().end_object();
  writer.end_object().end_object();
  return out;
}

bool is_terminal(const v1::AuthMethod& method) {
  return method.type == v1::AuthMethod::Type::terminal;
}

}  // namespace

std::vector<v1::AuthMethod> login_offer(const Backends& backends,
                                        const v1::ClientCapabilities& client) {
  const bool demands_one =
      json::View(client.meta).find(command_extension).boolean().value_or(false);
  std::vector<v1::AuthMethod> offer;
  for (const auto& backend : backends.all) {
    // A login that does nothing is offered only to those that demand one, as the registry's check
    // does: others would ask a person for it.
    const bool is_preferred = backend.get() == backends.preferred;
    const bool is_needed = backend->capabilities().needs_login;
    if (!is_needed && !(is_preferred && demands_one)) continue;
    if (!is_preferred && !backend->installed()) continue;
    const auto methods = backend->auth_methods();
    offer.insert(is_preferred ? offer.begin() : offer.end(), methods.begin(), methods.end());
  }
  if (!demands_one) {
    if (!client.terminal_auth) std::erase_if(offer, is_terminal);
    return offer;
  }
  const std::string program = own_program();
  for (v1::AuthMethod& method : offer) {
    if (!is_terminal(method) || program.empty()) continue;
    method.meta = with_command(method, program);
    if (client.terminal_auth) continue;
    method.type = v1::AuthMethod::Type::agent;
    method.args.clear();
  }
  if (!client.terminal_auth) std::erase_if(offer, is_terminal);
  return offer;
}

Result<executor::Executor*> backend_of_login(const Backends& backends, std::string_view method_id) {
  for (const auto& backend : backends.all) {
    const auto methods = backend->auth_methods();
    const auto found = std::find_if(methods.begin(), methods.end(),
                                    [method_id](const auto& each) { return each.id == method_id; });
    if (found != methods.end()) return backend.get();
  }
  return fail(Error(ErrorKind::invalid_params, "no such login method at params.methodId")
                  .at("params.methodId")
                  .with_hint("Take an id of the authMethods in the answer to initialize."));
}

}  // namespace tine::session
