// No text ends the process or makes the reader throw, each complaint has its place, and what is
// read is written as a text that reads back as the same.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/json/writer.h"
#include "base/toml/document.h"
#include "base/toml/json.h"

namespace {

using namespace tine;

void expect(bool good) {
  if (!good) std::abort();
}

std::string json_of(const toml::Node& root) {
  std::string text;
  json::Writer writer(text);
  return toml::write_json(root, writer) ? text : std::string();
}

void check(const std::string& text) {
  const auto root = toml::parse(text, "f", ErrorKind::damaged);
  expect(root || root.error().message.starts_with("f:"));
  if (!root) return;
  const std::string written = toml::write(*root);
  const auto again = toml::parse(written, "f", ErrorKind::damaged);
  expect(again.has_value());
  expect(toml::write(*again) == written);
  expect(json_of(*root).size() == json_of(*again).size());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check(std::string(data, data + size));
  return 0;
}
