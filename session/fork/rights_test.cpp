#include "session/fork/rights.h"

#include <map>

#include "tests/catch.h"
#include "tests/doubles/scripted_backend.h"

using namespace tine;
using namespace tine::session;
using executor::Width;

namespace {

/// The mode that a fork gets under a parent of that width; the error's message, when it gets none.
std::string mode_under(std::optional<Width> parent, const std::string& wanted,
                       const std::map<std::string, Width>& widths) {
  transport::Loop loop;
  ScriptedBackend backend(loop);
  backend.widths = widths;
  executor::Settings settings = session::settings({"look", "ask", "work", "all"}, {"small"});
  settings.modes.current = wanted;
  const auto got = narrowed(backend, settings, parent);
  return got ? got->modes.current : got.error().message;
}

const std::map<std::string, Width> known = {{"look", Width::nothing},
                                            {"ask", Width::reads},
                                            {"work", Width::project},
                                            {"all", Width::anything}};

}  // namespace

TEST_CASE(
    "rights: a fork on another backend is as wide as is wanted, and never wider than its parent") {
  CHECK(mode_under(Width::anything, "all", known) == "all");
  CHECK(mode_under(Width::anything, "ask", known) == "ask");
  CHECK(mode_under(Width::project, "all", known) == "work");
  CHECK(mode_under(Width::edits, "all", known) == "ask");
  CHECK(mode_under(Width::nothing, "work", known) == "look");
}

TEST_CASE("rights: without a mode that is narrow enough there is no fork") {
  std::map<std::string, Width> wide = known;
  wide["look"] = Width::reads;
  const std::string refusal = mode_under(Width::nothing, "work", wide);
  CHECK(refusal ==
        "a fork on the backend scripted would do more without asking than its parent, which "
        "changes nothing and runs nothing");
}

TEST_CASE("rights: of what cannot be judged the fork gets the least") {
  CHECK(mode_under(std::nullopt, "all", known) == "look");
  CHECK(mode_under(Width::project, "all", {}) ==
        "a fork on the backend scripted would do more without asking than its parent, which works "
        "in the project without asking");
  CHECK(mode_under(Width::anything, "work", {}) == "work");
}
