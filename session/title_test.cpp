#include "session/title.h"

#include "session/limits.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"
#include "tests/sanitized.h"

using namespace tine;
using session::title_from;

TEST_CASE("a title is the first line that says something") {
  Redactor redactor{Redactor::Key{1}};
  CHECK(title_from("\n \t\n  look\tat   this\nand that", redactor) == "look at this");
  CHECK(title_from("", redactor).empty());
  const std::string title = title_from(std::string(400, 'x'), redactor);
  CHECK(title.size() == session::limits::title);
}

TEST_CASE("a title has no part of a secret, wherever the text that is read for it ends") {
  constexpr std::size_t step = test::is_sanitized ? 7 : 1;
  for (const test::SecretSample& sample : test::secret_samples()) {
    if (sample.secret.size() > 100) continue;
    // Blank lines, so that what stands at the edge is the title.
    for (std::size_t kept = 8; kept <= sample.secret.size(); kept += step) {
      const std::size_t blank = session::limits::title_source - kept - sample.before.size();
      Redactor redactor{Redactor::Key{1}};
      const std::string title =
          title_from(std::string(blank, '\n') + sample.text() + " and more", redactor);
      INFO(sample.kind << ' ' << kept << ' ' << title);
      CHECK(title.find(sample.secret.substr(0, 8)) == std::string::npos);
    }
  }
}
