#pragma once
// `acp-conform matrix`: puts the reports of several agents beside each other.
//
// Plain function.

namespace tine::conformance {

/// Gives the status to exit with.
int matrix_command(int count, char** arguments);

}  // namespace tine::conformance
