#pragma once
// Errors on the wire: our Error as the `error` member of a response, and back.

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/json/view.h"

namespace tine::transport {

/// How much the other side is told of an error.
enum class ErrorForm : std::uint8_t {
  /// `{"code":…,"message":…,"data":{…,"tine":{"kind",…}}}`
  full,
  /// `{"code":…,"message":…,"data":{"details":"<message>. <hint>"}}`: what clients show to a
  /// person.
  /// Some show the details only when they are the only member. Where a person must act, the message
  /// has the hint as well, as others show nothing else.
  for_person,
};

std::string error_object(const Error& error, ErrorForm form = ErrorForm::full);

/// What the other side answered. Its code and data are kept; the kind is the one that it names in
/// `data.tine.kind`, else the one that its code stands for, else backend_failed. Data that is no
/// object is kept as the member `details`.
Error error_from(json::View object);

}  // namespace tine::transport
