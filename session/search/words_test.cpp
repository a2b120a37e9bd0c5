// What counts as a word, and where what is searched for stands.

#include "session/search/words.h"

#include <set>

#include "session/search/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session::search;

namespace {

std::set<std::string> terms_of(std::string_view text) {
  std::set<std::string> out;
  each_term(text, [&out](std::string_view term) { out.emplace(term); });
  return out;
}

using Terms = std::set<std::string>;

/// The text with what was found in it in brackets; empty: not all of it was found.
std::string found(std::string_view text, std::string_view typed) {
  const auto query = read_query(typed);
  REQUIRE(query);
  const Marks marks = marks_in(text, *query);
  if (!marks.all) return {};
  std::string out;
  std::size_t at = 0;
  for (const Mark& mark : marks.places) {
    out += std::string(text.substr(at, mark.begin - at)) + "[" +
           std::string(text.substr(mark.begin, mark.end - mark.begin)) + "]";
    at = mark.end;
  }
  return out + std::string(text.substr(at));
}

}  // namespace

TEST_CASE("search: a text is known by its words, identifiers by their parts too") {
  CHECK(terms_of("Fix the login, now!") == Terms{"fix", "the", "login", "now"});
  CHECK(terms_of("snake_case --dry-run src/main.cpp:12") ==
        Terms{"snake", "case", "dry", "run", "src", "main", "cpp", "12"});
  CHECK(terms_of("parseHttpRequest") == Terms{"parsehttprequest", "parse", "http", "request"});
  CHECK(terms_of("parseHTTPRequest XMLParser") ==
        Terms{"parsehttprequest", "parse", "http", "request", "xmlparser", "xml", "parser"});
  CHECK(terms_of("HTTP utf8 SHA256") == Terms{"http", "utf8", "sha256"});
  CHECK(terms_of("ÄRGER Straße ΣΊΣΥΦΟΣ Привет") == Terms{"ärger", "straße", "σίσυφοσ", "привет"});
  CHECK(terms_of("日本語 テスト") == Terms{"日", "本", "語", "テ", "ス", "ト"});
  CHECK(terms_of("…«quoted» — \xF0\x9F\x98\x80 ok") == Terms{"quoted", "ok"});
  CHECK(terms_of("bad \xFF\xC3 bytes \xE2\x82") == Terms{"bad", "bytes"});
  CHECK(terms_of("").empty());
}

TEST_CASE("search: a long word is known by its beginning, and has no parts") {
  const std::string at_limit(session::search::limits::term, 'a');
  CHECK(terms_of(at_limit) == Terms{at_limit});
  CHECK(terms_of(at_limit.substr(1)) == Terms{at_limit.substr(1)});
  CHECK(terms_of(at_limit + "b") == Terms{at_limit});
  CHECK(terms_of("Bc" + std::string(session::search::limits::term, 'a') + "Xy").size() == 1);
  // Not cut within a character.
  CHECK(terms_of(std::string(session::search::limits::term - 1, 'a') + "äa") ==
        Terms{std::string(session::search::limits::term - 1, 'a')});
}

TEST_CASE("search: words stand where they begin and end, whatever their case") {
  CHECK(found("Fix the Login form", "login") == "Fix the [Login] form");
  CHECK(found("the loginform", "login").empty());
  CHECK(found("relogin", "login").empty());
  CHECK(found("login_form and user_login", "login") == "[login]_form and user_[login]");
  CHECK(found("parseHttpRequest", "http") == "parse[Http]Request");
  CHECK(found("parseHttpRequest", "parsehttprequest") == "[parseHttpRequest]");
  CHECK(found("parseHTTPRequest", "HTTPRequest") == "parse[HTTPRequest]");
  CHECK(found("Ärger im STRASSE Привет", "ärger ПРИВЕТ") == "[Ärger] im STRASSE [Привет]");
  CHECK(found("東京都に行く", "京都") == "東[京都]に行く");
  CHECK(found("one two", "one three").empty());
  CHECK(found("one two one", "one") == "[one] two [one]");
}

TEST_CASE("search: a beginning, a phrase, and marks are taken literally") {
  CHECK(found("logins and logout", "log*") == "[log]ins and [log]out");
  CHECK(found("catalog", "log*").empty());
  CHECK(found("it is not\n  logged in, no", "\"not logged in\"") == "it is [not\n  logged in], no");
  CHECK(found("logged not in", "\"not logged in\"").empty());
  CHECK(found("it is not logged into", "\"not logged in\"").empty());
  CHECK(found("it is not logged into", "\"not logged in\"*") == "it is [not logged in]to");
  CHECK(found("with --dry-run it", "--dry-run") == "with [--dry-run] it");
  CHECK(found("a dry run", "--dry-run").empty());
  CHECK(found("see src/main.cpp:12", "src/main.cpp") == "see [src/main.cpp]:12");
  CHECK(found("a->b, a*b", "a->b a*b") == "[a->b], [a*b]");
  CHECK(found("x AND y OR NEAR(z)", "and or near(z) x") == "[x] [AND] y [OR] [NEAR(z)]");
  CHECK(found("col:value ^start {a b} -minus \"", "col:value ^start -minus") ==
        "[col:value] [^start] {a b} [-minus] \"");
  CHECK(found("say \"it is", "say \"it is") == "[say] \"[it is]");
  CHECK(found("it 'is' ; DROP TABLE list", "'is' ; table") == "it ['is'] [;] DROP [TABLE] list");
}

TEST_CASE("search: marks do not overlap, and there are not too many") {
  CHECK(found("login form", "login \"login form\"") == "[login form]");
  std::string many;
  for (std::size_t i = 0; i < session::search::limits::marks + 10; ++i) many += "a ";
  CHECK(marks_in(many, *read_query("a")).places.size() == session::search::limits::marks);
}

TEST_CASE("search: what cannot be searched for is said") {
  for (const char* typed : {"", "   ", "\"\"", "*", "-> !=", "\"…\""}) {
    const auto query = read_query(typed);
    REQUIRE_FALSE(query);
    CHECK(query.error().kind == ErrorKind::invalid_params);
    CHECK(query.error().message == "there is no letter or digit in it");
  }
  const std::string at_limit(session::search::limits::query, 'a');
  CHECK(read_query(at_limit));
  CHECK_FALSE(read_query(at_limit + "a"));
  std::string words;
  for (std::size_t i = 0; i < session::search::limits::query_words; ++i) words += "a ";
  CHECK(read_query(words));
  CHECK_FALSE(read_query(words + "a"));
}
