#pragma once
// How a process of Claude Code is started for a conversation, and what it is told before its first
// prompt. What makes up the beginning of the model's input is the same for a conversation and its
// forks, or the provider's cache would be of no use.
//
// Values and plain functions.

#include <string>
#include <string_view>
#include <vector>

#include "executor/admission.h"
#include "executor/claude/folder.h"
#include "executor/claude/limits.h"
#include "executor/claude/options.h"
#include "executor/executor.h"
#include "executor/pty/own_recipe.h"
#include "transport/guarded.h"

namespace tine::executor::claude {

/// What is configured for a backend.
struct Setup {
  std::string name;
  std::vector<std::string> command;
  std::vector<std::string> environment;  ///< NAME=value, the whole of it
  Defaults defaults;
  limits::Patience patience;
  pty::OwnRecipe own_recipe;  ///< of a fork in a terminal
  bool reads_folder = true;   ///< CLAUDE.md, rules and settings of the folder it works in
  /// The program that guards its processes.
  std::string guardian = transport::GuardedSpec().guardian;
  Admission* admission = nullptr;  ///< that has to let its processes start; null: they may
};

/// Which conversation the process serves, and what of it there is by then.
struct Beginning {
  enum class Kind : std::uint8_t { start, resume, fork };
  Kind kind = Kind::start;
  std::string id;      ///< of the conversation, a UUID
  ProviderPoint from;  ///< of a fork
};

/// What Claude Code may read of the folder that it works in.
enum class Reads : std::uint8_t {
  everything,  ///< and start what the folder's configuration says
  texts,       ///< CLAUDE.md and the rules; of settings, those of the user alone
  nothing
};

/// What a session that loads so may read of it.
Reads narrowed(Reads reads, const Loading& loading);

/// The settings, JSON, with which a session's documents are left out; empty: none are. It looks at
/// the folder: it runs on a worker's thread.
std::string left_out_settings(const Loading& loading, const FolderPlaces& places);

/// `settings`: see above.
std::vector<std::string> arguments(const Setup& setup, const ConversationSpec& spec,
                                   const Beginning& beginning, Reads reads,
                                   const std::string& settings);
std::vector<std::string> environment(const Setup& setup, const ConversationSpec& spec, Reads reads);

/// The control request that it is greeted with. It has the system prompt of a conversation that
/// begins, which is too long for a command line and nothing for other users' eyes; a resumed one
/// keeps the prompt that it has.
std::string greeting_request(const ConversationSpec& spec, const Beginning& beginning);

/// The control request that hands over the session's MCP servers: neither the command line nor the
/// disk may know what they are given as secrets. Empty: there are none.
std::string servers_request(const v1::Workspace& workspace);

/// The requests that make what is chosen out of what the process `knows`.
std::vector<std::string> choice_requests(const Choices& wanted, const Choices& knows);

}  // namespace tine::executor::claude
