#include "conformance/tool/secret_search.h"

#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <system_error>

namespace tine::conformance {
namespace {

namespace fs = std::filesystem;

/// As many files and folders are looked at, and files up to this size.
constexpr std::size_t most_entries = 200'000;
constexpr std::uintmax_t largest_file = std::uintmax_t{64} << 20;
/// As many files are named.
constexpr std::size_t most_named = 3;

bool holds(const fs::path& path, const std::string& text) {
  std::ifstream file(path, std::ios::binary);
  const std::string all{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return all.find(text) != std::string::npos;
}

}  // namespace

std::string made_up_secret() {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr int length = 36;
  std::random_device random;
  std::string out = "ghp";
  out += '_';
  for (int i = 0; i < length; ++i) out += letters[random() % letters.size()];
  return out;
}

fs::path home_of(const Launch& launch) {
  constexpr std::string_view name = "HOME=";
  for (const std::string& each : launch.environment) {
    if (each.starts_with(name)) return each.substr(name.size());
  }
  return {};
}

std::string files_with(const std::string& text, const std::vector<fs::path>& folders,
                       fs::file_time_type since) {
  std::set<fs::path> found;
  std::size_t entries = 0;
  for (const fs::path& folder : folders) {
    std::error_code fault;
    fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied,
                                        fault);
    for (; !fault && at != fs::recursive_directory_iterator() && entries < most_entries;
         at.increment(fault)) {
      ++entries;
      std::error_code ignored;
      if (at->is_symlink(ignored) || !at->is_regular_file(ignored)) continue;
      if (at->last_write_time(ignored) < since || at->file_size(ignored) > largest_file) continue;
      if (holds(at->path(), text)) found.insert(fs::proximate(at->path(), folder, ignored));
    }
  }
  std::string out = found.empty() ? "in no file"
                                  : "in " + std::to_string(found.size()) +
                                        (found.size() == 1 ? " file: " : " files: ");
  std::size_t named = 0;
  for (const fs::path& each : found) {
    if (named++ == most_named) break;
    out += (named > 1 ? ", " : "") + each.string();
  }
  if (found.size() > most_named) out += ", …";
  if (entries >= most_entries) out += " (not all files were looked at)";
  return out;
}

}  // namespace tine::conformance
