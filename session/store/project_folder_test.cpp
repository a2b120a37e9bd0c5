#include "session/store/project_folder.h"

#include <set>

#include "session/store/limits.h"
#include "tests/catch.h"

using tine::session::store::project_folder;

TEST_CASE("a project's folder is readable") {
  CHECK(project_folder("/home/me/my-project_1.0") == "home+me+my-project_1.0");
}

TEST_CASE("no two projects share a folder, and no name leaves the store") {
  std::set<std::string> names;
  const std::string deep = "/" + std::string(500, 'a');
  const std::vector<std::string> paths = {"/",         "/a",    "/a/b",   "/a+b", "/a%2Bb",
                                          "/a%b",      "/a b",  "/.",     "/..",  "/a/..b",
                                          "/\xC3\xA9", "/%",    "/a\n",   "/A",   deep + "x",
                                          deep + "y",  "/a//b", "/index", "/~",   "/a/b/sessions"};
  for (const std::string& path : paths) {
    const std::string name = project_folder(path);
    INFO(path << " -> " << name);
    CHECK(names.insert(name).second);
    CHECK(name.find('/') == std::string::npos);
    CHECK(name != ".");
    CHECK(name != "..");
    CHECK_FALSE(name.empty());
    CHECK(name.size() <= tine::session::store::limits::folder_name);
  }
}
