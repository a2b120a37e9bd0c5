#pragma once
// What is written down of a backend's questions to the client and of the answers: all of what a
// person was asked, but of files and terminals only which and how much, as their content has its
// place in the tool calls.
//
// Plain functions; each gives a JSON object that is still to be redacted.

#include <string>

#include "protocol/v1/types/client_calls.h"

namespace tine::session {

std::string recorded(const v1::PermissionRequest& request);
std::string recorded(const v1::PermissionResponse& response);
std::string recorded(const v1::ReadTextFileRequest& request);
std::string recorded(const v1::ReadTextFileResponse& response);
std::string recorded(const v1::WriteTextFileRequest& request);
std::string recorded(const v1::WriteTextFileResponse& response);
std::string recorded(const v1::CreateTerminalRequest& request);
std::string recorded(const v1::CreateTerminalResponse& response);
std::string recorded(const v1::TerminalRequest& request);
std::string recorded(const v1::TerminalOutputResponse& response);
std::string recorded(const v1::TerminalExit& response);
std::string recorded(const v1::KillTerminalResponse& response);
std::string recorded(const v1::ReleaseTerminalResponse& response);
std::string recorded(const v1::ElicitationRequest& request);
std::string recorded(const v1::ElicitationResponse& response);

}  // namespace tine::session
