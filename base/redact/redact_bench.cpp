// How fast the redactor reads, in one piece and in a stream, beside memchr as the limit of any
// reader and beside regular-expression engines where the machine has them.

#include <algorithm>
#include <cctype>
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

#ifdef TINE_BENCH_RE2
#include <re2/re2.h>
#endif
#ifdef TINE_BENCH_HYPERSCAN
#include <hs/hs.h>
#endif

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

/// The prefixes of the table, each followed by a token: less than the redactor looks for, as no
/// engine of this kind knows assignments, encodings or known values.
[[maybe_unused]] std::string prefix_pattern(std::string_view prefix) {
  std::string out;
  for (const char c : prefix) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') out += '\\';
    out += c;
  }
  return out + "[A-Za-z0-9_\\-]{16}";
}

[[maybe_unused]] std::vector<std::string> prefix_patterns() {
  std::vector<std::string> out;
  const auto add = [&out](const char* prefix) {
    if (std::string_view(prefix).size() >= 3) out.push_back(prefix_pattern(prefix));
  };
#define SHAPE(kind, prefix, edge, pieces, lead, body, counter) add(prefix);
#include "base/redact/shapes.def"
#undef SHAPE
  return out;
}

/// RE2, all prefixes in one alternation; 0: the machine does not have it.
double re2_speed([[maybe_unused]] const std::string& text) {
#ifdef TINE_BENCH_RE2
  std::string all;
  for (const std::string& each : prefix_patterns()) all += (all.empty() ? "" : "|") + each;
  re2::RE2::Options options;
  options.set_max_mem(std::int64_t{64} << 20);
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  const re2::RE2 pattern("(?:" + all + ")", options);
  if (!pattern.ok()) return 0;
  return speed(text.size(), [&] {
    re2::StringPiece rest(text);
    while (re2::RE2::FindAndConsume(&rest, pattern)) {
    }
  });
#else
  return 0;
#endif
}

/// Hyperscan, a rule for each prefix; 0: the machine does not have it.
double hyperscan_speed([[maybe_unused]] const std::string& text) {
#ifdef TINE_BENCH_HYPERSCAN
  const std::vector<std::string> patterns = prefix_patterns();
  std::vector<const char*> rules;
  for (const std::string& each : patterns) rules.push_back(each.c_str());
  const std::vector<unsigned> flags(rules.size(), 0);
  std::vector<unsigned> ids(rules.size());
  for (unsigned i = 0; i < ids.size(); ++i) ids[i] = i;
  hs_database_t* database = nullptr;
  hs_compile_error_t* fault = nullptr;
  if (hs_compile_multi(rules.data(), flags.data(), ids.data(), static_cast<unsigned>(rules.size()),
                       HS_MODE_BLOCK, nullptr, &database, &fault) != HS_SUCCESS) {
    hs_free_compile_error(fault);
    return 0;
  }
  hs_scratch_t* scratch = nullptr;
  hs_alloc_scratch(database, &scratch);
  const auto on_match = [](unsigned, unsigned long long, unsigned long long, unsigned, void*) {
    return 0;
  };
  const double result = speed(text.size(), [&] {
    hs_scan(database, text.data(), static_cast<unsigned>(text.size()), 0, scratch, on_match,
            nullptr);
  });
  hs_free_scratch(scratch);
  hs_free_database(database);
  return result;
#else
  return 0;
#endif
}

void row(const char* name, const std::string& text) {
  if (text.empty()) {
    std::printf("%-22s %8s\n", name, "absent");
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
  std::printf("%-22s %8.0f %8.0f %8.0f %8.0f %8.0f %8.0f %8.1f %5zu\n", name, limit,
              hyperscan_speed(text), re2_speed(text), whole, with_known, stream(4096), stream(20),
              marks);
}

}  // namespace

int main() {
  std::printf("redaction, MB/s on one core\n");
  std::printf(
      "(Hyperscan and RE2 look for the %zu prefixes of the table alone; 0: not installed)\n",
      prefix_patterns().size());
  std::printf("%-22s %8s %8s %8s %8s %8s %8s %8s %5s\n", "text", "memchr", "hyperscn", "re2",
              "whole", "100 knwn", "by 4096", "by 20", "marks");
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
