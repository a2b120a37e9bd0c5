#include "session/fork/excerpt.h"

#include "tests/catch.h"

using namespace tine::session;

namespace {

Excerpt made(std::size_t room, std::string_view text, std::size_t piece) {
  ExcerptMaker maker(room);
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
    maker.append(text.substr(0, piece));
  return maker.take();
}

}  // namespace

TEST_CASE("an excerpt is the text, or its beginning and its end") {
  std::string text;
  for (int i = 100; i < 200; ++i) text += std::to_string(i);
  for (const std::size_t piece : {1, 2, 7, 40, 1000}) {
    INFO(piece);
    for (const std::size_t room : {299, 300, 301}) {
      const Excerpt excerpt = made(room, text, piece);
      CHECK(excerpt.bytes() + excerpt.left_out == 300);
      CHECK(excerpt.bytes() == std::min<std::size_t>(room, 300));
      CHECK(text.starts_with(excerpt.begin));
      CHECK(text.ends_with(excerpt.end));
      CHECK((excerpt.begin == text) == (room >= 300));
    }
    const Excerpt excerpt = made(30, text, piece);
    CHECK(excerpt.begin == "10010110210310410510");
    CHECK(excerpt.end == "6197198199");
  }
  CHECK(made(10, "", 1).empty());
}

TEST_CASE("an excerpt is cut between characters") {
  std::string text;
  while (text.size() < 300) text += "日é";
  for (std::size_t room = 6; room < 30; ++room) {
    for (const std::size_t piece : {1, 4, 1000}) {
      INFO(room << " " << piece);
      const Excerpt excerpt = made(room, text, piece);
      CHECK(excerpt.bytes() + excerpt.left_out == 300);
      CHECK(text.starts_with(excerpt.begin));
      CHECK(text.ends_with(excerpt.end));
      for (const std::string* each : {&excerpt.begin, &excerpt.end}) {
        std::string_view rest = *each;
        while (rest.starts_with("日") || rest.starts_with("é"))
          rest.remove_prefix(rest.starts_with("日") ? 3 : 2);
        CHECK(rest.empty());
      }
    }
  }
}
