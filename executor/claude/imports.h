#pragma once
// What Claude Code makes of the text of a document: which files it imports, and what is left out
// before the model is given it.
//
// Plain functions.

#include <string>
#include <string_view>
#include <vector>

namespace tine::executor::claude {

/// The paths behind an @, as they are written, in order. None within code or a comment.
std::vector<std::string> imports_in(std::string_view text);

/// Whether a file of that name may be imported: by its ending, or as it has none.
bool may_be_imported(std::string_view name);

/// A document as the model is given it, and what its front matter says.
struct DocumentText {
  std::string text;
  bool has_paths = false;  ///< it is given once a file is worked on that its `paths` mean
};
DocumentText document_text(std::string_view raw);

}  // namespace tine::executor::claude
