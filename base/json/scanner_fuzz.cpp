// The scanner gives the verdict of nlohmann, wherever its input is cut. Where the two differ on
// purpose: nlohmann takes a byte order mark, ends the text at a NUL, knows no depth and no count of
// members that is too large, and refuses a number beyond the range of a double, which is good JSON.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/scanner.h"

namespace {

using tine::json::Fault;
using tine::json::Scanner;

/// What nlohmann makes of a text.
class Reference : public nlohmann::json::json_sax_t {
 public:
  std::size_t deepest = 0;
  bool object = false;
  bool array = false;
  bool beyond_range = false;
  std::vector<std::string> keys;  // of the outermost object

  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override {
    object = object || depth_ == 0;
    return enter();
  }
  bool key(string_t& value) override {
    if (depth_ == 1 && object) keys.push_back(value);
    return true;
  }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t /*size*/) override {
    array = array || depth_ == 0;
    return enter();
  }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::json::exception& why) override {
    constexpr int out_of_range = 406;
    beyond_range = why.id == out_of_range;
    return false;
  }

 private:
  bool enter() {
    deepest = std::max(deepest, ++depth_);
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
};

void expect(bool good) {
  if (!good) std::abort();
}

bool same(tine::json::Range a, tine::json::Range b) { return a.begin == b.begin && a.end == b.end; }

void expect_same(const Scanner& a, const Scanner& b) {
  expect(a.fault() == b.fault());
  expect(a.fault_offset() == b.fault_offset());
  expect(a.blank() == b.blank());
  expect(a.is_object() == b.is_object());
  expect(a.is_array() == b.is_array());
  expect(a.members().size() == b.members().size());
  for (std::size_t i = 0; i < a.members().size(); ++i) {
    expect(same(a.members()[i].key, b.members()[i].key));
    expect(same(a.members()[i].value, b.members()[i].value));
  }
}

std::string_view part(std::string_view text, tine::json::Range range) {
  return text.substr(range.begin, range.end - range.begin);
}

void compare(const Scanner& scanner, std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) {
    expect(scanner.fault() == Fault::byte_order_mark);
    return;
  }
  if (text.find('\0') != std::string_view::npos) {
    expect(scanner.fault() != Fault::none);
    return;
  }
  Reference reference;
  const bool good = nlohmann::json::sax_parse(text, &reference);
  if (reference.beyond_range) return;
  if (!good) {
    expect(scanner.fault() != Fault::none);
    return;
  }
  const bool deep = reference.deepest > tine::limits::max_json_depth;
  const bool many = reference.keys.size() > tine::limits::max_envelope_members;
  if (deep || many) {
    expect((deep && scanner.fault() == Fault::too_deep) ||
           (many && scanner.fault() == Fault::too_many_members));
    return;
  }
  expect(scanner.fault() == Fault::none);
  expect(scanner.is_object() == reference.object);
  expect(scanner.is_array() == reference.array);
  expect(scanner.members().size() == reference.keys.size());
  for (std::size_t i = 0; i < reference.keys.size(); ++i) {
    const auto& member = scanner.members()[i];
    const std::string key = '"' + std::string(part(text, member.key)) + '"';
    expect(nlohmann::json::parse(key).get_ref<const std::string&>() == reference.keys[i]);
    expect(nlohmann::json::accept(part(text, member.value)));
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const std::string_view view = text;
  Scanner whole;
  whole.feed(view);
  whole.finish();
  compare(whole, view);

  Scanner pieces;
  for (std::size_t i = 0; i < size; ++i) pieces.feed(view.substr(i, 1));
  pieces.finish();
  expect_same(whole, pieces);
  // At every place of a short text; of a long one that would be all that there is time for.
  constexpr std::size_t cuts = 512;
  for (std::size_t i = 1; i < size; i += 1 + size / cuts) {
    pieces.reset();
    pieces.feed(view.substr(0, i));
    pieces.feed(view.substr(i));
    pieces.finish();
    expect_same(whole, pieces);
  }
  return 0;
}
