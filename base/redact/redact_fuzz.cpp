// Any text in any pieces comes out as it does in one; a planted secret never comes out; what is
// said to be clean is.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/base64.h"
#include "base/redact/redactor.h"
#include "tests/redact/samples.h"

namespace {

using tine::RedactionStream;
using tine::Redactor;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Numbers out of the input, 0 when it is used up.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  std::size_t next() {
    if (at_ == bytes_.size()) return 0;
    return static_cast<unsigned char>(bytes_[at_++]);
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

std::string encoded(std::string_view text, std::size_t how) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  if (how == 1) {
    tine::redact::encode_base64(text, out);
    return out;
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (how == 2) out += "\\u00";
    if (how == 3) out += '%';
    if (how == 2 || how == 3) {
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      if (how == 4 && byte % 7 == 0) out += "\x1b[31m";
      out += c;
    }
  }
  return out;
}

std::string in_pieces(Redactor& redactor, std::string_view text, Choices choices) {
  RedactionStream stream(redactor);
  std::string out;
  while (!text.empty()) {
    const std::size_t choice = choices.next();
    const std::size_t piece = std::min(text.size(), choice == 0    ? text.size()
                                                    : choice > 250 ? choice * 40
                                                                   : choice);
    stream.feed(text.substr(0, piece), out);
    text.remove_prefix(piece);
    require(stream.held() <= tine::limits::max_secret_tail + 4096 + piece);
  }
  stream.finish(out);
  require(stream.held() == 0);
  return out;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<tine::test::ShapeSample> samples = tine::test::shape_samples();
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view head = input.substr(0, 16);
  Choices choices(head);
  const std::string& secret = samples[choices.next() % samples.size()].secret;
  const std::size_t how = choices.next() % 5;
  const std::size_t times = choices.next() > 240 ? choices.next() * 16 : 1;
  std::string rest(input.substr(head.size()));
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += rest;
  const std::string known = "pl\"an%41ted\\v\xc3\xa4lue 42/" + std::to_string(choices.next());
  const std::size_t at = text.empty() ? 0 : (choices.next() * 256 + choices.next()) % text.size();
  text.insert(at, "\n" + encoded("\n" + secret + "\n", how) + "\n" + known);

  Redactor redactor(Redactor::Key{7});
  const tine::KnownSecret lease = redactor.know(known);
  require(static_cast<bool>(lease));
  const std::string whole = redactor.redacted(text);
  require(whole.find(known) == std::string::npos);
  require(whole.find(secret) == std::string::npos);
  require(!redactor.find(text).empty());
  require(in_pieces(redactor, text, Choices(input)) == whole);

  // Without anything planted.
  const std::optional<std::string> changed = redactor.redact(rest);
  require(changed.has_value() == !redactor.find(rest).empty());
  require(in_pieces(redactor, rest, Choices(head)) == changed.value_or(rest));
  return 0;
}
