#pragma once
// Keeps secrets out of what is stored and said: puts «redacted:<kind>:<n>» in the place of each
// that it knows or recognises, and leaves every other byte as it is. It reads plain text, not JSON:
// decode first.
//
// One Redactor per process, made by main; streams and leases point to it. It keeps known values as
// long as their leases live, and of all other secrets only a keyed digest. Used from the loop's
// thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/redact/scanner.h"
#include "base/redact/sieve.h"

namespace tine {

class Redactor;

/// A value is known for as long as one of these stands for it.
class KnownSecret {
 public:
  KnownSecret() = default;
  KnownSecret(KnownSecret&& other) noexcept { *this = std::move(other); }
  KnownSecret& operator=(KnownSecret&& other) noexcept {
    std::swap(known_, other.known_);
    std::swap(id_, other.id_);
    return *this;
  }
  KnownSecret(const KnownSecret&) = delete;
  KnownSecret& operator=(const KnownSecret&) = delete;
  ~KnownSecret() {
    if (known_) known_->remove(id_);
  }

  /// Whether there is a value: none was too short, or plainly no secret.
  explicit operator bool() const { return known_ != nullptr; }

 private:
  friend class Redactor;
  KnownSecret(redact::KnownValues& known, redact::KnownValues::Id id) : known_(&known), id_(id) {}

  redact::KnownValues* known_ = nullptr;
  redact::KnownValues::Id id_ = redact::KnownValues::none;
};

/// Where a secret stands, without the secret.
struct SecretPlace {
  std::string kind;
  std::size_t offset = 0;
  std::size_t length = 0;
};

class Redactor {
 public:
  /// 16 random bytes; whoever has them can test guesses against the digests in memory.
  using Key = redact::DigestKey;

  explicit Redactor(const Key& key) : key_(key), scanner_(key_) {}
  Redactor(const Redactor&) = delete;
  Redactor& operator=(const Redactor&) = delete;

  /// The text with markers; none when it is clean, and nothing was copied.
  std::optional<std::string> redact(std::string_view text);
  std::string redacted(std::string_view text);

  std::vector<SecretPlace> find(std::string_view text);

  /// From now on `value` is a secret wherever it stands, also in JSON, percent encoding and base64.
  /// Not so what is shorter than limits::min_secret_value, and paths, numbers, words like
  /// `production`.
  [[nodiscard]] KnownSecret know(std::string_view value, std::string_view kind = "known");

  /// What a user configured: a text that is always a secret, and a prefix that together with the
  /// token that follows is one. For good. False when it is shorter than limits::min_user_literal.
  bool add_literal(std::string_view literal);
  bool add_prefix(std::string_view prefix);

  /// Markers are numbered from the next number after `highest` on, unless they are beyond it.
  void continue_from(std::uint64_t highest);
  std::uint64_t highest_number() const { return highest_; }

  /// Bytes that were looked at so far, each as often as it was.
  std::uint64_t examined() const { return scanner_.examined(); }

 private:
  friend class RedactionStream;

  void append_marker(const redact::Finding& finding, std::string& out);
  std::uint64_t number_of(const redact::Digest& digest);

  struct DigestHash {
    std::size_t operator()(const redact::Digest& digest) const { return digest.low; }
  };

  Key key_;
  redact::Scanner scanner_;
  std::unordered_map<redact::Digest, std::uint64_t, DigestHash> numbers_;
  std::uint64_t highest_ = 0;
};

/// One streamed message. Holds back the end of what came while it might grow into a secret, at most
/// limits::max_secret_tail and the last piece.
class RedactionStream {
 public:
  explicit RedactionStream(Redactor& redactor) : redactor_(&redactor), sieve_(redactor.scanner_) {}

  /// Appends to `out` what is decided.
  void feed(std::string_view piece, std::string& out);
  /// The message is at its end: appends the rest. The stream can begin another.
  void finish(std::string& out);

  /// Whether there was a secret in what came out since the stream was made.
  bool has_found() const { return has_found_; }

  /// How many bytes are held back.
  std::size_t held() const { return sieve_.held(); }
  /// Those bytes, as they came; valid until the next call.
  std::string_view held_text() const { return sieve_.held_text(); }

 private:
  class Append;

  Redactor* redactor_;
  redact::Sieve sieve_;
  bool has_found_ = false;
};

/// Whether a variable, a header or a member of this name holds a secret.
bool is_secret_name(std::string_view name);

/// The parts of a URL that are secret: the password, a user that is a token, the values of
/// secret-named parameters.
std::vector<std::string_view> secrets_in_url(std::string_view url);

/// The part of a header's value that is secret: what stands after Bearer or Basic, else all of it.
std::string_view secret_in_header(std::string_view value);

/// The highest number of a marker in `text`, 0 when there is none.
std::uint64_t highest_marker(std::string_view text);

}  // namespace tine
