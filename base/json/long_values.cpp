#include "base/json/long_values.h"

#include <algorithm>
#include <utility>

#include "base/handled.h"
#include "base/json/bytes.h"

namespace tine::json {
namespace {

thread_local const LongValues* in_use = nullptr;

}  // namespace

LongValues::LongValues(std::string_view text) {
  count_handled(text.size());
  const auto note = [this](const char* begin, const char* end) {
    if (static_cast<std::size_t>(end - begin) >= shortest) values_.push_back({begin, end});
  };
  std::vector<const char*> open;
  const char* const end = text.data() + text.size();
  for (const char* p = find_structure(text.data(), end); p != end; p = find_structure(p, end)) {
    if (*p == '"') {
      const char* const close = find_string_end(p + 1, end);
      if (close == end) break;
      note(p, close + 1);
      p = close;
    } else if (*p == '{' || *p == '[') {
      open.push_back(p);
    } else if (!open.empty()) {
      note(open.back(), p + 1);
      open.pop_back();
    }
    ++p;
  }
  std::sort(values_.begin(), values_.end(),
            [](const Value& one, const Value& other) { return one.begin < other.begin; });
}

LongValues::Use::Use(const LongValues& values) : before_(std::exchange(in_use, &values)) {}

LongValues::Use::~Use() { in_use = before_; }

const char* LongValues::end_of(const char* p) {
  if (in_use == nullptr) return nullptr;
  const auto& values = in_use->values_;
  const auto found =
      std::lower_bound(values.begin(), values.end(), p,
                       [](const Value& value, const char* place) { return value.begin < place; });
  return found != values.end() && found->begin == p ? found->end : nullptr;
}

}  // namespace tine::json
