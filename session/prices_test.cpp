#include "session/prices.h"

#include "base/toml/document.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view head = "version = 1\n";

std::string entry(const std::string& more) {
  return "[[price]]\nmodels = ['m']\ninput = 2\ncached_input = 0.5\noutput = 10\n" + more;
}

/// A user's file with that text, and how often it is read.
struct OwnFile {
  explicit OwnFile(Result<std::optional<std::string>> text)
      : prices("/home/me/prices.toml", [this, text](const std::string& path) {
          CHECK(path == "/home/me/prices.toml");
          ++reads;
          return text;
        }) {}
  int reads = 0;
  Prices prices;
};

std::string fault_of(const std::string& text) {
  const auto table = PriceTable::parse(text, "f");
  return table ? std::string() : table.error().message;
}

}  // namespace

TEST_CASE("prices: each that is built in is dated, has its source and makes sense") {
  const auto root = toml::parse(built_in_prices(), "prices.toml", ErrorKind::damaged);
  REQUIRE(root);
  const auto table = PriceTable::parse(built_in_prices(), "prices.toml");
  REQUIRE(table);
  const toml::Node* const list = root->find("price");
  REQUIRE(list != nullptr);
  REQUIRE(table->size() == list->children.size());
  for (const toml::Node& each : list->children) {
    const std::string model = each.find("models")->children.front().text;
    INFO(model);
    REQUIRE(each.find("date") != nullptr);
    CHECK(each.find("date")->type == toml::Node::Type::date);
    REQUIRE(each.find("source") != nullptr);
    CHECK(each.find("source")->text.starts_with("https://"));
    const toml::Node* const longest = each.find("longest_prompt");
    const auto prompt =
        longest == nullptr ? 1'000'000 : static_cast<std::uint64_t>(longest->integer);
    for (const toml::Node& name : each.find("models")->children) {
      if (name.text.ends_with('*')) continue;
      const Price* const found = table->find(name.text, prompt);
      REQUIRE(found != nullptr);
      // Not one that stands before it.
      const double output = each.find("output")->type == toml::Node::Type::integer
                                ? static_cast<double>(each.find("output")->integer)
                                : each.find("output")->number;
      CHECK(found->output == output);
      CHECK(found->cached_input < found->input);
      CHECK(found->input < found->output);
      CHECK(found->written_for(5min) >= found->input);
    }
  }
}

TEST_CASE("prices: the longest prompt that a price is of, and one token more") {
  const auto table =
      PriceTable::parse(std::string(head) + entry("longest_prompt = 100\n") +
                            "[[price]]\nmodels = ['m']\ninput = 4\ncached_input = 1\noutput = 15\n",
                        "f");
  REQUIRE(table);
  CHECK(table->find("m", 100)->input == 2);
  CHECK(table->find("m", 101)->input == 4);
}

TEST_CASE("prices: a model that no pattern fits has none") {
  const auto table = PriceTable::parse(
      std::string(head) +
          "[[price]]\nmodels = ['m-1', 'm-2-20*']\ninput = 2\ncached_input = 0.5\n"
          "output = 10\n",
      "f");
  REQUIRE(table);
  for (const std::string_view known : {"m-1", "m-2-20", "m-2-20261129"}) {
    INFO(known);
    CHECK(table->find(known, 1) != nullptr);
  }
  for (const std::string_view unknown : {"", "m", "m-10", "m-2", "m-2-2", "xm-1"}) {
    INFO(unknown);
    CHECK(table->find(unknown, 1) == nullptr);
  }
}

TEST_CASE("prices: what is written to the cache costs by how long it is kept") {
  const auto price = [](const std::string& more) {
    return *PriceTable::parse(std::string(head) + entry(more), "f")->find("m", 1);
  };
  const Price two = price("cache_write = { 1h = 4, 5m = 2.5 }\n");
  CHECK(two.written_for(5min) == 2.5);
  CHECK(two.written_for(5min + 1s) == 4);
  CHECK(two.written_for(1h) == 4);
  CHECK(two.written_for(1h + 1s) == std::nullopt);
  CHECK(price("cache_write = 3\n").written_for(12h) == 3);
  CHECK(price("").written_for(12h) == 2);
}

