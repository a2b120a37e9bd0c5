#pragma once
// A text on its way through the scanner, in pieces. What comes out does not depend on where the
// pieces end.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/redact/scanner.h"

namespace tine::redact {

/// Takes what the sieve lets through, in the order of the text.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void clean(std::string_view text) = 0;
  /// The offsets are those in the whole text.
  virtual void secret(const Finding& finding) = 0;
  /// So many more bytes belong to the last secret.
  virtual void more_of_secret(std::size_t bytes) = 0;
};

class Sieve {
 public:
  explicit Sieve(Scanner& scanner) : scanner_(scanner) {}

  void feed(std::string_view piece, Sink& sink);
  /// The text is at its end; the sieve is as new.
  void finish(Sink& sink);

  std::size_t held() const { return buffer_.size() - from_; }
  /// What is held back, as it came; valid until the next call.
  std::string_view held_text() const { return std::string_view(buffer_).substr(from_); }

 private:
  void sift(bool complete, Sink& sink);
  void pass(std::size_t decided, Sink& sink);
  void forget(std::size_t bytes);
  std::size_t swallow(std::string_view text, Sink& sink);

  Scanner& scanner_;
  /// Released text that detectors may look back at, then what is held back.
  std::string buffer_;
  std::size_t from_ = 0;
  /// Where the buffer begins in the whole text.
  std::size_t base_ = 0;
  /// What has come since the last look.
  std::size_t unseen_ = 0;

  /// Within a secret that went past max_secret_tail.
  bool swallowing_ = false;
  Rest rest_ = Rest::token;
  std::size_t run_ = 0;
  bool key_line_ = false;
};

}  // namespace tine::redact
