// What is said of faulty texts, each with its place: tests/toml/messages.jsonl holds a text, or its
// bytes in hexadecimal digits, and the message in each line.

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/toml/document.h"
#include "tests/catch.h"

namespace tine::toml {
namespace {

std::string bytes_of(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

std::string message_of(const std::string& text) {
  const auto result = parse(text, "f", ErrorKind::config_invalid);
  return result ? "none" : result.error().message;
}

}  // namespace

TEST_CASE("toml: each fault has its message") {
  std::ifstream file("tests/toml/messages.jsonl");
  REQUIRE(file);
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const auto each = nlohmann::json::parse(line);
    const auto text = each.contains("hex") ? bytes_of(each["hex"].get<std::string>())
                                           : each["text"].get<std::string>();
    INFO(line);
    CHECK(message_of(text) == each["message"].get<std::string>());
  }
  CHECK(count > 100);
}

}  // namespace tine::toml
