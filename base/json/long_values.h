#pragma once
// Where the long values of a JSON text end, found in one pass. A text of tens of MB is read in
// place by many small functions, each of which would pass over all of it.
//
// A value. It may be made on another thread than the one that reads the text; see Use.

#include <cstddef>
#include <string_view>
#include <vector>

namespace tine::json {

class LongValues {
 public:
  /// A value of fewer bytes is quickly passed over.
  static constexpr std::size_t shortest = std::size_t{64} * 1024;

  LongValues() = default;
  /// `text` is JSON that a Scanner has accepted. What is found refers to these very bytes.
  explicit LongValues(std::string_view text);

  /// Lets the Views of this thread skip what was found. It lives on the stack, and not across a
  /// co_await.
  class Use {
   public:
    explicit Use(const LongValues& values);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    const LongValues* before_;
  };

  /// The place behind the value that begins at `p`, when it is one of those in use; else nullptr.
  static const char* end_of(const char* p);

 private:
  struct Value {
    const char* begin;
    const char* end;
  };
  std::vector<Value> values_;  // by their beginnings
};

}  // namespace tine::json
