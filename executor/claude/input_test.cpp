#include "executor/claude/input.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor::claude;
using Tree = nlohmann::json;

TEST_CASE("a prompt is one line with its uuid") {
  const std::string line = user_line({v1::text_block("one\ntwo")}, "U");
  CHECK(line.find('\n') == std::string::npos);
  CHECK(
      Tree::parse(line) ==
      Tree{{"type", "user"},
           {"message", {{"role", "user"}, {"content", {{{"type", "text"}, {"text", "one\ntwo"}}}}}},
           {"uuid", "U"}});
}

TEST_CASE("images go as they came, links and resources in words, and nothing is left empty") {
  v1::ContentBlock image;
  image.type = v1::ContentType::image;
  image.mime_type = "image/png";
  image.raw = R"({"type":"image","mimeType":"image/png","data":"AA\/="})";
  v1::ContentBlock sound;
  sound.type = v1::ContentType::audio;
  const Tree line = Tree::parse(
      user_line({image, v1::link_block("file:///w/a", "a"), sound, v1::text_block("")}, "U"));
  const Tree source = {{"type", "base64"}, {"media_type", "image/png"}, {"data", "AA/="}};
  CHECK(line["message"]["content"] ==
        Tree::array({{{"type", "image"}, {"source", source}},
                     {{"type", "text"}, {"text", "[@a](file:///w/a)"}}}));
}
