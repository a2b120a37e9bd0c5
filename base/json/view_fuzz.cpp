// What a View reads is what nlohmann reads; what a Writer writes reads back as it was; and on a
// text that is no JSON a View stays inside of it and comes to an end.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/json/writer.h"

namespace {

using tine::json::Type;
using tine::json::View;
using tine::json::Walk;
using tine::json::Writer;
using Json = nlohmann::json;

void expect(bool good) {
  if (!good) std::abort();
}

Type type_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return Type::null;
    case Json::value_t::boolean:
      return Type::boolean;
    case Json::value_t::string:
      return Type::string;
    case Json::value_t::array:
      return Type::array;
    case Json::value_t::object:
      return Type::object;
    default:
      return Type::number;
  }
}

void compare_number(View view, const Json& value) {
  expect(view.number() == value.get<double>());
  if (value.is_number_integer() &&
      (!value.is_number_unsigned() || value.get<std::int64_t>() >= 0)) {
    expect(view.integer() == value.get<std::int64_t>());
  }
}

void compare_string(View view, const std::string& value) {
  expect(view.string() == value);
  expect(view.equals(value));
  expect(!view.equals(value + "x"));
}

void compare(View view, const Json& value) {
  expect(view.type() == type_of(value));
  expect(view.boolean().has_value() == value.is_boolean());
  expect(view.string().has_value() == value.is_string());
  if (value.is_boolean()) expect(view.boolean() == value.get<bool>());
  if (value.is_number()) compare_number(view, value);
  if (value.is_string()) compare_string(view, value.get_ref<const std::string&>());
  std::size_t count = 0;
  for (const View element : view.elements()) {
    expect(value.is_array() && count < value.size());
    compare(element, value[count++]);
  }
  expect(!value.is_array() || count == value.size());
  for (const View::Member& member : view.members()) {
    expect(value.is_object() && value.contains(member.key.string().value()));
  }
  if (!value.is_object()) return;
  for (const auto& [key, inner] : value.items()) {
    expect(view.find(key).exists());
    compare(view.find(key), inner);
  }
}

/// A Walk that goes into every object meets what the Views have.
void compare(Walk& walk, View view) {
  auto member = view.members().begin();
  const View whole = walk.object([&](View key) {
    expect(member != nullptr && key.raw() == member->key.raw());
    compare(walk, member->value);
    ++member;
  });
  expect(whole.raw().data() == view.raw().data() && whole.raw().size() == view.raw().size());
}

void write(Writer& writer, const Json& value) {
  switch (value.type()) {
    case Json::value_t::object:
      writer.begin_object();
      for (const auto& [key, inner] : value.items()) {
        writer.key(key);
        write(writer, inner);
      }
      writer.end_object();
      break;
    case Json::value_t::array:
      writer.begin_array();
      for (const Json& element : value) write(writer, element);
      writer.end_array();
      break;
    case Json::value_t::string:
      writer.string(value.get_ref<const std::string&>());
      break;
    case Json::value_t::boolean:
      writer.boolean(value.get<bool>());
      break;
    case Json::value_t::number_integer:
      writer.integer(value.get<std::int64_t>());
      break;
    case Json::value_t::number_unsigned:
      writer.unsigned_integer(value.get<std::uint64_t>());
      break;
    case Json::value_t::number_float:
      writer.number(value.get<double>());
      break;
    default:
      writer.null();
      break;
  }
}

bool accepted(std::string_view text) {
  tine::json::Scanner scanner;
  scanner.feed(text);
  return scanner.finish();
}

/// Any bytes become a good string, and UTF-8 comes back from it as it was.
void check_string(std::string_view bytes) {
  const std::string json = tine::json::quoted(bytes);
  expect(accepted(json));
  const std::string back = View(json).string().value();
  expect(back == Json::parse(json).get<std::string>());
  const std::string again = tine::json::quoted(back);
  expect(again == json);
  if (accepted("\"" + std::string(bytes) + "\"") && bytes.find('\\') == std::string_view::npos) {
    expect(back == bytes);
  }
}

std::size_t walk(View view, int depth) {
  constexpr int deepest = 32;
  if (depth == deepest) return 0;
  std::size_t count = view.raw().size() + view.string().value_or("").size();
  count += view.integer() || view.number() || view.boolean() ? 1 : 0;
  for (const View element : view.elements()) count += walk(element, depth + 1);
  for (const View::Member& member : view.members()) {
    count += walk(member.key, depth + 1) + walk(member.value, depth + 1);
  }
  Walk inside(view);
  const View whole = inside.object([&](View) { count += inside.value().raw().size(); });
  return count + whole.raw().size() + view.find("a").raw().size();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  check_string(text);
  if (!accepted(text)) {
    walk(View(text), 0);
    return 0;
  }
  const Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return 0;  // a number beyond the range of a double
  compare(View(text), value);
  Walk inside{View(text)};
  compare(inside, View(text));

  std::string out;
  Writer writer(out);
  write(writer, value);
  expect(accepted(out));
  const Json back = Json::parse(out);
  expect(back == value);
  compare(View(out), value);
  return 0;
}
