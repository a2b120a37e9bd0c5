#pragma once
// Takes the secrets out of JSON: of its strings as they read, not as they are written, so that an
// escape hides nothing. What is clean stays byte for byte as it was.
//
// On the stack of its caller, on the thread of the redactor; borrows the text and the redactor.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/redact/limits.h"
#include "base/redact/redactor.h"

namespace tine::json {

/// `text` is JSON that a Scanner has accepted; anything else is redacted as plain text.
std::string redacted(std::string_view text, Redactor& redactor);

/// The same in slices, for a text that is too long to be read without a pause.
class Redaction {
 public:
  Redaction(std::string_view text, Redactor& redactor)
      : redactor_(redactor), copied_(text.data()), at_(copied_), end_(copied_ + text.size()) {}

  /// Reads about so many bytes more, at most twice as many. False when all is read.
  bool read(std::size_t bytes = limits::redaction_window);
  /// The text without its secrets, once all is read.
  std::string take();

 private:
  /// A string that is too long for one look.
  struct LongString {
    explicit LongString(Redactor& redactor) : stream(redactor) {}
    RedactionStream stream;
    std::string before;  // what the stream was given to know the member's name
    std::string clean;
    const char* begin = nullptr;
  };

  void read_string();
  void read_long_string(const char* stop);
  void end_string(const char* begin, const char* close, const std::optional<std::string>& clean);

  Redactor& redactor_;
  std::string out_;
  std::string name_;  // of the member whose value comes next
  std::string decoded_;
  const char* copied_;  // all before it is in out_
  const char* at_;
  const char* end_;
  std::optional<LongString> long_;
};

}  // namespace tine::json
