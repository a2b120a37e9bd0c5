#include "session/title.h"

#include <string>
#include <vector>

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

TEST_CASE("title: a fork has its parent's and the next number") {
  using session::fork_title;
  using Titles = std::vector<std::string>;
  CHECK(fork_title("Fix it", {}) == "Fix it (fork 1)");
  CHECK(fork_title("Fix it", Titles{"Fix it (fork 1)"}) == "Fix it (fork 2)");
  CHECK(fork_title("Fix it", Titles{"Fix it (fork 7): with a queue", "Fix it (fork 2)", "own"}) ==
        "Fix it (fork 8)");
  // What a fork was asked stays with it.
  CHECK(fork_title("Fix it (fork 2): with a queue", {}) == "Fix it (fork 2.1)");
  CHECK(fork_title("Fix it (fork 2)", Titles{"Fix it (fork 2.3)", "Fix it (fork 3.9)"}) ==
        "Fix it (fork 2.4)");
  CHECK(fork_title("What is (fork 2) about", {}) == "What is (fork 2) about (fork 1)");
  CHECK(fork_title("a (fork )", {}) == "a (fork ) (fork 1)");
  CHECK(fork_title("", Titles{"Fix it (fork 1)"}).empty());
  CHECK(fork_title("Fix it", Titles{"Fix it (fork 99999999999999999999)"}) == "Fix it (fork 1)");

  const std::string wide = fork_title(std::string(80, 'x'), {});
  CHECK(wide.size() <= session::limits::title);
  CHECK(wide.ends_with("… (fork 1)"));
  std::string deep = "a";
  for (int i = 0; i < 100; ++i) {
    deep = fork_title(deep, {});
    CHECK(deep.size() <= session::limits::title);
  }
  CHECK(deep.starts_with("a (fork 1"));
}

TEST_CASE("title: a fork's own first prompt comes behind its number, once") {
  using session::with_own_prompt;
  CHECK(with_own_prompt("Fix it (fork 2)", "with a queue") == "Fix it (fork 2): with a queue");
  CHECK(with_own_prompt("Fix it (fork 2): with a queue", "more").empty());
  CHECK(with_own_prompt("Fix it", "more").empty());
  CHECK(with_own_prompt("Fix it (fork 2)", "").empty());
  const std::string both =
      with_own_prompt(std::string(70, 'x') + " (fork 2)", std::string(80, 'y'));
  CHECK(both.size() <= session::limits::title);
  CHECK(both.find("… (fork 2): ") != std::string::npos);
  CHECK(both.ends_with("yyyy…"));
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
