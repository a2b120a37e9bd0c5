// Text without secrets comes through as it is: the project's own sources, and what a Debian system
// has of source, JSON, logs, lock files and prose.

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/redactor.h"
#include "tests/catch.h"
#include "tests/sanitized.h"

namespace {

namespace fs = std::filesystem;
using tine::Redactor;

#ifdef NDEBUG
constexpr std::size_t wanted = 50'000'000;
#else
constexpr std::size_t wanted = 2'000'000;
#endif
constexpr std::size_t largest_file = 4'000'000;

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> files_below(const fs::path& root, const std::vector<std::string>& without) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied,
                                           error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    std::error_code ignored;
    const std::string name = it->path().filename().string();
    if (it->is_directory(ignored)) {
      if (std::find(without.begin(), without.end(), name) != without.end()) {
        it.disable_recursion_pending();
      }
    } else if (it->is_regular_file(ignored) && !it->is_symlink(ignored) &&
               it->file_size(ignored) <= largest_file) {
      files.push_back(it->path());
    }
  }
  return files;
}

/// The same order everywhere, and neighbours of the file system apart.
std::uint64_t scattered(const fs::path& path) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : path.string()) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return hash;
}

/// How many marks `text` would get; each is shown.
std::size_t marks(Redactor& redactor, const fs::path& path, const std::string& text) {
  const std::vector<tine::SecretPlace> places = redactor.find(text);
  for (const tine::SecretPlace& place : places) {
    const std::size_t begin = place.offset - std::min<std::size_t>(place.offset, 40);
    const std::size_t length = std::min<std::size_t>(place.length, 80);
    WARN(path.string() << ':' << place.offset << ' ' << place.kind << ": "
                       << text.substr(begin, place.offset - begin) << "[["
                       << text.substr(place.offset, length) << "]]");
  }
  return places.size();
}

}  // namespace

TEST_CASE("redaction: the project's own sources are clean") {
  Redactor redactor(Redactor::Key{});
  std::size_t found = 0;
  for (const fs::path& path : files_below(".", {".git", "build", "node_modules"})) {
    found += marks(redactor, path, content_of(path));
  }
  CHECK(found == 0);
}

TEST_CASE("redaction: real text gets at most one mark per 10 MB") {
  std::vector<fs::path> files;
  // To find all that there is takes a sanitized test longer than to look at some of it.
  std::vector<const char*> roots{"/usr/include", "/var/log", "/etc"};
  if (!tine::test::is_sanitized)
    roots.insert(roots.end(), {"/usr/share", "/usr/lib/python3", "/usr/lib/node_modules"});
  for (const char* const root : roots) {
    const std::vector<fs::path> more = files_below(root, {});
    files.insert(files.end(), more.begin(), more.end());
  }
  std::sort(files.begin(), files.end(),
            [](const fs::path& a, const fs::path& b) { return scattered(a) < scattered(b); });
  Redactor redactor(Redactor::Key{});
  std::size_t bytes = 0;
  std::size_t found = 0;
  for (const fs::path& path : files) {
    if (bytes >= wanted) break;
    const std::string text = content_of(path);
    if (text.find('\0') != std::string::npos) continue;
    bytes += text.size();
    found += marks(redactor, path, text);
  }
  INFO(bytes << " bytes");
  CHECK(found <= 1 + bytes / 10'000'000);
}

TEST_CASE("redaction: hashes, identifiers, pictures and minified scripts are clean") {
  Redactor redactor(Redactor::Key{});
  std::uint64_t x = 88172645463325252;
  const auto random = [&x] {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
  };
  const auto letters = [&random](std::string_view alphabet, std::size_t count) {
    std::string out;
    while (count-- > 0) out += alphabet[random() % alphabet.size()];
    return out;
  };
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view base64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 500; ++i) {
    const std::string uuid = letters(hex, 8) + "-" + letters(hex, 4) + "-" + letters(hex, 4) + "-" +
                             letters(hex, 4) + "-" + letters(hex, 12);
    for (const std::string& text :
         {"commit " + letters(hex, 40), "index " + letters(hex, 7) + ".." + letters(hex, 7),
          "\"integrity\": \"sha512-" + letters(base64, 86) + "==\"", "\"id\": \"" + uuid + "\"",
          "\"key\": \"" + uuid + "\"", "resolved sha256:" + letters(hex, 64),
          "<img src=\"data:image/png;base64,iVBORw0KGgo" + letters(base64, 2000) + "\">",
          "!function(e){var t=e." + letters("abcdefgh", 2) + ";t.key=e.token,t.secret=n(" +
              letters("0123456789", 4) + ")}(window);"}) {
      INFO(text);
      CHECK(redactor.redact(text) == std::nullopt);
    }
  }
}
