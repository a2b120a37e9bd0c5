#pragma once
// The end of a message that the model has broken off, and says again as another one.
//
// A plain function.

#include <string>

#include "protocol/v1/update.h"

namespace tine::executor {

/// Makes the last chunk of the message `id`, which tells that it is abandoned.
v1::Update broken_off(const std::string& id);

}  // namespace tine::executor
