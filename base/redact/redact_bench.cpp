// How fast the redactor reads, in one piece and in a stream, beside memchr as the limit of any
// reader and beside regular-expression engines where the machine has them.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/redactor.h"
#include "base/redact/shapes.h"

namespace {

using tine::RedactionStream;
using tine::Redactor;

constexpr std::size_t text_size = std::size_t{16} * 1024 * 1024;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// The best of several runs, in MB/s.
double speed(std::size_t bytes, const std::function<void()>& run) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const double begin = cpu_seconds();
    run();
    best = std::min(best, cpu_seconds() - begin);
  }
  return static_cast<double>(bytes) / best / 1e6;
}

std::string file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Text files below `root` with one of the endings, up to text_size together.
std::string gather(const char* root, const std::vector<std::string_view>& endings) {
  std::string text;
  std::error_code error;
  std::vector<std::filesystem::path> paths;
  for (auto it = std::filesystem::recursive_directory_iterator(
           root, std::filesystem::directory_options::skip_permission_denied, error);
       !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    const std::string path = it->path().string();
    const bool wanted = endings.empty() || std::any_of(endings.begin(), endings.end(),
                                                       [&path](std::string_view ending) {
                                                         return path.ends_with(ending);
                                                       });
    if (wanted && it->is_regular_file(error)) paths.push_back(it->path());
  }
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) {
    const std::string content = file(path);
    if (content.find('\0') == std::string::npos) text += content;
    if (text.size() >= text_size) break;
  }
  text.resize(std::min(text.size(), text_size));
  return text;
}

/// Prefixes with bodies that are one character too short, names with values that are no secrets.
std::string near_misses() {
  std::string text;
  while (text.size() < text_size) {
    for (const tine::redact::Shape& shape : tine::redact::shapes()) {
      text += "see ";
      text += shape.prefix;
      text += "short then password = os.environ[\"X\"], token: str; -----BEGIN it ";
    }
    text += "https://example.org/a?key=value&next_token=abc -----BEGIN CERTIFICATE-----\n";
  }
  text.resize(text_size);
  return text;
}

std::string log_lines() {
  std::string text;
  for (int i = 0; text.size() < text_size; ++i) {
    text += "2026-01-31T12:00:00.000Z INFO  server.http request id=" + std::to_string(i * 7919) +
            " path=/api/v1/items/" + std::to_string(i) + " status=200 duration=12.7ms\n";
  }
  text.resize(text_size);
  return text;
}

std::string pictures() {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::uint64_t x = 88172645463325252;
  while (text.size() < text_size) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    text += alphabet[x % 64];
  }
  return text;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, text_size * 9 / 10)) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string coloured(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, text_size / 2)) {
    out += c;
    if (c == '\n') out += "\x1b[32m";
    if (c == ' ') out += "\x1b[0m";
  }
  return out;
}

void row(const char* name, const std::string& text) {
  if (text.empty()) {
    std::printf("%-22s %10s\n", name, "absent");
    return;
  }
  Redactor redactor(Redactor::Key{});
  Redactor knowing(Redactor::Key{});
  std::vector<tine::KnownSecret> known;
  known.reserve(100);
  for (int i = 0; i < 100; ++i) {
    known.push_back(knowing.know("a-known-value-" + std::to_string(i * 7919)));
  }
  std::size_t lines = 0;
  const double limit = speed(text.size(), [&] {
    for (const char* at = text.data(); at; ++lines) {
      const auto rest = static_cast<std::size_t>(text.data() + text.size() - at);
      const void* found = rest == 0 ? nullptr : std::memchr(at, '\x01', rest);
      at = found ? static_cast<const char*>(found) + 1 : nullptr;
    }
  });
  std::size_t marks = 0;
  const double whole = speed(text.size(), [&] { marks = redactor.find(text).size(); });
  const double with_known = speed(text.size(), [&] { marks = knowing.find(text).size(); });
  const auto stream = [&](std::size_t piece) {
    return speed(text.size() / 16, [&, piece] {
      RedactionStream sieve(redactor);
      std::string out;
      for (std::size_t at = 0; at < text.size() / 16; at += piece) {
        out.clear();
        sieve.feed(std::string_view(text).substr(at, piece), out);
      }
      sieve.finish(out);
    });
  };
  std::printf("%-22s %10.0f %10.0f %10.0f %10.0f %10.1f %6zu\n", name, limit, whole, with_known,
              stream(4096), stream(20), marks);
}

}  // namespace

int main() {
  std::printf("redaction, MB/s on one core\n");
  std::printf("%-22s %10s %10s %10s %10s %10s %6s\n", "text", "memchr", "whole", "100 known",
              "by 4096", "by 20", "marks");
  const std::string headers = gather("/usr/include", {".h", ".hpp", ".hh"});
  const std::string python = gather("/usr/lib/python3", {".py"});
  const std::string prose =
      gather("/usr/share/doc", {".md", ".txt", ".html", "copyright", "README"});
  const std::string data = gather("/usr/share", {".json", ".lock", ".xml", ".svg", ".yaml", ".js"});
  row("C headers", headers);
  row("Python", python);
  row("documentation", prose);
  row("JSON, XML, JavaScript", data);
  row("log lines", log_lines());
  row("base64 of pictures", pictures());
  row("C headers, escaped", escaped(headers));
  row("Python, coloured", coloured(python));
  row("near misses", near_misses());

  const double begin = cpu_seconds();
  for (int i = 0; i < 1000; ++i) Redactor made(Redactor::Key{});
  std::printf("making a redactor: %.2f us\n", (cpu_seconds() - begin) * 1000);
  return 0;
}
