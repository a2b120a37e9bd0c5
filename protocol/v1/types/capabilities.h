#pragma once
// What each side says that it can do. Values; everything is off until it is announced.

#include <string>
#include <string_view>

namespace tine::v1 {

struct Implementation {
  std::string name;
  std::string title;  ///< empty: none
  std::string version;

  bool operator==(const Implementation&) const = default;
};

struct ClientCapabilities {
  bool read_text_file = false;
  bool write_text_file = false;
  bool terminal = false;
  bool terminal_auth = false;    ///< may be offered authMethods of type terminal
  bool boolean_options = false;  ///< session.configOptions.boolean
  bool notices = false;          ///< session.notices
  bool compaction = false;       ///< session.compaction
  bool elicitation_form = false;
  bool elicitation_url = false;
  bool plan_updates = false;  ///< unstable: plan_update and plan_removed
  bool subagents = false;     ///< unstable: subagent_update and session messages
  bool error_facts = false;   ///< _meta.tine: errors tell programs what tine knows of them
  std::string meta;
  /// Shows permission options by their names: not announced, but known of the client.
  bool option_names = false;
  bool joins_messages = false;   ///< shows the messages of a turn as one text, likewise
  std::string_view way_to_open;  ///< how a person opens another session there, likewise

  bool operator==(const ClientCapabilities&) const = default;
};

struct PromptCapabilities {
  bool image = false;
  bool audio = false;
  bool embedded_context = false;

  bool operator==(const PromptCapabilities&) const = default;
};

struct McpCapabilities {
  bool http = false;
  bool sse = false;
  bool acp = false;  ///< unstable

  bool operator==(const McpCapabilities&) const = default;
};

struct SessionCapabilities {
  bool list = false;
  bool remove = false;  ///< `delete`
  bool additional_directories = false;
  bool resume = false;
  bool close = false;
  bool fork = false;                    ///< unstable
  bool system_prompt = false;           ///< unstable
  bool system_prompt_override = false;  ///< unstable: mode `override`
  std::string meta;

  bool operator==(const SessionCapabilities&) const = default;
};

struct AgentCapabilities {
  bool load_session = false;
  bool logout = false;
  bool steering = false;  ///< an extension: announced in `_meta.steering` of the whole answer
  PromptCapabilities prompt;
  McpCapabilities mcp;
  SessionCapabilities session;
  std::string meta;

  bool operator==(const AgentCapabilities&) const = default;
};

}  // namespace tine::v1
