#pragma once
// `acp-conform record`: stands between an editor and an agent, and writes down what they say.
//
// Plain function; to be called once, by main, before there are other threads.

namespace tine::conformance {

/// Ends with the agent, and gives its exit status.
int record_command(int count, char** arguments);

}  // namespace tine::conformance
