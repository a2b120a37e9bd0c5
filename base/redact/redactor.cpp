#include "base/redact/redactor.h"

#include <algorithm>
#include <charconv>

#include "base/redact/charset.h"
#include "base/redact/limits.h"
#include "base/redact/plausible.h"
#include "base/redact/secret_name.h"

namespace tine {
namespace {

constexpr std::string_view marker_begin = "«redacted:";
constexpr std::string_view marker_end = "»";

}  // namespace

/// Writes what comes out of a stream.
class RedactionStream::Append final : public redact::Sink {
 public:
  Append(RedactionStream& stream, std::string& out) : stream_(stream), out_(out) {}

  void clean(std::string_view text) override { out_ += text; }
  void secret(const redact::Finding& finding) override {
    stream_.has_found_ = true;
    stream_.redactor_->append_marker(finding, out_);
  }
  void more_of_secret(std::size_t) override {}

 private:
  RedactionStream& stream_;
  std::string& out_;
};

std::uint64_t Redactor::number_of(const redact::Digest& digest) {
  if (const auto found = numbers_.find(digest); found != numbers_.end()) return found->second;
  ++highest_;
  if (numbers_.size() < limits::max_numbered_values) numbers_.emplace(digest, highest_);
  return highest_;
}

void Redactor::append_marker(const redact::Finding& finding, std::string& out) {
  out += marker_begin;
  out += finding.kind;
  out += ':';
  out += std::to_string(number_of(finding.digest));
  out += marker_end;
}

std::optional<std::string> Redactor::redact(std::string_view text) {
  class Copy final : public redact::Sink {
   public:
    Copy(Redactor& redactor, std::string_view text) : redactor_(redactor), text_(text) {}

    void clean(std::string_view part) override {
      if (out) *out += part;
    }
    void secret(const redact::Finding& finding) override {
      if (!out) {
        out.emplace();
        out->reserve(text_.size());
        *out += text_.substr(0, finding.begin);
      }
      redactor_.append_marker(finding, *out);
    }
    void more_of_secret(std::size_t) override {}

    std::optional<std::string> out;

   private:
    Redactor& redactor_;
    std::string_view text_;
  };

  Copy copy(*this, text);
  redact::Sieve sieve(scanner_);
  sieve.feed(text, copy);
  sieve.finish(copy);
  return std::move(copy.out);
}

std::string Redactor::redacted(std::string_view text) {
  std::optional<std::string> changed = redact(text);
  return changed ? *std::move(changed) : std::string(text);
}

std::vector<SecretPlace> Redactor::find(std::string_view text) {
  class List final : public redact::Sink {
   public:
    void clean(std::string_view) override {}
    void secret(const redact::Finding& finding) override {
      places.push_back({std::string(finding.kind), finding.begin, finding.end - finding.begin});
    }
    void more_of_secret(std::size_t bytes) override { places.back().length += bytes; }

    std::vector<SecretPlace> places;
  };

  List list;
  redact::Sieve sieve(scanner_);
  sieve.feed(text, list);
  sieve.finish(list);
  return std::move(list.places);
}

KnownSecret Redactor::know(std::string_view value, std::string_view kind) {
  if (!redact::is_worth_knowing(value)) return {};
  const redact::KnownValues::Id id = scanner_.known().add(value, kind);
  if (id == redact::KnownValues::none) return {};
  return KnownSecret(scanner_.known(), id);
}

bool Redactor::add_literal(std::string_view literal) {
  return literal.size() >= limits::min_user_literal &&
         scanner_.known().add(literal, "configured") != redact::KnownValues::none;
}

bool Redactor::add_prefix(std::string_view prefix) {
  return prefix.size() >= limits::min_user_literal &&
         scanner_.known().add(prefix, "configured", limits::min_user_prefix_body) !=
             redact::KnownValues::none;
}

void Redactor::continue_from(std::uint64_t highest) { highest_ = std::max(highest_, highest); }

void RedactionStream::feed(std::string_view piece, std::string& out) {
  Append append(*this, out);
  sieve_.feed(piece, append);
}

void RedactionStream::finish(std::string& out) {
  Append append(*this, out);
  sieve_.finish(append);
}

bool is_secret_name(std::string_view name) {
  return redact::secret_name(name).strength != redact::NameStrength::none;
}

std::vector<std::string_view> secrets_in_url(std::string_view url) {
  std::vector<std::string_view> secrets;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return secrets;
  std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    const std::size_t colon = user.find(':');
    secrets.push_back(colon == std::string_view::npos ? user : user.substr(colon + 1));
  }
  const std::size_t query = rest.find('?');
  if (query == std::string_view::npos) return secrets;
  rest = rest.substr(query + 1);
  while (!rest.empty()) {
    const std::string_view parameter = rest.substr(0, rest.find_first_of("&;#"));
    const std::size_t equals = parameter.find('=');
    if (equals != std::string_view::npos && is_secret_name(parameter.substr(0, equals))) {
      secrets.push_back(parameter.substr(equals + 1));
    }
    rest.remove_prefix(std::min(rest.size(), parameter.size() + 1));
  }
  return secrets;
}

std::string_view secret_in_header(std::string_view value) {
  const std::size_t blank = value.find(' ');
  if (blank == std::string_view::npos) return value;
  const std::string_view scheme = value.substr(0, blank);
  const bool is_word = std::all_of(scheme.begin(), scheme.end(),
                                   [](char c) { return redact::in(c, redact::sets::letter); });
  if (!is_word) return value;
  value.remove_prefix(blank);
  value.remove_prefix(std::min(value.size(), value.find_first_not_of(' ')));
  return value;
}

std::uint64_t highest_marker(std::string_view text) {
  std::uint64_t highest = 0;
  for (std::size_t at = text.find(marker_begin); at != std::string_view::npos;
       at = text.find(marker_begin, at + 1)) {
    const std::size_t kind = at + marker_begin.size();
    const std::size_t end = text.find(marker_end, kind);
    if (end == std::string_view::npos) break;
    const std::size_t colon = text.substr(0, end).rfind(':');
    if (colon < kind) continue;
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data() + colon + 1, text.data() + end, number);
    if (read.ec == std::errc() && read.ptr == text.data() + end) {
      highest = std::max(highest, number);
    }
  }
  return highest;
}

}  // namespace tine
