#pragma once
// Secrets whose text is known: found wherever they stand, as they are, escaped for JSON, percent
// encoded, or in base64 at any of its three alignments.
//
// Keeps the values themselves while they are known. The index is made anew at the first search
// after a change.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/redact/match.h"

namespace tine::redact {

class KnownValues {
 public:
  using Id = std::uint32_t;
  static constexpr Id none = ~Id{0};

  struct Hit {
    Match match;
    /// The value itself, whichever form of it was found.
    std::string_view value;
    /// How many characters of a token must follow `match` for it to be a secret; 0 for values.
    std::size_t body = 0;
    /// Only the beginning of the value is known: the rest of the token belongs to it.
    bool continues = false;
  };

  /// Counted: a value that was added twice is known until it was removed twice. none when there is
  /// no room.
  Id add(std::string_view value, std::string_view kind, std::size_t prefix_body = 0);
  void remove(Id id);

  bool empty() const { return used_ == 0; }

  /// Every occurrence in `text`, in no particular order.
  void find(std::string_view text, std::vector<Hit>& hits);

  /// The first offset from `from` on where an occurrence may begin that the text cuts off; its size
  /// when there is none.
  std::size_t cut_off(std::string_view text, std::size_t from);

 private:
  struct Entry {
    std::string value;
    std::string kind;
    std::size_t prefix_body = 0;
    std::size_t uses = 0;
  };
  struct Form {
    std::string text;
    Id entry = 0;
    /// Base64: whether the character before, and after, has bits of the value.
    bool before = false;
    bool after = false;
  };
  struct Gram {
    std::uint32_t form;
    std::uint32_t offset;
  };

  void make_index();
  void add_forms(Id id);
  void add_form(Form form);

  static constexpr std::size_t slot_bits = 14;

  std::vector<Entry> entries_;
  std::size_t used_ = 0;
  bool changed_ = false;

  std::vector<Form> forms_;
  /// A step that cannot miss four bytes of any form.
  std::size_t step_ = 1;
  std::size_t longest_ = 0;
  std::vector<std::uint64_t> slots_;
  std::vector<std::uint64_t> starts_;
  std::vector<std::uint32_t> first_gram_;
  std::vector<Gram> grams_;
};

}  // namespace tine::redact
