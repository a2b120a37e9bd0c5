// How fast JSON is checked, read and written, in MB/s, beside memchr (what merely looking at the
// bytes costs) and nlohmann (what checking them with the usual library costs).

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json/scanner.h"
#include "base/json/view.h"
#include "base/json/writer.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t text_size = 30'000'000;
constexpr std::size_t chunk_size = 64 * 1024;
constexpr int rounds = 5;

volatile bool sink = false;

/// MB/s of the fastest of a few rounds: the others tell of the machine, not of the code.
template <class Work>
double speed(std::string_view text, Work work) {
  double best = 0;
  for (int i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    sink = work(text);
    const std::chrono::duration<double> taken = Clock::now() - start;
    best = std::max(best, static_cast<double>(text.size()) / 1e6 / taken.count());
  }
  return best;
}

bool scan(std::string_view text) {
  tine::json::Scanner scanner;
  for (std::size_t at = 0; at < text.size(); at += chunk_size) {
    scanner.feed(text.substr(at, chunk_size));
  }
  return scanner.finish();
}

/// A message a line, as a peer meets them.
bool scan_lines(std::string_view text) {
  tine::json::Scanner scanner;
  bool good = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    scanner.reset();
    scanner.feed(text.substr(0, end));
    good = scanner.finish() && good;
    text.remove_prefix(end + 1);
  }
  return good;
}

bool accept_lines(std::string_view text) {
  bool good = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    good = nlohmann::json::accept(text.substr(0, end)) && good;
    text.remove_prefix(end + 1);
  }
  return good;
}

bool look(std::string_view text) { return std::memchr(text.data(), 0, text.size()) != nullptr; }

bool accept(std::string_view text) { return nlohmann::json::accept(text); }

std::size_t walk(tine::json::View value) {
  std::size_t bytes = 0;
  for (const auto& member : value.members()) {
    bytes += member.key.escaped().size() + walk(member.value);
  }
  for (const tine::json::View element : value.elements()) bytes += walk(element);
  return bytes + (value.is_string() ? value.escaped().size() : 1);
}

/// In pieces of the size of a large chunk, into memory that is there already.
bool write_pieces(std::string_view text) {
  constexpr std::size_t piece = 4096;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    out.clear();
    tine::json::escape(text.substr(at, piece), out);
  }
  return !out.empty();
}

bool read_string(std::string_view escaped) {
  std::string out;
  tine::json::unescape(escaped, out);
  return !out.empty();
}

std::string repeated(std::string_view open, std::string_view piece, std::string_view close) {
  std::string text(open);
  while (text.size() < text_size) text.append(piece);
  if (text.ends_with(',')) text.pop_back();
  return text.append(close);
}

struct Sample {
  const char* name;
  std::string text;
};

void print(const char* name, double looked, double scanned, double accepted) {
  std::printf("  %-34s %8.0f %10.0f %10.0f   x%.1f\n", name, looked, scanned, accepted,
              scanned / accepted);
}

}  // namespace

int main() {
  const std::array samples = {
      Sample{"one string, ASCII", repeated("\"", "The quick brown fox jumps over it. ", "\"")},
      Sample{"one string, source code",
             repeated("\"", R"(  if (at == end) return \"none\";\n)", "\"")},
      Sample{"one string, Japanese",
             repeated("\"", "速い茶色の狐がのろまな犬を飛び越える。", "\"")},
      Sample{"one string, German",
             repeated("\"", "Zwölf Boxkämpfer jagen Viktor über den Deich. ", "\"")},
      Sample{"one string, \\u escapes", repeated("\"", R"(\u00e9\ud83d\ude00)", "\"")},
      Sample{"small members",
             repeated("[", R"({"id":17,"a":true,"b":null,"c":"x","d":-1.5e3},)", "]")},
      Sample{
          "small members, indented",
          repeated("[",
                   "\n    {\n      \"id\": 17,\n      \"name\": \"x\",\n      \"on\": true\n    },",
                   "]")},
      Sample{"numbers", repeated("[", "0,17,-3.25,1234567890,6.02e23,", "]")},
      Sample{"brackets", repeated("[", "[[],{},[[]]],", "]")},
  };

  std::puts("Checking JSON, MB/s             memchr    scanner   nlohmann");
  for (const Sample& sample : samples) {
    print(sample.name, speed(sample.text, look), speed(sample.text, scan),
          speed(sample.text, accept));
  }
  const std::string updates = repeated(
      "",
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"01JABCDEFGHJKMNPQRSTVWXYZ0",)"
      R"("update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"twenty more bytes"}}}})"
      "\n",
      "");
  print("updates of 200 bytes, a line each", speed(updates, look), speed(updates, scan_lines),
        speed(updates, accept_lines));

  std::puts("\nReading and writing, MB/s             write       read");
  for (const std::size_t i : {0U, 1U, 2U, 4U}) {
    const std::string_view escaped = tine::json::View(samples[i].text).escaped();
    std::string text;
    tine::json::unescape(escaped, text);
    std::printf("  %-34s %8.0f %10.0f\n", samples[i].name, speed(text, write_pieces),
                speed(escaped, read_string));
  }
  const std::string& dense = samples[5].text;
  std::printf(
      "  %-34s %19.0f\n", "small members, each visited",
      speed(dense, [](std::string_view text) { return walk(tine::json::View(text)) != 0; }));
  return 0;
}
