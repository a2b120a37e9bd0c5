#pragma once
// The session of Claude Code that this program runs in, as its environment tells, and how what we
// start is kept from taking itself for a part of that session.
//
// Plain functions.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"

namespace tine::executor::claude {

/// Whether `text` is an id as Claude Code gives them to sessions and messages: a UUID.
bool is_uuid(std::string_view text);

/// A random UUID, made of random `bytes`.
std::string uuid_of(std::array<std::uint8_t, 16> bytes);

/// The id of the calling session; none when there is none, or what is told is no id.
std::optional<std::string> caller_of(const Env& env);

/// `environment` (NAME=value each) without what says who the calling session is, and without the
/// token by which it takes messages. What says where and how to reach the provider stays.
std::vector<std::string> stripped(const std::vector<std::string>& environment);

}  // namespace tine::executor::claude
