#pragma once
// How a recording writes what is different each time: a session's id becomes $S, its folder $CWD,
// the id of a tool call $CALL. The same value has the same name from then on.
//
// A value; no threads.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json/view.h"

namespace tine::conformance {

class Words {
 public:
  /// The folder of a session: the first is $CWD, the second $OTHER, further ones stay as they are.
  void learn_folder(const std::string& path);

  /// What the client sends: JSON in which names stand for what they are known by.
  std::string sent(json::View value, std::string_view key = {}) const;
  /// What the agent says, as a pattern: without what is different each time. Ids that are new get
  /// a name here.
  std::string expected(json::View value, std::string_view key = {});
  /// The inside of a string, with names in it.
  std::string text(std::string_view decoded) const;

  /// "$S"; empty: the session has no name.
  std::string session(std::string_view id) const;

 private:
  using Key = std::pair<std::string, std::string>;  // the member, the id

  std::string named(const std::string& member, const std::string& id, const std::string& wish);
  std::string expected_object(json::View value);
  std::string expected_text(json::View value, std::string_view key);

  std::map<Key, std::string> names_;                         // without the dollar sign
  std::map<std::string, std::size_t> uses_;                  // of a name that has a number
  std::vector<std::pair<std::string, std::string>> inside_;  // what is found in texts: it, its name
};

}  // namespace tine::conformance
