#pragma once
// Where the program is that can be a guardian for tests, whose own is none.
//
// For tests only.

#include <filesystem>
#include <string>

namespace tine::test {

inline std::string guarded_program() {
  const auto own = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return (own.parent_path() / "tests/guarded/guarded").string();
}

}  // namespace tine::test
