#include "tests/transcript/place.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/json/writer.h"

namespace tine::transcript {
namespace {

namespace fs = std::filesystem;

/// What a sanitized program needs to know.
bool is_passed_on(std::string_view variable) {
  return variable.starts_with("ASAN_") || variable.starts_with("UBSAN_") ||
         variable.starts_with("LSAN_");
}

/// Where files cost least: some ten thousand stores are made and removed.
fs::path fast_folder() {
  const fs::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK | X_OK) == 0 ? memory : fs::temp_directory_path();
}

}  // namespace

Place::Place(const conformance::Case& what) : case_(what) {
  std::string name = (fast_folder() / "tine-transcript-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  root_ = fs::canonical(name);
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view variable(*each);
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos || !is_passed_on(variable.substr(0, equals))) continue;
    environment_.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  // Whatever is installed here, nothing is found.
  environment_["PATH"] = (root_ / "programs").string();
  environment_["HOME"] = (root_ / "home").string();
  environment_["XDG_CONFIG_HOME"] = (root_ / "home/config").string();
  environment_["XDG_STATE_HOME"] = (root_ / "home/state").string();
  for (const auto& [key, value] : case_.environment) environment_[key] = value;
  restore();
}

Place::~Place() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

void Place::restore() const {
  const fs::path home = root_ / "home";
  if (fs::exists(home) && fs::is_empty(home)) return;
  fs::remove_all(home);
  for (const fs::path& folder : {home, root_ / "programs", root_ / "other", project()}) {
    fs::create_directories(folder);
  }
  if (!fs::exists(root_ / "link")) fs::create_directory_symlink(project(), root_ / "link");
  for (const auto& [name, content] : case_.files) {
    fs::create_directories((project() / name).parent_path());
    std::ofstream(project() / name, std::ios::binary) << content;
  }
}

conformance::Bindings Place::names() const {
  conformance::Bindings names;
  names.set("CWD", json::quoted(project().string()));
  names.set("OTHER", json::quoted((root_ / "other").string()));
  names.set("LINK", json::quoted((root_ / "link").string()));
  names.set("HOME", json::quoted((root_ / "home").string()));
  return names;
}

}  // namespace tine::transcript
