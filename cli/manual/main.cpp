// Writes the manual pages into a folder: tine_manual DOCS FOLDER DATE, where DOCS is the project's
// docs/ and DATE is like 2026-01-31.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "cli/manual/pages.h"

namespace {

using tine::cli::manual::Documents;

std::optional<std::string> text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::fprintf(stderr, "tine_manual: cannot read %s\n", path.c_str());
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) std::fprintf(stderr, "tine_manual: cannot write %s\n", path.c_str());
  return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: tine_manual DOCS FOLDER DATE\n", stderr);
    return 2;
  }
  const std::string docs(argv[1]);
  const std::string folder(argv[2]);
  auto cli = text_of(docs + "/cli.md");
  auto config = text_of(docs + "/config.md");
  auto transcript = text_of(docs + "/transcript.md");
  if (!cli || !config || !transcript) return 1;
  const Documents documents = {
      .cli = std::move(*cli), .config = std::move(*config), .transcript = std::move(*transcript)};
  for (const auto& page : tine::cli::manual::pages(tine::cli::outline(), documents, argv[3])) {
    if (!write(folder + "/" + page.file, page.text)) return 1;
  }
  return 0;
}
