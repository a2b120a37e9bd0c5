#pragma once
// What is written down of a backend's questions to the client and of the answers: all of what a
// person was asked, but of files and terminals only which and how much, as their content has its
// place in the tool calls.
//
// Plain functions; each gives a JSON object that is still to be redacted.

#include <string>
#include <string_view>

#include "base/json/view.h"

namespace tine::session {

std::string recorded_question(std::string_view method, json::View params);
std::string recorded_answer(std::string_view method, json::View result);

}  // namespace tine::session
