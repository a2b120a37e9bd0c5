#pragma once
// Credentials where a protocol puts them: after a scheme in an Authorization header, in cookies,
// before the @ of a URL.

#include <cstddef>

#include "base/redact/layer.h"
#include "base/redact/match.h"

namespace tine::redact {

/// The credential of a header's value (`Bearer …`, `Basic …`, or without a scheme) that begins at
/// `value`.
Match match_authorization(Reach& reach, std::size_t value);

/// From the first to the last secret among the cookies that begin at `value`.
Match match_cookies(Reach& reach, std::size_t value);

/// A token at `token` that the word Bearer stands before.
Match match_bearer(Reach& reach, std::size_t token);

/// The password, or a token alone, in the authority that begins at `authority`.
Match match_url(Reach& reach, std::size_t authority);

}  // namespace tine::redact
