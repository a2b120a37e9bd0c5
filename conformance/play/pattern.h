#pragma once
// What a message is expected to look like: JSON that may leave things open.
//
//   {"a": 1}        an object with at least this member     only {"a": 1}  … and no other
//   [1, 2]          an array of exactly these               [1, ...]       … followed by any others
//   "text"          this string; $NAME in it is filled in   ~"a*b"         one that fits, * for any
//   7  true  null   this token, as it is written            raw "\u00e9"   these very bytes
//   *               anything    string number boolean array object         anything of this type
//   $NAME           anything, called NAME from now on; what is called NAME already: that
//   absent          (of a member) there is none             not "text"     anything that does not
//   fit either [1, 2]   what fits one of these
//
// A value, shared by its copies; no threads.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json/view.h"
#include "conformance/play/bindings.h"

namespace tine::conformance {

class Pattern {
 public:
  struct Node;

  static Checked<Pattern> parse(std::string_view text);

  /// Where and why `value` does not fit; empty: it fits. Names are bound only when all fits.
  std::string mismatch(json::View value, Bindings& bindings) const;

  /// What the id must be of a response that fits; none: something else than a response may fit.
  std::optional<Pattern> response_id() const;

 private:
  explicit Pattern(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

/// Whether `text` fits `glob`, in which each `*` stands for any text.
bool fits_glob(std::string_view glob, std::string_view text);

/// `text`, shortened to what fits in a report.
std::string shown(std::string_view text);

}  // namespace tine::conformance
