#include "cli/home.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

namespace tine::cli {
namespace {

constexpr std::size_t fields_of_a_user = 7;
constexpr std::size_t user_field = 2;
constexpr std::size_t home_field = 5;

std::optional<std::string> home_in_line(std::string_view line, std::string_view user) {
  std::array<std::string_view, fields_of_a_user> fields;
  std::size_t count = 0;
  for (std::string_view rest = line; count < fields.size(); ++count) {
    const std::size_t colon = rest.find(':');
    fields.at(count) = rest.substr(0, colon);
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  if (count <= home_field || fields.at(user_field) != user) return std::nullopt;
  if (!fields.at(home_field).starts_with('/')) return std::nullopt;
  return std::string(fields.at(home_field));
}

}  // namespace

std::optional<std::string> home_in(std::string_view passwd, uid_t user) {
  const std::string wanted = std::to_string(user);
  while (!passwd.empty()) {
    const std::size_t end = passwd.find('\n');
    if (auto home = home_in_line(passwd.substr(0, end), wanted)) return home;
    if (end == std::string_view::npos) break;
    passwd.remove_prefix(end + 1);
  }
  return std::nullopt;
}

HomeSource provide_home() {
  const char* known = std::getenv("HOME");
  if (known != nullptr && *known != '\0') return HomeSource::environment;
  std::ifstream file("/etc/passwd");
  for (std::string line; std::getline(file, line);) {
    if (const auto home = home_in(line, ::getuid())) {
      ::setenv("HOME", home->c_str(), 1);
      return HomeSource::password_database;
    }
  }
  return HomeSource::nowhere;
}

}  // namespace tine::cli
