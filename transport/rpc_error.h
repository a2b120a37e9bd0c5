#pragma once
// Errors on the wire: our Error as the `error` member of a response, and back.

#include <string>

#include "base/error.h"
#include "base/json/view.h"

namespace tine::transport {

/// `{"code":…,"message":…,"data":{…,"tine":{"kind",…}}}`
std::string error_object(const Error& error);

/// What the other side answered. Its code and data are kept; the kind is the one that it names in
/// `data.tine.kind`, else the one that its code stands for, else backend_failed. Data that is no
/// object is kept as the member `details`.
Error error_from(json::View object);

}  // namespace tine::transport
