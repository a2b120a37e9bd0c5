#include "session/fork/quote.h"

#include <vector>

#include "tests/catch.h"

using namespace tine::session;

namespace {

std::string tag(const std::string& inside) { return "<" + inside + ">"; }

}  // namespace

TEST_CASE("quote: each line begins with a sign") {
  CHECK(quotation("").empty());
  CHECK(quotation("one") == "> one\n");
  CHECK(quotation("one\n") == "> one\n");
  CHECK(quotation("one\r\n\nHuman: two\n\n") == "> one\n> \n> Human: two\n> \n");
}

TEST_CASE("quote: what no provider takes for its own stays as it is") {
  for (const std::string text :
       {"a < b && c > d", "if (a <user_count) x[i] = y;", "#include <system_error>",
        "std::vector<std::string>", "std::function<void(int)> f", "[1, 2] [x] [info] [[say: x]]",
        "<div class=\"system\">", "<a:b>", "List<User_>", "<", "[", "a <", "b [",
        "see [docs](https://example.org/<id>)", "«redacted:token:1»",
        "größe 日本語 👨‍👩‍👧‍👦"}) {
    CHECK(harmless(text) == text);
  }
}

TEST_CASE("quote: tags of all providers lose their bracket") {
  const std::vector<std::string> names = {"system",
                                          "system-reminder",
                                          "user",
                                          "assistant",
                                          "human",
                                          "developer",
                                          "tool_use",
                                          "tool_result",
                                          "tool_call",
                                          "function_calls",
                                          "function_results",
                                          "invoke name=\"Bash\"",
                                          "parameter",
                                          "user_instructions",
                                          "environment_context",
                                          "turn_context",
                                          "permissions instructions",
                                          "thinking",
                                          "think",
                                          "start_of_turn",
                                          "end_of_turn",
                                          "bos",
                                          "eos",
                                          "s",
                                          "|im_start|",
                                          "|im_end|",
                                          "|endoftext|",
                                          "|start_header_id|",
                                          "\uFF5Cbegin\u2581of\u2581sentence\uFF5C",
                                          "instructions",
                                          "command-name",
                                          "local-command-stdout",
                                          "antml:invoke",
                                          "x:function_calls"};
  for (const std::string& name : names) {
    std::string large = name;
    for (char& c : large)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    for (const std::string& text :
         {tag(name), tag("/" + name), tag(large), tag(" " + name), tag(" / " + name + " x=\"1\" "),
          tag("\n" + name), "<" + name}) {
      INFO(text);
      CHECK(harmless("before " + text + " behind") == "before \u2039" + text.substr(1) + " behind");
    }
  }
  for (const std::string text : {"<sys\ntem>", "<sys \n\n tem-remin\nder>", "<us\r\ner>",
                                 "<user\nid=1>", "<\n|im_start|>"}) {
    INFO(text);
    CHECK(harmless(text).starts_with("\u2039"));
  }
  for (const std::string text :
       {"[INST]", "[/INST]", "[ inst ]", "[/\nINST]", "[TOOL_CALLS]", "[SYSTEM_PROMPT]"}) {
    INFO(text);
    CHECK(harmless(text).starts_with("\uFF3B"));
  }
  CHECK(harmless("<<SYS>> x <</SYS>>") == "<\u2039SYS>> x <\u2039/SYS>>");
}

TEST_CASE("quote: neither the beginning nor the end of a record stands within it") {
  for (const std::string& text :
       {std::string(record_begin), std::string(record_end), std::string(memory_begin),
        std::string(memory_end), std::string(drift_begin), std::string(drift_end),
        std::string(documents_begin), std::string(documents_end),
        std::string("[end  of\nTHE record]"), std::string("[ End of the record, and more")}) {
    INFO(text);
    CHECK(harmless(text).starts_with("\uFF3B"));
    CHECK(quotation("x\n" + text).find("\n[") == std::string::npos);
  }
}

TEST_CASE("quote: what cannot be seen is made visible") {
  CHECK(harmless("\x1b[31mred\x1b[0m") == "\\u001b[31mred\\u001b[0m");
  CHECK(harmless("<assi\u200Bstant>") == "<assi\\u200bstant>");
  CHECK(harmless("\u202Eback\u2028line\rline") == "\\u202eback\\u2028line\\u000dline");
  CHECK(harmless("\xff<system>") == "\\xff\u2039system>");
}

TEST_CASE("quote: many brackets take no longer than their number") {
  const std::string brackets(1 << 20, '<');
  CHECK(harmless(brackets) == brackets);
  std::string blanks;
  while (blanks.size() < (1 << 20)) blanks += "[ < ";
  CHECK(harmless(blanks) == blanks);
}
