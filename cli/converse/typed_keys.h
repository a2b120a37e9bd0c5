#pragma once
// What comes from a terminal, taken apart: keys, each whole, and pasted texts, each as one
// (bracketed paste). A lone escape waits for what follows it.
//
// A value; no threads.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tine::cli {

class TypedKeys {
 public:
  struct Piece {
    bool is_pasted = false;
    bool is_too_long = false;  ///< a pasted text of which nothing was kept
    /// Of a key its character or escape sequence. Pasted text has no control characters but
    /// newlines and tabs.
    std::string text;
    bool operator==(const Piece&) const = default;
  };

  /// May be cut anywhere. Keys beyond limits::typed_ahead are dropped, and a pasted text that is
  /// longer than limits::text.
  void append(std::string_view bytes);
  /// None: there is no whole one.
  std::optional<Piece> next();

 private:
  std::string_view rest() const { return std::string_view(bytes_).substr(taken_); }
  void take(std::size_t length);
  std::size_t key_length() const;
  std::optional<Piece> take_paste();

  std::string bytes_;
  std::size_t taken_ = 0;
  std::size_t searched_ = 0;  // of a paste: its end does not begin before that
  bool is_too_long_ = false;  // the paste
};

}  // namespace tine::cli
