#pragma once
// Reads JSON in place. A View is one value inside a text that a Scanner has already accepted; it
// holds no tree and owns nothing, so it must not outlive the text. Reading costs a pass over what
// is skipped.
//
// A value type; no threads.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tine::json {

enum class Type : std::uint8_t { none, null, boolean, number, string, array, object };

std::string_view name_of(Type type);

class View {
 public:
  /// No value at all: what find() gives for a member that is not there.
  View() = default;
  /// `text` is exactly one accepted JSON value; blanks around it are dropped.
  explicit View(std::string_view text);

  Type type() const;
  bool exists() const { return !text_.empty(); }
  bool is_null() const { return type() == Type::null; }
  bool is_object() const { return type() == Type::object; }
  bool is_array() const { return type() == Type::array; }
  bool is_string() const { return type() == Type::string; }

  /// The value's own bytes.
  std::string_view raw() const { return text_; }

  std::optional<bool> boolean() const;
  /// The number when it is written as an integer and fits.
  std::optional<std::int64_t> integer() const;
  /// The nearest double; none when the number is beyond the range of one.
  std::optional<double> number() const;
  /// The decoded string.
  std::optional<std::string> string() const;
  /// The bytes between the quotes, still escaped; empty for anything but a string.
  std::string_view escaped() const;
  /// Whether this is the string `text`.
  bool equals(std::string_view text) const;

  /// The member named `key` (the last one of that name, as JavaScript has it), or no value.
  View find(std::string_view key) const;

  struct Member;
  class Members;
  class Elements;
  /// Empty for anything but an object.
  Members members() const;
  /// Empty for anything but an array.
  Elements elements() const;

 private:
  std::string_view text_;
};

struct View::Member {
  View key;
  View value;
};

class View::Members {
 public:
  class Iterator {
   public:
    Iterator(const char* p, const char* end) : p_(p), end_(end) { advance(); }
    const Member& operator*() const { return member_; }
    const Member* operator->() const { return &member_; }
    Iterator& operator++() {
      advance();
      return *this;
    }
    bool operator!=(std::nullptr_t) const { return !over_; }

   private:
    void advance();
    const char* p_;
    const char* end_;
    Member member_;
    bool over_ = false;
  };
  explicit Members(std::string_view inside) : inside_(inside) {}
  Iterator begin() const { return {inside_.data(), inside_.data() + inside_.size()}; }
  static std::nullptr_t end() { return nullptr; }

 private:
  std::string_view inside_;
};

class View::Elements {
 public:
  class Iterator {
   public:
    Iterator(const char* p, const char* end) : p_(p), end_(end) { advance(); }
    View operator*() const { return value_; }
    const View* operator->() const { return &value_; }
    Iterator& operator++() {
      advance();
      return *this;
    }
    bool operator!=(std::nullptr_t) const { return !over_; }

   private:
    void advance();
    const char* p_;
    const char* end_;
    View value_;
    bool over_ = false;
  };
  explicit Elements(std::string_view inside) : inside_(inside) {}
  Iterator begin() const { return {inside_.data(), inside_.data() + inside_.size()}; }
  static std::nullptr_t end() { return nullptr; }

 private:
  std::string_view inside_;
};

/// Goes through an accepted JSON value once, into its objects: what is looked for at several depths
/// is found in one pass, where find() within find() passes over what is deep once for each.
class Walk {
 public:
  explicit Walk(View value) : p_(value.raw().data()), end_(p_ + value.raw().size()) {}

  /// Passes over the value that is next, and gives it.
  View value();
  /// Goes into the value that is next and gives it whole. `visit` is called with the key of each
  /// member, and takes its value from the walk: with value(), or with object(). What is no object
  /// is passed over.
  template <class Visit>
  View object(Visit visit) {
    const char* const begin = p_;
    for (View key = enter(); key.exists(); key = next()) visit(key);
    return from(begin);
  }

 private:
  /// The key of the first or the next member, up to whose value it goes; nothing behind the last.
  View enter();
  View next();
  View key();
  View from(const char* begin) const { return View({begin, static_cast<std::size_t>(p_ - begin)}); }

  const char* p_;
  const char* end_;
};

/// The decoded string that is the member `key`; empty when that is none.
std::string text_in(View object, std::string_view key);
/// The member `key` where it is a whole number that is not negative.
std::optional<std::uint64_t> count_in(View object, std::string_view key);

/// Decodes the escapes of what stands between the quotes of an accepted JSON string, appending to
/// `out`.
void unescape(std::string_view escaped, std::string& out);

}  // namespace tine::json
