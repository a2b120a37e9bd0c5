#include "conformance/tool/folder.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <system_error>

#include "conformance/tool/workplace.h"

namespace tine::conformance {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string name = (workplace() / "XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    std::perror("acp-conform: cannot make a temporary folder");
    std::exit(2);
  }
  path_ = name;
  fs::create_directories(project());
  fs::create_directories(other());
}

bool write_text(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  return bool(file);
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace tine::conformance