TEST_CASE("prices: a mistake in a file is named with its place") {
  CHECK(fault_of("version = ") != "");
  CHECK(fault_of("version = 2\n") == "f:1:11: expected version = 1");
  CHECK(fault_of("").find("expected version = 1") != std::string::npos);
  CHECK(fault_of(std::string(head) + "price = 3\n") ==
        "f:2:9: price: expected tables that begin with [[price]]");
  CHECK(fault_of(std::string(head) + "price = [3]\n") ==
        "f:2:10: price: expected tables that begin with [[price]]");
  const std::string place = "f:7:";
  for (const char* const wrong :
       {"longest_prompt = 0", "longest_prompt = '1'", "cache_write = -1",
        "cache_write = { 5x = 1 }", "cache_write = { m = 1 }", "cache_write = { 0m = 1 }",
        "cache_write = { 99999999h = 1 }", "cache_write = { 5m = 'a' }"}) {
    INFO(wrong);
    CHECK(fault_of(std::string(head) + entry(wrong)).starts_with(place));
  }
  for (const char* const wrong : {"input = -1", "input = 100001", "input = nan", "input = inf",
                                  "input = true", "input = '1'"}) {
    INFO(wrong);
    CHECK(fault_of(std::string(head) + "[[price]]\nmodels = ['m']\ncached_input = 1\noutput = 1\n" +
                   wrong)
              .starts_with("f:6:"));
  }
  CHECK(fault_of(std::string(head) + "[[price]]\nmodels = ['m']\ncached_input = 1\noutput = 1\n" +
                 "input = 100000") == "");
  for (const char* const missing : {"models", "input", "cached_input", "output"}) {
    std::string text = std::string(head) + entry("");
    const std::size_t begin = text.find(std::string("\n") + missing) + 1;
    text.erase(begin, text.find('\n', begin) - begin);
    CHECK(fault_of(text).ends_with(std::string("a price needs the key ") + missing));
  }
  for (const char* const models :
       {"models = []", "models = [1]", "models = ['']", "models = 'm'"}) {
    INFO(models);
    CHECK(fault_of(std::string(head) + "[[price]]\ninput = 1\ncached_input = 1\noutput = 1\n" +
                   models)
              .ends_with("models: expected a list of names"));
  }
}

TEST_CASE("prices: the user's file goes before the table, and is read once, when it is needed") {
  OwnFile own(std::string(head) +
              "[[price]]\nmodels = ['claude-opus-5-5', 'mine']\ninput = 1\ncached_input = 0.1\n"
              "output = 2\n");
  CHECK(own.reads == 0);
  CHECK(own.prices.find("", 1) == nullptr);
  CHECK(own.reads == 0);
  CHECK(own.prices.find("claude-opus-5-5", 1)->input == 1);
  CHECK(own.prices.find("mine", 1)->output == 2);
  CHECK(own.prices.find("claude-opus-5", 1)->input == 5);
  CHECK(own.prices.find("nobody", 1) == nullptr);
  CHECK(own.prices.has_own());
  CHECK_FALSE(own.prices.take_fault());
  CHECK(own.reads == 1);
}

TEST_CASE("prices: a user's file that is damaged is told of once, and the table holds") {
  for (const bool unreadable : {false, true}) {
    OwnFile own(unreadable ? Result<std::optional<std::string>>(
                                 fail(ErrorKind::config_invalid, "it is no regular file"))
                           : Result<std::optional<std::string>>("version = 1\nprice = 3\n"));
    CHECK(own.prices.find("claude-opus-5-5", 1)->input == 4);
    CHECK_FALSE(own.prices.has_own());
    const auto fault = own.prices.take_fault();
    REQUIRE(fault);
    CHECK(fault->message.ends_with("no price in the file is used"));
    CHECK_FALSE(own.prices.take_fault());
  }
  OwnFile none(std::optional<std::string>{});
  CHECK(none.prices.find("claude-opus-5-5", 1)->input == 4);
  CHECK_FALSE(none.prices.take_fault());
}
