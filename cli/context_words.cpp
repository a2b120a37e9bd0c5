#include "cli/context_words.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "base/json/document.h"

namespace tine::cli {
namespace {

void add_each(json::Document& list, std::string_view text) {
  if (list.is_null()) list = json::Document::array();
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) list.push_back(std::string(text.substr(0, comma)));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
}

}  // namespace

void add_context_option(Options& options, std::vector<std::string>& words) {
  options.values("--context", words, "NAME=VALUE",
                 "Have the agent load less by itself: settingSources=user,project,local, "
                 "skills=false, noLoad=FILE,…");
}

Result<executor::Loading> loading_in(const std::vector<std::string>& words) {
  json::Document out = json::Document::object();
  for (const std::string& each : words) {
    const std::size_t equals = each.find('=');
    const std::string name = each.substr(0, equals);
    const std::string value = equals == std::string::npos ? std::string() : each.substr(equals + 1);
    if (equals != std::string::npos && (name == "settingSources" || name == "noLoad")) {
      add_each(out[name], value);
    } else if (name == "skills" && (value == "true" || value == "false")) {
      out[name] = value == "true";
    } else {
      return fail(Error(ErrorKind::invalid_params, "--context takes no " + each)
                      .with_hint("Say --context skills=false, --context settingSources=user or "
                                 "--context noLoad=CLAUDE.md."));
    }
  }
  const std::string text = json::text_of(out);
  auto loading = executor::read_loading(json::View(text), "--context");
  if (!loading) {
    loading.error().hint =
        "settingSources are user, project and local; noLoad takes names of files, absolute paths "
        "and *.";
  }
  return loading;
}

}  // namespace tine::cli
