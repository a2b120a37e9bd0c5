#include "conformance/tool/output.h"

#include <cstdio>
#include <fstream>

#include "conformance/tool/exit_status.h"

namespace tine::conformance {

int mistake(const std::string& what) {
  std::fprintf(stderr, "acp-conform: %s\n", what.c_str());
  return could_not_run;
}

bool write_to(const std::string& path, const std::string& text) {
  if (path.empty()) return true;
  if (path == "-") return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) mistake("cannot write " + path);
  return bool(file);
}

}  // namespace tine::conformance
