#include "base/error.h"

#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tests/catch.h"

namespace tine {

TEST_CASE("error: names, codes and retryability are what clients rely on") {
  struct Promise {
    std::string_view name;
    int code;
    bool retryable;
  };
  constexpr std::array promises = {
      Promise{"parse_error", -32700, false},
      Promise{"bad_encoding", -32700, false},
      Promise{"line_too_long", -32600, false},
      Promise{"too_deep", -32600, false},
      Promise{"invalid_request", -32600, false},
      Promise{"not_initialized", -32600, false},
      Promise{"unknown_method", -32601, false},
      Promise{"invalid_params", -32602, false},
      Promise{"unsupported", -32602, false},
      Promise{"session_not_found", -32002, false},
      Promise{"session_ambiguous", -32602, false},
      Promise{"session_locked", -32603, true},
      Promise{"session_concluded", -32602, false},
      Promise{"session_too_large", -32603, false},
      Promise{"depth_exceeded", -32603, false},
      Promise{"queue_full", -32603, true},
      Promise{"turn_interrupted", -32603, false},
      Promise{"cancelled", -32800, false},
      Promise{"timeout", -32603, true},
      Promise{"peer_gone", -32603, false},
      Promise{"auth_required", -32000, false},
      Promise{"backend_not_installed", -32603, false},
      Promise{"backend_too_old", -32603, false},
      Promise{"backend_gone", -32603, true},
      Promise{"backend_failed", -32603, true},
      Promise{"conversation_lost", -32603, false},
      Promise{"usage_limit", -32603, true},
      Promise{"rate_limited", -32603, true},
      Promise{"overloaded", -32603, true},
      Promise{"context_exceeded", -32603, false},
      Promise{"model_unavailable", -32603, false},
      Promise{"connection_failed", -32603, true},
      Promise{"memory_low", -32603, true},
      Promise{"storage_failed", -32603, true},
      Promise{"storage_full", -32603, true},
      Promise{"damaged", -32603, false},
      Promise{"config_invalid", -32603, false},
      Promise{"internal", -32603, true},
  };
  for (const Promise& promise : promises) {
    INFO(promise.name);
    const auto kind = error_kind_named(promise.name);
    REQUIRE(kind);
    CHECK(facts(*kind).code == promise.code);
    CHECK(facts(*kind).retryable == promise.retryable);
  }
  CHECK(error_kinds().size() == promises.size());
}

TEST_CASE("error: every kind is found by its name and says what to do") {
  std::set<std::string_view> names;
  for (const ErrorKindFacts& each : error_kinds()) {
    INFO(each.name);
    CHECK(&facts(each.kind) == &each);
    CHECK(error_kind_named(each.name) == each.kind);
    CHECK(each.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK(names.insert(each.name).second);
    REQUIRE_FALSE(each.hint.empty());
    CHECK(each.hint.back() == '.');
    // A person in front of an editor or a shell calls no methods of the protocol.
    CHECK(each.hint.find("session/") == std::string_view::npos);
    CHECK(each.code < 0);
  }
}

TEST_CASE("error: an unknown name is no kind") {
  CHECK_FALSE(error_kind_named("nope"));
  CHECK_FALSE(error_kind_named(""));
  CHECK_FALSE(error_kind_named("Internal"));
}

TEST_CASE("error: what is added to an error stays with it") {
  const Error error = Error(ErrorKind::rate_limited, "slow down")
                          .with_hint("Wait.")
                          .with_data("\"a\":1")
                          .at("params.prompt[0]");
  CHECK(error.kind == ErrorKind::rate_limited);
  CHECK(error.message == "slow down");
  CHECK(error.hint == "Wait.");
  CHECK(error.data == "\"a\":1");
  CHECK(error.path == "params.prompt[0]");
  CHECK_FALSE(error.retry_after);
  CHECK_FALSE(error.retryable);
  CHECK_FALSE(error.code);
  CHECK(Error().kind == ErrorKind::internal);
}

TEST_CASE("error: a call that can fail gives a value or an error") {
  const auto half = [](int number) -> Result<int> {
    if (number % 2 != 0) return fail(ErrorKind::invalid_params, "odd");
    return number / 2;
  };
  CHECK(half(4) == 2);
  REQUIRE_FALSE(half(3));
  CHECK(half(3).error().kind == ErrorKind::invalid_params);
  CHECK(half(3).error().message == "odd");
}

TEST_CASE("error: docs/errors.md has every kind, with its code, retryability and advice") {
  std::ifstream page("docs/errors.md");
  REQUIRE(page);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream cut(line.substr(2));
    for (std::string cell; std::getline(cut, cell, '|');) {
      const auto end = cell.find_last_not_of(' ');
      const auto begin = cell.find_first_not_of(' ');
      cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end + 1 - begin));
    }
    if (cells.size() == 5) rows.push_back(cells);
  }
  REQUIRE(rows.size() == error_kinds().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ErrorKindFacts& kind = error_kinds()[i];
    INFO(kind.name);
    CHECK(rows[i][0] == "`" + std::string(kind.name) + "`");
    CHECK(rows[i][1] == std::to_string(kind.code));
    CHECK(rows[i][2] == (kind.retryable ? "yes" : "no"));
    CHECK(rows[i][3].ends_with('.'));
    CHECK(rows[i][4] == kind.hint);
  }
}

}  // namespace tine
