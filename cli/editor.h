#pragma once
// Lets a person change a text in the editor of their choice ($VISUAL, else $EDITOR, else vi), in a
// copy that only they can read.
//
// The copy stays until remove(). On the main thread, which waits for the editor.

#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"

namespace tine::cli {

class EditedCopy {
 public:
  /// `name`: what the copy is called, so that the editor knows what is in it.
  static Result<EditedCopy> of(std::string_view text, const std::string& name);

  const std::string& path() const { return path_; }
  /// Runs the editor; gives what the copy says afterwards. A failure when the editor fails.
  Result<std::string> edit(const Env& env) const;
  void remove() const;

 private:
  explicit EditedCopy(std::string folder, std::string path)
      : folder_(std::move(folder)), path_(std::move(path)) {}
  std::string folder_;
  std::string path_;
};

}  // namespace tine::cli
