#include "base/redact/known_values.h"

#include <algorithm>
#include <cstring>

#include "base/redact/base64.h"
#include "base/redact/charset.h"
#include "base/redact/escapes.h"
#include "base/redact/limits.h"

namespace tine::redact {
namespace {

constexpr std::size_t gram_size = 4;

std::uint32_t slot_of(const char* four, std::size_t bits) {
  std::uint32_t gram;
  std::memcpy(&gram, four, sizeof gram);
  return (gram * 0x9E3779B1u) >> (32 - bits);
}

bool has(const std::vector<std::uint64_t>& set, std::uint32_t slot) {
  return (set[slot / 64] >> slot % 64 & 1) != 0;
}

constexpr std::string_view lower_digits = "0123456789abcdef";
constexpr std::string_view upper_digits = "0123456789ABCDEF";

std::string json_escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += lower_digits[static_cast<unsigned char>(c) >> 4];
          out += lower_digits[c & 15];
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string percent_encoded(std::string_view value, bool plus_for_blank) {
  std::string out;
  for (const char c : value) {
    if (in(c, sets::word | sets::dot) || c == '~') {
      out += c;
    } else if (c == ' ' && plus_for_blank) {
      out += '+';
    } else {
      out += '%';
      out += upper_digits[static_cast<unsigned char>(c) >> 4];
      out += upper_digits[c & 15];
    }
  }
  return out;
}

}  // namespace

KnownValues::Id KnownValues::add(std::string_view value, std::string_view kind,
                                 std::size_t prefix_body) {
  Id unused = none;
  for (Id id = 0; id < entries_.size(); ++id) {
    Entry& entry = entries_[id];
    if (entry.uses == 0) {
      unused = id;
    } else if (entry.value == value && entry.prefix_body == prefix_body) {
      ++entry.uses;
      return id;
    }
  }
  if (used_ >= limits::max_known_values) return none;
  if (unused == none) {
    unused = static_cast<Id>(entries_.size());
    entries_.emplace_back();
  }
  entries_[unused] = {std::string(value), std::string(kind), prefix_body, 1};
  ++used_;
  changed_ = true;
  return unused;
}

void KnownValues::remove(Id id) {
  Entry& entry = entries_[id];
  if (--entry.uses != 0) return;
  std::fill(entry.value.begin(), entry.value.end(), '\0');
  entry.value.clear();
  --used_;
  changed_ = true;
  if (used_ == 0) make_index();  // which forgets the forms
}

void KnownValues::add_form(Form form) {
  if (form.text.size() >= gram_size) forms_.push_back(std::move(form));
}

void KnownValues::add_forms(Id id) {
  const std::string_view value =
      std::string_view(entries_[id].value).substr(0, limits::max_known_value);
  for (std::string form : {std::string(value), json_escaped(value), percent_encoded(value, false),
                           percent_encoded(value, true)}) {
    add_form({unescaped(form), id});
    add_form({std::move(form), id});
  }
  // In shorter ones too little is left that does not depend on what stands beside them.
  constexpr std::size_t shortest_in_base64 = 6;
  if (value.size() < shortest_in_base64) return;
  for (std::size_t offset = 0; offset < 3; ++offset) {
    std::string encoded;
    encode_base64(std::string(offset, '\0') + std::string(value), encoded);
    const std::size_t first_bit = 8 * offset;
    const std::size_t last_bit = first_bit + 8 * value.size();
    const std::size_t begin = (first_bit + 5) / 6;
    Form form{encoded.substr(begin, last_bit / 6 - begin), id, first_bit % 6 != 0,
              last_bit % 6 != 0};
    Form url = form;
    std::replace(url.text.begin(), url.text.end(), '+', '-');
    std::replace(url.text.begin(), url.text.end(), '/', '_');
    add_form(std::move(form));
    add_form(std::move(url));
  }
}

void KnownValues::make_index() {
  changed_ = false;
  for (Form& form : forms_) std::fill(form.text.begin(), form.text.end(), '\0');
  forms_.clear();
  for (Id id = 0; id < entries_.size(); ++id) {
    if (entries_[id].uses != 0) add_forms(id);
  }
  std::sort(forms_.begin(), forms_.end(), [](const Form& a, const Form& b) {
    return a.text != b.text ? a.text < b.text : a.entry < b.entry;
  });
  const auto same = [](const Form& a, const Form& b) { return a.text == b.text; };
  forms_.erase(std::unique(forms_.begin(), forms_.end(), same), forms_.end());

  std::size_t shortest = limits::max_known_value;
  longest_ = 0;
  for (const Form& form : forms_) {
    shortest = std::min(shortest, form.text.size());
    longest_ = std::max(longest_, form.text.size());
  }
  step_ = std::min<std::size_t>(shortest - gram_size + 1, 8);

  constexpr std::size_t slot_count = std::size_t{1} << slot_bits;
  slots_.assign(slot_count / 64, 0);
  starts_.assign(slot_count / 64, 0);
  first_gram_.assign(slot_count + 1, 0);
  const auto each_gram = [this](const auto& visit) {
    for (std::uint32_t form = 0; form < forms_.size(); ++form) {
      for (std::uint32_t offset = 0; offset < step_; ++offset) {
        visit(slot_of(forms_[form].text.data() + offset, slot_bits), Gram{form, offset});
      }
    }
  };
  each_gram([this](std::uint32_t slot, const Gram& gram) {
    slots_[slot / 64] |= std::uint64_t{1} << slot % 64;
    if (gram.offset == 0) starts_[slot / 64] |= std::uint64_t{1} << slot % 64;
    ++first_gram_[slot + 1];
  });
  for (std::size_t slot = 0; slot < slot_count; ++slot) first_gram_[slot + 1] += first_gram_[slot];
  grams_.resize(first_gram_.back());
  std::vector<std::uint32_t> next(first_gram_.begin(), first_gram_.end() - 1);
  each_gram([this, &next](std::uint32_t slot, const Gram& gram) { grams_[next[slot]++] = gram; });
}

void KnownValues::find(std::string_view text, std::vector<Hit>& hits) {
  hits.clear();
  if (empty()) return;
  if (changed_) make_index();
  for (std::size_t i = 0; i + gram_size <= text.size(); i += step_) {
    const std::uint32_t slot = slot_of(text.data() + i, slot_bits);
    if (!has(slots_, slot)) continue;
    for (std::uint32_t g = first_gram_[slot]; g < first_gram_[slot + 1]; ++g) {
      const Gram& gram = grams_[g];
      const Form& form = forms_[gram.form];
      if (i < gram.offset) continue;
      const std::size_t begin = i - gram.offset;
      if (!text.substr(begin).starts_with(form.text)) continue;
      const Entry& entry = entries_[form.entry];
      Hit hit;
      hit.match = {begin, begin + form.text.size(), entry.kind};
      if (form.before && begin > 0 && in(text[begin - 1], sets::any_base64)) --hit.match.begin;
      if (form.after && hit.match.end < text.size() && in(text[hit.match.end], sets::any_base64)) {
        ++hit.match.end;
      }
      hit.value = entry.value;
      hit.body = entry.prefix_body;
      hit.continues = entry.value.size() > limits::max_known_value;
      hits.push_back(hit);
    }
  }
}

std::size_t KnownValues::cut_off(std::string_view text, std::size_t from) {
  if (empty()) return text.size();
  if (changed_) make_index();
  // One more than a form is long, for the character of base64 that may follow it.
  for (std::size_t i = std::max(from, text.size() - std::min(text.size(), longest_ + 1));
       i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.size() >= gram_size && !has(starts_, slot_of(rest.data(), slot_bits))) continue;
    for (const Form& form : forms_) {
      if (std::string_view(form.text).starts_with(rest) ||
          (form.after && rest.size() == form.text.size() && rest == form.text)) {
        return i > 0 && form.before ? i - 1 : i;
      }
    }
  }
  return text.size();
}

}  // namespace tine::redact
