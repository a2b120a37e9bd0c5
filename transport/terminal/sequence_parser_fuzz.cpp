// Whatever comes, what is heard of a sequence is well formed and within its limits, and no text is
// lost that stands outside of sequences.
//
// Each byte is a character; those above 0x7F are spread over C1 and the rest of Unicode.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "transport/terminal/limits.h"
#include "transport/terminal/sequence_parser.h"

namespace {

using namespace tine::transport;

void expect(bool good) {
  if (!good) std::abort();
}

void check(const Sequence& sequence) {
  expect(sequence.parameters.size() <= limits::sequence_parameters);
  expect(sequence.intermediates.size() <= limits::sequence_intermediates);
  for (const char each : sequence.intermediates) expect(each >= 0x20 && each <= 0x2F);
  expect(sequence.prefix == 0 || (sequence.prefix >= 0x3C && sequence.prefix <= 0x3F));
}

class Listener final : public SequenceListener {
 public:
  void on_text(char32_t character) override {
    expect((character >= 0x20 && character < 0x7F) || character >= 0xA0);
    ++texts;
  }
  void on_control(char32_t control) override {
    expect(control < 0x20 || (control >= 0x80 && control < 0xA0));
  }
  void on_escape(const Sequence& sequence) override {
    check(sequence);
    expect(sequence.final >= 0x30 && sequence.final <= 0x7E && sequence.parameters.empty());
  }
  void on_csi(const Sequence& sequence) override {
    check(sequence);
    expect(sequence.final >= 0x40 && sequence.final <= 0x7E);
  }
  void on_osc(std::string_view text) override { expect(text.size() <= limits::sequence_string); }
  void on_dcs(const Sequence& sequence, std::string_view data) override {
    check(sequence);
    expect(data.size() <= limits::sequence_string);
  }

  std::size_t texts = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  SequenceParser parser;
  Listener listener;
  for (std::size_t i = 0; i < size; ++i) {
    const char32_t character = data[i] < 0xC0 ? data[i] : char32_t{data[i]} << 8U;
    parser.take(character, listener);
  }
  // CAN ends whatever it is.
  parser.take(0x18, listener);
  const std::size_t before = listener.texts;
  parser.take(U'x', listener);
  expect(listener.texts == before + 1);
  return 0;
}
