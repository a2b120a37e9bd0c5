#include "conformance/tool/scenarios.h"

#include <algorithm>

#include "conformance/embedded.h"

namespace tine::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view folder_name = "scenarios/";

Checked<std::string> embedded_shared(const std::string& name) {
  const std::string_view text = embedded_file("scenarios/shared/" + name + ".txt");
  if (text.empty()) return wrong("there is no shared text " + name);
  return std::string(text);
}

/// The names that begin with PROMPT_, without that.
std::vector<std::string> prompts_in(const Case& what) {
  constexpr std::string_view begin = "PROMPT_";
  std::vector<std::string> out;
  for (const Step& step : what.steps) {
    const Send* send = std::get_if<Send>(&step.what);
    if (send == nullptr) continue;
    for (const Piece& piece : send->pieces) {
      const std::string_view text(piece.text);
      for (std::size_t at = 0; (at = text.find('$', at)) != std::string_view::npos; ++at) {
        const std::string_view name = name_at(text.substr(at));
        if (name.starts_with(begin)) out.emplace_back(name.substr(begin.size()));
      }
    }
  }
  return out;
}

/// How many prompts it sends without such a name.
std::size_t own_prompts_in(const Case& what) {
  const auto is_one = [](const Step& step) {
    const Send* send = std::get_if<Send>(&step.what);
    if (send == nullptr || send->pieces.empty()) return false;
    const std::string& text = send->pieces.front().text;
    return text.find("\"method\":\"session/prompt\"") != std::string::npos &&
           text.find("$PROMPT_") == std::string::npos;
  };
  return static_cast<std::size_t>(std::count_if(what.steps.begin(), what.steps.end(), is_one));
}

/// The text of a case: from its title to the next one.
std::string text_of(const std::string& file, const Case& what) {
  const std::size_t title = file.find("== " + what.title + "\n");
  if (title == std::string::npos) return {};
  return file.substr(title, file.find("\n== ", title) - title);
}

Checked<void> add(const std::string& name, const std::string& text, const SharedText& shared,
                  std::vector<Scenario>& into) {
  auto cases = read_script(name, text, shared);
  if (!cases) return wrong(std::move(cases.error()));
  for (Case& each : *cases) {
    std::vector<std::string> prompts = prompts_in(each);
    std::string own = text_of(text, each);
    // An agent may still have something to say when its input ends.
    each.steps.push_back({.place = each.place, .source = "...", .what = Anything{}});
    const std::size_t own_prompts = own_prompts_in(each);
    into.push_back({.what = std::move(each),
                    .text = std::move(own),
                    .prompts = std::move(prompts),
                    .own_prompts = own_prompts});
  }
  return {};
}

Checked<void> add_file(const fs::path& file, std::vector<Scenario>& into) {
  const auto text = read_text(file);
  if (!text) return wrong(text.error());
  const SharedText shared = [&](const std::string& name) {
    auto own = read_text(file.parent_path() / "shared" / (name + ".txt"));
    return own ? own : embedded_shared(name);
  };
  return add(file.filename().string(), *text, shared, into);
}

}  // namespace

Checked<std::vector<Scenario>> read_embedded_scenarios(const std::string& folder) {
  std::vector<Scenario> out;
  const std::string begin = std::string(folder_name) + folder;
  for (const EmbeddedFile& file : embedded_files()) {
    if (!file.name.starts_with(begin)) continue;
    const std::string name(file.name.substr(begin.size()));
    if (name.find('/') != std::string::npos) continue;
    auto added = add(name, std::string(file.text), embedded_shared, out);
    if (!added) return wrong(std::move(added.error()));
  }
  return out;
}

Checked<std::vector<Scenario>> read_scenarios(const std::string& folder) {
  if (folder.empty()) return read_embedded_scenarios("");
  std::vector<Scenario> out;
  std::error_code fault;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, fault)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  if (fault) return wrong("cannot read " + folder + ": " + fault.message());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    auto added = add_file(file, out);
    if (!added) return wrong(std::move(added.error()));
  }
  return out;
}

Checked<std::vector<Scenario>> read_scenario_file(const std::string& path) {
  std::vector<Scenario> out;
  auto added = add_file(path, out);
  if (!added) return wrong(std::move(added.error()));
  return out;
}

}  // namespace tine::conformance
