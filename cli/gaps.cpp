#include "cli/gaps.h"

namespace tine::cli {

std::vector<std::string> gaps_in(const Env& env, HomeSource home) {
  std::vector<std::string> gaps;
  if (home == HomeSource::password_database) {
    gaps.push_back("HOME is not set; tine takes " + env.variable("HOME").value_or(std::string()) +
                   " from the password database");
  }
  if (home == HomeSource::nowhere)
    gaps.emplace_back("HOME is not set, and the password database has no home for this user");
  if (env.variable("PATH").value_or(std::string()).empty())
    gaps.emplace_back("PATH is not set, so programs are found only by an absolute path");
  return gaps;
}

}  // namespace tine::cli
