#pragma once
// The client that an agent under test talks to: it looks at every message, keeps what is wrong by
// the requirement that says so, and refuses what a scenario lets pass.
//
// One for each run of a scenario; the schema outlives it; no threads.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/view.h"
#include "conformance/play/judge.h"
#include "conformance/schema/schema_check.h"

namespace tine::conformance {

/// Something that a message did wrong.
struct Finding {
  std::string requirement;
  std::string what;
  std::string line;        ///< its first bytes, up to `longest_line`
  std::string judge = {};  ///< the place in the source that found it

  static constexpr std::size_t longest_line = 2000;
};

/// What the response of a turn says of its tokens.
struct TurnUsage {
  std::string session;
  bool is_cancelled = false;
  std::optional<std::int64_t> total;  ///< none: it says nothing
  std::int64_t output = 0;
};

class Client final : public Judge {
 public:
  /// `allows` what it is asked in passing; else it refuses that.
  Client(SchemaCheck& schema, bool allows) : schema_(schema), allows_(allows) {}

  std::string check(std::string_view line, const std::string& asked) override;
  std::string check_noise(std::string_view line) override;
  std::string answer(std::string_view request) override;
  void note_sent(std::string_view line) override;
  void note_restart() override;

  const std::vector<Finding>& findings() const { return findings_; }
  const std::vector<TurnUsage>& usages() const { return usages_; }
  /// The agent's response to initialize; empty: none yet.
  const std::string& initialize() const { return initialize_; }
  /// Whether it has refused something because nobody has logged in.
  bool wants_login() const { return wants_login_; }

 private:
  void find(const char* requirement, std::string what, std::string_view line,
            std::source_location judge = std::source_location::current());
  void check_schema(std::string_view line);
  void check_request(std::string_view method, std::string_view line);
  void check_update(json::View params, std::string_view line);
  void check_answer(json::View message, std::string_view line);
  void check_settings(json::View holder, std::string_view line);
  void check_logins(json::View methods, std::string_view line);
  void check_error(json::View error, std::string_view line);
  void check_paths(json::View value, std::string_view line);
  void check_usage(json::View usage, std::string_view line);

  SchemaCheck& schema_;
  bool allows_;
  SchemaCheck::Pending pending_;
  std::set<std::string, std::less<>> can_;       // "fs.readTextFile", as the client announced
  std::set<std::string, std::less<>> sessions_;  // that have been opened
  std::map<std::string, std::string, std::less<>> prompts_;  // open ones: id, session
  std::set<std::string, std::less<>>
      cancelled_;  // sessions whose last prompt has been, and is over
  std::vector<Finding> findings_;
  std::vector<TurnUsage> usages_;
  std::string initialize_;
  bool speaks_ours_ = true;  // the version of the protocol that the schema is of
  bool wants_login_ = false;
};

}  // namespace tine::conformance
