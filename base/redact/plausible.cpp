#include "base/redact/plausible.h"

#include <algorithm>
#include <cstddef>

#include "base/redact/chance.h"
#include "base/redact/charset.h"
#include "base/redact/likelihood.h"
#include "base/redact/limits.h"

namespace tine::redact {
namespace {

constexpr std::string_view placeholders[] = {
    "example",  "changeme", "change_me",  "change-me", "changeit", "placeholder", "dummy",
    "sample",   "your_",    "your-",      "yourpass",  "yourkey",  "yourtoken",   "yoursecret",
    "redacted", "xxxxxx",   "insert_",    "insert-",   "replace_", "replace-",    "replaceme",
    "foobar",   "****",     "....",       "_here",     "-here",    "1234567890",  "undefined",
    "not-a-",   "deadbeef", "notasecret",
};

/// Values of secret-named variables that are settings, not secrets.
constexpr std::string_view settings[] = {
    "production",  "development",   "staging",    "localhost", "disabled",   "enabled",
    "undefined",   "password",      "changeme",   "postgres",  "postgresql", "username",
    "anonymous",   "administrator", "required",   "optional",  "automatic",  "keychain",
    "environment", "default1",      "internal",   "external",  "database",   "developer",
    "wordpress",   "rabbitmq",      "minioadmin", "superuser",
};

/// Examples of RFC 6749, 6750 and 7617, which half of all manuals repeat.
constexpr std::string_view published[] = {
    "2YotnFZFEjr1zCsicMWpAA",       "tGzv3JOkF0XG5Qx2TlKWIA",       "mF_9.B5f-4.1JqM",
    "czZCaGRSa3F0MzpnWDFmQmF0M2JW", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
};

/// Finds an ASCII literal (in lower case) whatever the case of `text`.
bool contains(std::string_view text, std::string_view literal) {
  const auto same = [](char a, char b) { return lower(static_cast<unsigned char>(a)) == b; };
  return std::search(text.begin(), text.end(), literal.begin(), literal.end(), same) != text.end();
}

/// The length of the longest placeholder in `value`.
std::size_t placeholder_length(std::string_view value) {
  std::size_t longest = 0;
  for (const std::string_view word : placeholders) {
    if (word.size() > longest && contains(value, word)) longest = word.size();
  }
  return longest;
}

bool has_placeholder(std::string_view value) {
  return is_published_example(value) || placeholder_length(value) > 0;
}

/// What is asked for more of a value whose writing says that it is none.
constexpr unsigned against_its_looks = 60;

/// keys/service-2.json
bool has_file_ending(std::string_view value) {
  const std::size_t dot = value.rfind('.');
  if (dot == std::string_view::npos || value.substr(0, dot).find('/') == std::string_view::npos) {
    return false;
  }
  const std::string_view ending = value.substr(dot + 1);
  return ending.size() >= 2 && ending.size() <= 5 && all_of(ending, sets::lower);
}

bool is_path_or_url(std::string_view value, const Census& count) {
  constexpr std::string_view roots[] = {
      "/home/", "/tmp/", "/usr/", "/var/", "/etc/",  "/opt/", "/root/", "/dev/", "/run/", "/mnt/",
      "/srv/",  "/app/", "/data", "/bin/", "/proc/", "/lib/", "/Users", "./",    "../",   "~/",
  };
  if (value.find("://") != std::string_view::npos) return true;
  if (std::any_of(std::begin(roots), std::end(roots),
                  [value](std::string_view root) { return value.starts_with(root); })) {
    return true;
  }
  if (value.starts_with('/')) {
    return (value.find('/', 1) != std::string_view::npos || is_wordlike(value)) &&
           !is_random(value, count, against_its_looks);
  }
  if (std::count(value.begin(), value.end(), '\\') > 1 || has_file_ending(value)) return true;
  return value.size() > 2 && in(value[0], sets::letter) && value[1] == ':' &&
         (value[2] == '\\' || value[2] == '/');
}

/// Something that is filled in later, in brackets: ${X}, $(x), {{key}}, <%= x %>, %(x)s.
bool is_template(std::string_view value) {
  constexpr std::string_view openings[] = {"${", "$(", "{{", "#{", "<%", "%("};
  for (const std::string_view opening : openings) {
    const std::size_t at = value.find(opening);
    if (at != std::string_view::npos && value.find_first_of("})>", at) != std::string_view::npos) {
      return true;
    }
  }
  return value.starts_with('<') && value.ends_with('>');
}

/// What often is a template, and may as well be the beginning of a password: $X, %KEY%, [key], %s.
bool may_be_template(std::string_view value) {
  const char first = value.front();
  const char last = value.back();
  return first == '<' || first == '$' || (first == '%' && last == '%') ||
         (first == '[' && last == ']') || (first == '{' && last == '}') ||
         value.find("${") != std::string_view::npos || value.find("$(") != std::string_view::npos ||
         value.find("{{") != std::string_view::npos || value.find("#{") != std::string_view::npos ||
         value.find("<%") != std::string_view::npos || value.find("%s") != std::string_view::npos ||
         value.starts_with("%(");
}

/// Beginnings of what everyone may know: digests that name their algorithm, public keys, names of
/// resources.
constexpr std::string_view public_beginnings[] = {
    "sha1-",
    "sha256-",
    "sha384-",
    "sha512-",
    "sha1:",
    "sha256:",
    "sha512:",
    "md5:",
    "sha256//",
    "AAAAB3NzaC1yc2E",
    "AAAAC3NzaC1lZDI1NTE5",
    "AAAAE2VjZHNhLXNoYTI",
    "MCowBQYDK2Vw",
    "MFkwEwYHKoZIzj0",
    "MIGfMA0GCSqGSIb3DQEBAQUAA4",
    "MIIBIjANBgkqhkiG9w0BAQEFAAO",
    "MIICIjANBgkqhkiG9w0BAQEFAAO",
    "arn:",
    "urn:",
};

bool is_public(std::string_view value) {
  return std::any_of(std::begin(public_beginnings), std::end(public_beginnings),
                     [value](std::string_view begin) { return value.starts_with(begin); });
}

/// module.Class2.member, SOME_64BIT_CONSTANT, snake_case_2: what programs call things.
bool is_identifier(std::string_view value) {
  bool dots = false;
  bool underscores = false;
  bool begins = true;
  for (const char c : value) {
    if (begins && !in(c, sets::letter | sets::underscore)) return false;
    if (!in(c, sets::name | sets::dot)) return false;
    begins = c == '.';
    dots = dots || begins;
    underscores = underscores || c == '_';
  }
  if (dots) return value.size() <= 64;
  const Words count = count_words(value);
  if (underscores && count.words >= count.others) return true;
  return underscores &&
         std::none_of(value.begin(), value.end(), [](char c) { return in(c, sets::lower); });
}

/// OAuth2AccessToken, or with more than a name in it, Passwd1+x and &oauth2.Token{: what programs
/// call a secret. Where no such word is the name is empty. A password may be the word alone.
std::string_view name_of_secret(std::string_view value, NameStrength strength) {
  constexpr std::string_view words[] = {"token",      "secret",     "passw",
                                        "credential", "privatekey", "authorization"};
  if (value.starts_with('&')) value.remove_prefix(1);
  std::size_t end = 0;
  while (end < value.size() && in(value[end], sets::name | sets::dot)) ++end;
  const bool alone = end == value.size();
  if (alone ? strength == NameStrength::password
            : std::string_view("({+").find(value[end]) == std::string_view::npos) {
    return {};
  }
  const std::string_view name = value.substr(0, end);
  const bool has_word = std::any_of(std::begin(words), std::end(words),
                                    [name](std::string_view word) { return contains(name, word); });
  return has_word ? name : std::string_view();
}

/// A way into a structure, or a class of characters: Jobs[-1].JobId, [A-Z0-9], [[:alnum:]].
bool is_query(std::string_view value) {
  for (const std::string_view range : {"A-Z", "a-z", "0-9"}) {
    const std::size_t at = value.find(range);
    if (at != std::string_view::npos && value.find(']', at) != std::string_view::npos) return true;
  }
  const std::size_t named = value.find("[:");
  if (named != std::string_view::npos && value.find(":]", named) != std::string_view::npos) {
    return true;
  }
  const std::size_t bracket = value.find('[');
  return bracket != std::string_view::npos && is_wordlike(value.substr(0, bracket)) &&
         value.find("].", bracket) != std::string_view::npos;
}

/// A word like `_here` also comes about by chance in a long value, whatever the case of its
/// letters; one like `example` does not.
bool is_placeholder(std::string_view value, const Census& count) {
  constexpr std::size_t long_word = 7;
  if (is_published_example(value)) return true;
  const std::size_t length = placeholder_length(value);
  if (length == 0 || length >= long_word) return length > 0;
  const bool by_chance = value.size() >= 32 && count.lower > 0 && count.upper > 0 &&
                         count.digits > 0 && surprise(value) >= least_surprise(value.size(), true);
  return !by_chance;
}

/// What is asked for more of a value that may be a name in a program.
unsigned name_margin(std::size_t size) {
  if (size >= 32) return 0;
  return size >= 20 && size < 24 ? 5 : 15;
}

bool is_code(std::string_view value, const Census& count, NameStrength strength, Writing writing) {
  if (value.find("->") != std::string_view::npos || value.find("::") != std::string_view::npos) {
    return true;
  }
  if (writing == Writing::code && value.find_first_of("()[]{}<>|;\\*") != std::string_view::npos) {
    return true;
  }
  if (value.find_first_of("()[]{}<>") != std::string_view::npos &&
      (count.digits == 0 || !is_random(value, count, against_its_looks))) {
    return true;
  }
  if (const std::string_view name = name_of_secret(value, strength); !name.empty()) {
    return !is_random(name, census(name), against_its_looks);
  }
  return is_identifier(value) && !is_random(value, count, name_margin(value.size()));
}

/// The end of a marker, after its last colon. Before that stands a placeholder.
bool ends_marker(std::string_view value) {
  const std::size_t digits = value.find_first_not_of("0123456789");
  return digits != std::string_view::npos && value.substr(digits).starts_with("\xc2\xbb");
}

bool is_mail_address(std::string_view value) {
  const std::size_t at = value.find('@');
  return at != std::string_view::npos && value.find('.', at) != std::string_view::npos &&
         is_wordlike(value);
}

/// Templates are as short as what they stand for is called.
unsigned template_margin(std::size_t size) { return size < 32 ? against_its_looks : 0; }

/// What no name makes a secret of.
bool is_never_secret(std::string_view value, const Census& count) {
  return ends_marker(value) || is_template(value) ||
         (may_be_template(value) && !is_random(value, count, template_margin(value.size()))) ||
         is_path_or_url(value, count) || is_public(value) || is_query(value);
}

}  // namespace

bool is_published_example(std::string_view value) {
  return std::find(std::begin(published), std::end(published), value) != std::end(published);
}

bool is_made_up(std::string_view body) {
  body = body.substr(0, limits::max_judged);
  const Census count = census(body);
  if (count.distinct < 6 && body.size() >= 12) return true;
  if (contains(body, "xxxxxx") || contains(body, "example") || contains(body, "......")) {
    return true;
  }
  if (count.digits > 0) return false;
  return count.lower == 0 || count.upper == 0 ? is_wordlike(body)
                                              : count.upper * 5 < count.letters();
}

namespace {

/// What a machine makes is long, or has much chance in each character; a person's `abc123abc` has
/// neither, but in a file of settings it may be all there is.
unsigned least_entropy(const Census& count, Writing writing) {
  if (writing == Writing::literal && count.upper > 0) return 270;
  return count.upper == 0 || count.lower == 0 ? 350 : 300;
}

/// Whether there is more chance in the value than in words and names.
bool has_chance(std::string_view value, const Census& count, NameStrength strength,
                Writing writing) {
  switch (strength) {
    case NameStrength::none:
      return false;
    case NameStrength::password:
      if (count.digits > 0 && count.symbols > 0 && writing != Writing::code) {
        return !is_mail_address(value);
      }
      if ((count.digits > 0 || value.size() >= 12) && is_random(value, count)) return true;
      return (count.digits > 0 || count.symbols > 0 || value.size() >= 16) && !is_wordlike(value);
    case NameStrength::strong:
      if (value.size() >= 12) return is_random(value, count);
      return count.digits > 0 && !is_wordlike(value) &&
             entropy(value) >= least_entropy(count, writing);
    case NameStrength::weak:
      return value.size() >= 20 && count.digits >= 2 && count.letters() >= 2 && !is_uuid(value) &&
             !all_of(value, sets::any_hex) && !is_wordlike(value) && !is_identifier(value) &&
             entropy(value) >= 380;
  }
  return false;
}

}  // namespace

bool is_plausible_secret(std::string_view value, NameStrength strength, Writing writing) {
  if (value.size() < limits::min_secret_value) return false;
  value = value.substr(0, limits::max_judged);
  const Census count = census(value);
  if (count.letters() == 0 || count.distinct < 5) return false;
  // What turns away most comes first.
  if (!has_chance(value, count, strength, writing) || is_never_secret(value, count)) return false;
  if (writing != Writing::literal && is_code(value, count, strength, writing)) return false;
  return !is_placeholder(value, count);
}

bool is_plausible_url_password(std::string_view password, std::string_view user) {
  constexpr std::string_view samples[] = {
      "pass",     "password", "passwd",   "pwd",         "pw",    "secret", "token",
      "key",      "user",     "username", "test",        "guest", "admin",  "root",
      "foo",      "bar",      "baz",      "port",        "pass1", "mypass", "mypassword",
      "passw0rd", "xyzzy",    "hunter2",  "credentials",
  };
  if (password.size() < 4 || password == user || is_template(password) ||
      may_be_template(password) || has_placeholder(password) || ends_marker(password)) {
    return false;
  }
  if (password.size() <= 5 && all_of(password, sets::digit)) return false;
  // //[user][:password]@
  if (contains(password, "anoncvs") || password.starts_with(']') || user.ends_with('[')) {
    return false;
  }
  if (census(password).distinct < 2) return false;
  const auto same = [password](std::string_view sample) {
    return sample.size() == password.size() && contains(password, sample);
  };
  return std::none_of(std::begin(samples), std::end(samples), same);
}

bool is_worth_knowing(std::string_view value) {
  if (value.size() < limits::min_secret_value || is_template(value) || may_be_template(value) ||
      is_path_or_url(value, census(value))) {
    return false;
  }
  if (all_of(value, sets::digit | sets::dot | sets::dash) || census(value).distinct < 3) {
    return false;
  }
  const auto same = [value](std::string_view word) {
    return word.size() == value.size() && contains(value, word);
  };
  return std::none_of(std::begin(settings), std::end(settings), same);
}

}  // namespace tine::redact
