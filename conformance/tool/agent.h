#pragma once
// The agent under test and how it is started, and what a person has said about the run.
//
// A value; no threads.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tine::conformance {

struct Agent {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;  ///< beside ours
  std::string cwd;                             ///< where it is started; empty: in the folder
  std::chrono::milliseconds patience{20'000};  ///< for each message, and for its end
  std::optional<std::size_t> budget;           ///< as many prompts as a run may send
  std::map<std::string, std::string> prompts;  ///< SHORT and others: what makes it do something
};

/// What a prompt of each name should make an agent do, and the words that try it with a model.
struct PromptFacts {
  const char* name;
  const char* purpose;
  const char* words;
};
const std::vector<PromptFacts>& prompt_facts();

}  // namespace tine::conformance
