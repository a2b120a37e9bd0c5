// No text of a state file ends the process or makes the reader throw. What is read is written again
// as a text that reads back as the same state.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "session/store/state.h"

namespace {

using namespace tine;

void expect(bool good) {
  if (!good) std::abort();
}

void check_state(const std::string& text) {
  const auto state = session::store::parse_state(text, "f");
  if (!state) return;
  const auto written = session::store::write_state(*state, text);
  expect(written || written.error().kind == ErrorKind::session_too_large);
  if (!written) return;
  const auto again = session::store::parse_state(*written, "f");
  expect(again.has_value());
  expect(*again == *state);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  check_state(text);
  return 0;
}
