// Whatever a line is, it becomes a message whose parts are its own, or an error that can be
// answered; and every answer that is made of it is one line of good JSON.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json/scanner.h"
#include "transport/limits.h"
#include "transport/rpc_error.h"
#include "transport/rpc_message.h"

namespace {

using namespace tine::transport;
using Kind = RpcMessage::Kind;

void expect(bool good) {
  if (!good) std::abort();
}

void expect_json(std::string_view text) {
  tine::json::Scanner scanner;
  expect(scanner.feed(text) && scanner.finish());
  expect(text.find('\n') == std::string_view::npos);
}

void expect_inside(std::string_view part, std::string_view line) {
  expect(part.empty() ||
         (part.data() >= line.data() && part.data() + part.size() <= line.data() + line.size()));
}

void check(const RpcMessage& message, const LineReader::Line& line) {
  expect(!line.text.empty());
  expect_inside(message.id, line.text);
  expect_inside(message.body.raw(), line.text);
  expect(message.id.size() <= limits::max_id);
  expect(message.id.empty() == (message.kind == Kind::notification));
  if (!message.id.empty()) {
    expect_json(message.id);
    expect(same_id(message.id, message.id));
  }
  if (message.body.exists()) expect_json(message.body.raw());
  const bool response = message.kind == Kind::response || message.kind == Kind::error_response;
  expect(!response || (message.method.empty() && message.body.exists()));
  if (message.kind == Kind::error_response) {
    const tine::Error error = error_from(message.body);
    expect_json(error_object(error));
    // Passing it on changes it no more.
    const std::string once = error_object(error);
    expect(error_object(error_from(tine::json::View(once))) == once);
  }
}

void check(const BadMessage& bad) {
  expect(!bad.id.empty() && bad.id.size() <= limits::max_id);
  expect_json(bad.id);
  expect_json(error_object(bad.error));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::size_t short_line = 200;
  const Dialect dialect = (data[0] & 1U) != 0 ? Dialect::without_version : Dialect::json_rpc;
  const std::size_t max_line = (data[0] & 2U) != 0 ? short_line : limits::max_line;
  LineReader reader(
      [&](const LineReader::Line& line) {
        const auto message = parse_message(line, dialect);
        if (message) {
          check(*message, line);
        } else {
          check(message.error());
        }
      },
      max_line);
  reader.feed({reinterpret_cast<const char*>(data + 1), size - 1});
  reader.finish();
  return 0;
}
