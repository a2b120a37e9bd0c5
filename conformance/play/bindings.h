#pragma once
// The names in a transcript ($SESSION): what was captured from messages, and what a run provides.
//
// A value; no threads.

#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace tine::conformance {

/// A value, or what is wrong in words.
template <class T>
using Checked = tl::expected<T, std::string>;

inline tl::unexpected<std::string> wrong(std::string what) {
  return tl::make_unexpected(std::move(what));
}

/// The name that `text`, which begins with a dollar sign, begins with: SESSION of `$SESSION"}`.
/// Empty when it is none: names are of upper case letters, digits and underscores.
std::string_view name_at(std::string_view text);

class Bindings {
 public:
  /// `json` is the value as it stands in a message.
  void set(std::string_view name, std::string_view json);
  /// The JSON of the value; nullptr: not known.
  const std::string* find(std::string_view name) const;
  /// Puts values in the place of names, and a dollar sign in the place of two. Of a string what
  /// stands between its quotes, so that a name can stand inside a string.
  Checked<std::string> fill(std::string_view text) const;
  /// The same in JSON, where a name outside of strings stands for the whole value.
  Checked<std::string> fill_json(std::string_view text) const;

 private:
  Checked<std::string> filled(std::string_view text, bool is_json) const;

  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace tine::conformance
