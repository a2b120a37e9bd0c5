#pragma once
// Takes the secrets out of JSON: of its strings as they read, not as they are written, so that an
// escape hides nothing. What is clean stays byte for byte as it was.
//
// On the stack of its caller, on the thread of the redactor; borrows the text and the redactor.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/redact/limits.h"
#include "base/redact/redactor.h"

namespace tine::json {

/// `text` is JSON that a Scanner has accepted; anything else is redacted as plain text.
std::string redacted(std::string_view text, Redactor& redactor);

/// The same in slices, for a text that is too long to be read without a pause. No slice does work
/// for more than its own bytes.
class Redaction {
 public:
  Redaction(std::string_view text, Redactor& redactor)
      : redactor_(redactor), copied_(text.data()), at_(copied_), end_(copied_ + text.size()) {}

  /// Reads about so many bytes more, at most twice as many. False when all is read.
  bool read(std::size_t bytes = limits::redaction_window);
  /// The text without its secrets, once all is read.
  std::string take() { return std::move(out_); }
  /// Whether that differs from the text as it came.
  bool has_found() const { return has_found_; }

 private:
  /// A string that is too long for one look.
  struct LongString {
    explicit LongString(Redactor& redactor) : stream(redactor) {}
    RedactionStream stream;
    std::string before;  // what the stream was given to know the member's name
    bool begun = false;  // that has come out again
    std::string clean;   // what has come out and is not yet copied
    const char* begin = nullptr;
    std::size_t out = 0;  // where it begins in out_
  };

  void read_string();
  void read_long_string(const char* stop);
  void copy_long_string(bool whole);
  void end_string(const char* close);
  void copy_to(const char* place);

  Redactor& redactor_;
  std::string out_;
  bool has_found_ = false;
  std::string last_;  // the last string, which may be a name
  std::string name_;  // of the member whose value comes next
  std::string decoded_;
  const char* copied_;  // all before it is in out_
  const char* at_;
  const char* end_;
  std::optional<LongString> long_;
};

}  // namespace tine::json
