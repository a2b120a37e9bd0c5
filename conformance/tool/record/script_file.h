#pragma once
// The file that a recording is written to, line by line: what has been handed over is in it,
// however the program ends. Its last line can still grow.
//
// A resource with an owner; no threads.

#include <cstddef>
#include <string>
#include <string_view>

#include "conformance/play/bindings.h"
#include "transport/fd.h"

namespace tine::conformance {

class ScriptFile {
 public:
  /// A new file. One that there is stays as it is: this one then gets a number behind its name.
  static Checked<ScriptFile> make(const std::string& path);

  const std::string& path() const { return path_; }
  /// Adds a line.
  void append(std::string_view line);
  /// Puts `more` before the quote that ends the last line.
  void grow(std::string_view more);
  /// Puts another line in the place of the last one.
  void replace_last(std::string_view line);
  void remove();

 private:
  ScriptFile(transport::Fd file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  void write_at(std::size_t place, std::string_view bytes);

  transport::Fd file_;
  std::string path_;
  std::size_t size_ = 0;
  std::size_t last_ = 0;  // where the last line begins
  bool failed_ = false;
};

}  // namespace tine::conformance
