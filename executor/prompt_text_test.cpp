#include "executor/prompt_text.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;

TEST_CASE("what is not plain text is told to a model in words, and never as bytes") {
  CHECK(prompt_text(v1::text_block("hi")) == "hi");
  CHECK(prompt_text(v1::link_block("file:///w/a.txt", "a.txt")) == "[@a.txt](file:///w/a.txt)");
  v1::ContentBlock resource;
  resource.type = v1::ContentType::resource;
  resource.uri = "file:///w/b.bin";
  resource.raw = R"({"type":"resource","resource":{"uri":"file:///w/b.bin","blob":"AA=="}})";
  CHECK(prompt_text(resource) == "[@file:///w/b.bin](file:///w/b.bin)");
  resource.text = "inside";
  CHECK(prompt_text(resource) == "<context ref=\"file:///w/b.bin\">\ninside\n</context>");
  v1::ContentBlock image;
  image.type = v1::ContentType::image;
  CHECK(prompt_text(image).empty());
}
