#pragma once
// The documents that a backend's program reads by itself where a session works: AGENTS.md,
// CLAUDE.md and their kin. Each backend finds its own in its own way (codex/documents.h,
// claude/documents.h); this is what they find, and how a file is looked at for it. docs/context.md
// is the page for users.
//
// Values and plain functions. The functions that read files block: they run on a worker's thread.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tine::executor {

/// A document whose text is given to the model.
struct Document {
  std::string path;         ///< absolute, as the program comes to it
  std::string leads_to;     ///< where a link ends; empty: it is no link
  std::string imported_by;  ///< the path of the document that names it; empty: none does
  bool of_user = false;     ///< the user's own, for all projects
  std::uint64_t bytes = 0;  ///< of the file
  std::uint64_t given = 0;  ///< of them the model is given these; fewer than `bytes`: it was cut
  /// What the model is given, but for what is beyond limits::document.
  std::string text;

  /// As the program's estimator has it.
  std::uint64_t tokens() const;

  bool operator==(const Document&) const = default;
};

/// A document that is there, and whose text the model is not given when a session begins.
struct PassedOver {
  std::string path;
  std::string why;  ///< for a person

  bool operator==(const PassedOver&) const = default;
};

/// In the order in which the model reads them.
struct Documents {
  std::vector<Document> given;
  std::vector<PassedOver> passed_over;
  std::vector<std::string> notes;  ///< what else is to be known of them, for a person
};

/// A file as it was looked at.
struct LookedAt {
  enum class Kind : std::uint8_t {
    file,
    absent,     ///< there is none, or a link leads nowhere
    other,      ///< a folder, a FIFO, a device
    unreadable  ///< `fault` says why
  };
  Kind kind = Kind::absent;
  std::string real;  ///< its canonical path
  std::uint64_t bytes = 0;
  std::string text;  ///< its beginning
  std::string fault;
};

/// Looks at files, up to limits::documents of them and limits::documents_bytes of text. What is
/// there beyond counts as absent.
class DocumentReader {
 public:
  /// Reads up to `most` bytes. It follows links, as the programs do; it opens nothing but plain
  /// files, and waits for nobody.
  LookedAt look(const std::string& path, std::uint64_t most);
  /// Whether there was more than it looks at.
  bool is_full() const { return full_; }

 private:
  std::size_t files_ = 0;
  std::uint64_t bytes_ = 0;
  bool full_ = false;
};

/// Whether `path` lies in `folder` or is it. Both are canonical.
bool lies_in(std::string_view path, std::string_view folder);

/// Without blanks at both ends.
std::string_view trimmed(std::string_view text);

}  // namespace tine::executor
