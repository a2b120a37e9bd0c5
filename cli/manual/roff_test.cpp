#include "cli/manual/roff.h"

#include "cli/manual/markdown.h"
#include "tests/catch.h"

using namespace tine::cli::manual;

namespace {

/// What is made of a page of Markdown, without the lines that each page begins with.
std::string made_of(const std::string& markdown) {
  Roff roff({.name = "x", .section = '5', .date = "2026-01-31", .source = "s", .manual = "m"});
  roff.blocks(read_markdown(markdown));
  const std::string text = roff.text();
  return text.substr(text.find(".ad l\n") + 6);
}

}  // namespace

TEST_CASE("manual: characters that mean something to roff mean nothing") {
  CHECK(escaped(R"(a\b -x 'q' `t` ^~)") == R"(a\eb \-x \(aqq\(aq \(gat\(ga \(ha\(ti)");
  CHECK(escaped("… é 😀\xff") == R"(\[u2026] \[u00E9] \[u1F600]?)");
  CHECK(made_of(".so /etc/passwd\n") == "\\&.so /etc/passwd\n");
  CHECK(made_of("'de x\n") == "\\(aqde x\n");
  CHECK(made_of("    .so x\n\n    y\n").find("\n\\&.so x\n\\&\ny\n.fi") != std::string::npos);
}

TEST_CASE("manual: emphasis, code and links of Markdown") {
  CHECK(from_markdown("`--a B` and **all of `x`**") == R"(\fB\-\-a B\fR and \fBall of \fBx\fB\fR)");
  CHECK(from_markdown("see [config.md](config.md#keys) and [how](forks.md)") ==
        "see tine.toml(5) and how");
  CHECK(from_markdown("[errors.md](errors.md)") == "docs/errors.md");
  CHECK(from_markdown("a `b and [c") == R"(a \(gab and [c)");
}

TEST_CASE("manual: headings, lists, code and tables") {
  CHECK(
      made_of("## Some words\n\ntext\ngoes on. Then more.\n\n- one\n  and\n- two\n\n1. first\n") ==
      ".SH SOME WORDS\ntext goes on.\nThen more.\n.IP \\(bu 3\none and\n.IP \\(bu 3\ntwo\n"
      ".IP 1. 4\nfirst\n");
  CHECK(made_of("### The `x`\n\n```toml\na = 1\n\nb = 2\n```\n") ==
        ".SS The \\fBx\\fR\n.RS 4\n.nf\na = 1\n\\&\nb = 2\n.fi\n.RE\n");
  CHECK(made_of("| a | |\n|---|---|\n| `k` | is \\| it |\n") == ".TP\n\\fBk\\fR\nis | it\n");
  CHECK(made_of("| key | type | what it does |\n|---|---|---|\n| `k` | text | Works. |\n") ==
        ".TP\n\\fBk\\fR\nWorks.\n.br\n(type: text)\n");
  CHECK(made_of("| | one | two |\n|---|---|---|\n| x | | b |\n") == ".TP\nx\ntwo: b\n");
}

TEST_CASE("manual: what stands below a heading") {
  const Blocks page =
      read_markdown("# A\n\none\n\n## B\n\ntwo\n\n### C\n\nthree\n\n## D\n\nfour\n");
  CHECK(directly_below(page, "A").size() == 1);
  CHECK(directly_below(page, "B").front().text == "two");
  CHECK(directly_below(page, "Z").empty());
}
