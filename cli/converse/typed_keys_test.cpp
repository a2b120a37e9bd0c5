#include "cli/converse/typed_keys.h"

#include <algorithm>

#include "cli/converse/wide_text.h"
#include "cli/limits.h"
#include "tests/catch.h"

namespace tine::cli {
namespace {

using Texts = std::vector<std::string>;

/// Pasted texts in brackets; those of which nothing was kept as !.
Texts pieces_of(TypedKeys& keys) {
  Texts out;
  for (auto piece = keys.next(); piece; piece = keys.next()) {
    const std::string pasted = piece->is_too_long ? "!" : "<" + piece->text + ">";
    out.push_back(piece->is_pasted ? pasted : piece->text);
  }
  return out;
}

Texts typed(std::string_view bytes) {
  TypedKeys keys;
  keys.append(bytes);
  return pieces_of(keys);
}

constexpr std::string_view all =
    "aß日🙂\r\033[A\033[1;5C\033OP\033b\033[200~one\r\ntwo\tthree\033[31m\033[201~\x03z";

}  // namespace

TEST_CASE("typed keys: characters, escape sequences and pasted texts are whole") {
  CHECK(typed(all) == Texts{"a", "ß", "日", "🙂", "\r", "\033[A", "\033[1;5C", "\033OP", "\033b",
                            "<one\ntwo\tthree[31m>", "\x03", "z"});
}

TEST_CASE("typed keys: however the bytes are cut, the pieces are the same") {
  const Texts whole = typed(all);
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    TypedKeys keys;
    keys.append(all.substr(0, cut));
    Texts pieces = pieces_of(keys);
    keys.append(all.substr(cut));
    const Texts rest = pieces_of(keys);
    pieces.insert(pieces.end(), rest.begin(), rest.end());
    CHECK(pieces == whole);
  }
}

TEST_CASE("typed keys: what is no key is dropped") {
  CHECK(typed("a\xff\xc3(\xc2\x81z") == Texts{"a", "(", "z"});
  CHECK(typed(std::string_view("a\0b", 3)) == Texts{"a", "b"});
  CHECK(typed("\033[201~a") == Texts{"a"});
  CHECK(typed("\033\033[A") == Texts{"\033[A"});
  // A lone escape waits for what follows.
  CHECK(typed("\033").empty());
  CHECK(typed("\033[" + std::string(limits::key + 10, '1')).size() > 1);
}

TEST_CASE("typed keys: a paste over the limit is reported, and its end is found") {
  const std::string begin = "\033[200~";
  const std::string end = "\033[201~";
  for (const std::size_t more : {std::size_t{0}, std::size_t{1}, std::size_t{1'000'000}}) {
    TypedKeys keys;
    keys.append(begin);
    const std::size_t size = limits::text + more;
    for (std::size_t sent = 0; sent < size;) {
      const std::size_t part = std::min<std::size_t>(4'096, size - sent);
      keys.append(std::string(part, 'x'));
      sent += part;
    }
    CHECK_FALSE(keys.next());
    keys.append(end.substr(0, 3));
    keys.append(end.substr(3) + "k");
    const Texts pieces = pieces_of(keys);
    REQUIRE(pieces.size() == 2);
    CHECK(pieces.front().size() == (more == 0 ? size + 2 : 1));
    CHECK(pieces.back() == "k");
  }
}

TEST_CASE("typed keys: what is typed beyond the limit while nobody reads is dropped") {
  TypedKeys keys;
  keys.append(std::string(limits::typed_ahead - 1, 'a') + "bc");
  const Texts pieces = pieces_of(keys);
  CHECK(pieces.size() == limits::typed_ahead);
  CHECK(pieces.back() == "b");
}

TEST_CASE("wide text: there and back, without what is no character") {
  for (const std::string text : {"", "abc", "größe", "日本語", "🙂", "\u07ff\u0800\uffff"}) {
    CHECK(narrow(wide(text)) == text);
  }
  CHECK(narrow(wide("a\xc0\x80"
                    "b\xed\xa0\x80"
                    "c\xf4\x90\x80\x80"
                    "d\xe2\x82")) == "abcd");
  CHECK(narrow(std::wstring{L'a', 0xD800, 0x110000, L'b'}) == "ab");
}

}  // namespace tine::cli
