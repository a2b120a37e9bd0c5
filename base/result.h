#pragma once
// How a call that can fail answers. Errors cross every border of the program as values; an
// exception never leaves the library that throws it.

#include <tl/expected.hpp>

#include "base/error.h"

namespace tine {

template <class T>
using Result = tl::expected<T, Error>;

using Failure = tl::unexpected<Error>;

/// `return fail(ErrorKind::invalid_params, "…");`
inline Failure fail(Error error) { return Failure(std::move(error)); }
inline Failure fail(ErrorKind kind, std::string message) {
  return Failure(Error(kind, std::move(message)));
}

}  // namespace tine
