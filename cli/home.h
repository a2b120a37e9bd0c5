#pragma once
// The home directory of the user. Some editors start an agent without HOME.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tine::cli {

/// Finds the home directory of a user in the text of /etc/passwd.
std::optional<std::string> home_in(std::string_view passwd, uid_t user);

/// Where the home directory is known from.
enum class HomeSource : std::uint8_t { environment, password_database, nowhere };

/// Sets HOME, for this program and those that it starts, when it is missing or empty. Reads
/// /etc/passwd alone, as a static program cannot load what else may know users. Call it before
/// there are threads.
HomeSource provide_home();

}  // namespace tine::cli
