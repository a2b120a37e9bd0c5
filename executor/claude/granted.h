#pragma once
// What a person has allowed for a session, for the next process of its conversation: rules and
// directories. They are handed over in one control request, as the settings of that process alone:
// nothing of them is on a command line or on disk.
//
// A value, owned by a conversation.

#include <deque>
#include <string>

#include "base/json/view.h"

namespace tine::executor::claude {

class Granted {
 public:
  /// Adds what a permission update allows. What could not be handed over exactly as it was allowed
  /// is left out, and asked about again: a rule without a text, or for a tool of an odd name.
  void add(json::View update);
  /// The control request; empty: there is nothing to hand over.
  std::string request() const;

 private:
  std::deque<std::string> rules_;  // each as Claude Code writes it in settings: Tool(text)
  std::deque<std::string> directories_;
};

}  // namespace tine::executor::claude
