// No text of a configuration file ends the process or makes the loader throw, wherever it stands;
// and a project's file changes nothing beyond what it may.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/config/config.h"
#include "cli/config/explain.h"
#include "cli/config/schema.h"
#include "tests/doubles/fake_machine.h"

namespace {

using namespace tine::cli;

void expect(bool good) {
  if (!good) std::abort();
}

void check_user_file(const std::string& text) {
  FakeMachine machine;
  const auto config = machine.load(text);
  expect(config || !config.error().message.empty());
  if (!config) return;
  expect(!explain(*config, true).empty());
  expect(!explain_json(*config).empty());
  expect(config->find_backend(config->default_backend) != nullptr);
}

void check_project_file(const std::string& text) {
  FakeMachine machine;
  const auto base = machine.load();
  const auto config = machine.load_project(text);
  expect(base.has_value());
  if (!config) return;
  for (const SettingKey& key : setting_keys()) {
    expect(key.project ||
           value_of(config->settings, key.member) == value_of(base->settings, key.member));
  }
  expect(config->backends.size() == base->backends.size());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  check_user_file(text);
  check_project_file(text);
  return 0;
}
