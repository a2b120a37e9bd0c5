#pragma once
// Credentials where a protocol puts them: after a scheme in an Authorization header, in cookies,
// before the @ of a URL.

#include <cstddef>
#include <string_view>

#include "base/redact/layer.h"
#include "base/redact/match.h"

namespace tine::redact {

/// The credential of a header's value (`Bearer …`, `Basic …`, or without a scheme) that begins at
/// `value`.
Match match_authorization(Reach& reach, std::size_t value);

/// From the first to the last secret among the cookies that begin at `value`.
Match match_cookies(Reach& reach, std::size_t value);

/// user:password in base64 at `value`, alone or in quotes: `auth` and `_auth` in the files of
/// docker and npm.
Match match_basic(Reach& reach, std::size_t value);

/// Whether match_user may find one; says no to most colons at a glance.
bool may_be_user(std::string_view text, std::size_t colon);

/// The password of `-u user:password` or `--user user:password`, and of
/// jdbc:oracle:thin:user/password@, whose colon stands at `colon`.
Match match_user(Reach& reach, std::size_t colon);

/// Whether match_bearer may find one; says no to most blanks at a glance.
bool may_be_bearer(std::string_view text, std::size_t token);

/// A token at `token` that the word Bearer stands before.
Match match_bearer(Reach& reach, std::size_t token);

/// The password, or a token alone, in the authority that begins at `authority`.
Match match_url(Reach& reach, std::size_t authority);

}  // namespace tine::redact
