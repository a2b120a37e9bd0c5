#include "executor/loading.h"

#include "tests/catch.h"

using namespace tine;
using namespace tine::executor;

namespace {

Result<Loading> read(std::string_view text) { return read_loading(json::View(text), "context"); }

std::string fault(std::string_view text) {
  const auto loading = read(text);
  return loading ? "none" : loading.error().message;
}

}  // namespace

TEST_CASE("what a session loads is read and written in one form") {
  CHECK(read("{}")->is_usual());
  CHECK(write_loading(*read("{}")).empty());
  CHECK(kept_loading("").is_usual());
  for (const std::string_view usual : {R"({"skills":true})", R"({"noLoad":[]})",
                                       R"({"settingSources":["local","user","project"]})"})
    CHECK(read(usual)->is_usual());
  const auto all = read(
      R"({"noLoad":["CLAUDE.md","/a/b.md","*","CLAUDE.md"],"skills":false,"settingSources":["local","user"]})");
  CHECK(
      write_loading(*all) ==
      R"({"settingSources":["user","local"],"skills":false,"noLoad":["CLAUDE.md","/a/b.md","*"]})");
  CHECK(kept_loading(write_loading(*all)) == *all);
  CHECK(write_loading(*read(R"({"settingSources":[]})")) == R"({"settingSources":[]})");
}

TEST_CASE("what cannot be loaded so is refused, with its place") {
  CHECK(fault("[]") == "expected object at context");
  CHECK(fault(R"({"skils":false})") == "expected settingSources, skills or noLoad at context");
  CHECK(fault(R"({"skills":0})") == "expected true or false at context.skills");
  CHECK(fault(R"({"settingSources":"user"})") == "expected array at context.settingSources");
  CHECK(fault(R"({"settingSources":["users"]})") ==
        "expected user, project or local at context.settingSources");
  for (const std::string_view name :
       {"\"\"", "\"docs/x.md\"", "\"*.md\"", "\"..\"", "\"/a/../b\"", "\"/a/\"", "\"/a/*\"",
        "\"/a//b\"", "1", R"("a\nb")", R"("/a\u0000")"}) {
    CHECK(fault(R"({"noLoad":[)" + std::string(name) + "]}") ==
          "expected the name of a file, an absolute path or \"*\" at context.noLoad");
  }
  std::string many = "\"0\"";
  for (int i = 1; i < 101; ++i) many += ",\"" + std::to_string(i) + "\"";
  CHECK(fault(R"({"noLoad":[)" + many + "]}") == "more than 100 documents at context.noLoad");
  std::string same = "\"a\"";
  for (int i = 1; i < 101; ++i) same += ",\"a\"";
  CHECK(fault(R"({"noLoad":[)" + same + "]}") == "more than 100 documents at context.noLoad");
  CHECK(fault(R"({"settingSources":["user","user","user","user"]})") ==
        "more than 3 sources at context.settingSources");
  CHECK(fault(R"({"noLoad":[")" + std::string(4097, 'a') + "\"]}") != "none");
  CHECK(fault(R"({"noLoad":[")" + std::string(4096, 'a') + "\"]}") == "none");
}

TEST_CASE("a document is left out by its name anywhere, or by its path") {
  const auto loading = read(R"({"noLoad":["A.md","/b/B.md"]})");
  CHECK(loading->leaves_out("/x/A.md"));
  CHECK(loading->leaves_out("/b/B.md"));
  CHECK_FALSE(loading->leaves_out("/x/B.md"));
  CHECK_FALSE(loading->leaves_out("/x/AA.md"));
  CHECK_FALSE(loading->leaves_out_project());
  CHECK(read(R"({"noLoad":["*"]})")->leaves_out_project());
  CHECK(loading->has_source("project"));
  CHECK_FALSE(read(R"({"settingSources":["user"]})")->has_source("project"));
}

TEST_CASE("a kept text that cannot be read loads the least") {
  for (const std::string_view text : {R"({"tools":false})", "[]", "{", "x"}) {
    const Loading loading = kept_loading(text);
    CHECK_FALSE(loading.has_source("user"));
    CHECK_FALSE(loading.skills);
    CHECK(loading.leaves_out_project());
  }
}

TEST_CASE("sentences name the settings that are loaded, and say when skills are not") {
  CHECK(sentences_of(Loading()).empty());
  CHECK(sentences_of(*read(R"({"settingSources":[],"skills":false})")) ==
        std::vector<std::string>{"No settings are loaded.", "No skills are loaded."});
  CHECK(sentences_of(*read(R"({"settingSources":["user","local"]})")) ==
        std::vector<std::string>{"Of settings only those of user and local are loaded."});
}
