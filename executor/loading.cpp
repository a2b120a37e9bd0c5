#include "executor/loading.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/json/scanner.h"
#include "base/json/writer.h"
#include "executor/limits.h"

namespace tine::executor {
namespace {

Failure bad(std::string what, const std::string& where) {
  return fail(Error(ErrorKind::invalid_params, std::move(what) + " at " + where).at(where));
}

/// A name has no wildcard of those that Claude Code knows: it means itself.
bool is_document(const std::string& text) {
  if (text == every_document) return true;
  if (text.empty() || text.size() > limits::no_load_name) return false;
  const bool has_control =
      std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (has_control) return false;
  if (text.front() == '/') {
    return text.find_first_of("*?") == std::string::npos && text.back() != '/' &&
           std::filesystem::path(text).lexically_normal().native() == text;
  }
  return text.find_first_of("/*?[]{}()!+@|\\") == std::string::npos && text != "." && text != "..";
}

Result<std::vector<std::string>> read_sources(json::View from, const std::string& where) {
  if (!from.is_array()) return bad("expected array", where);
  std::vector<std::string> named;
  for (const json::View each : from.elements()) {
    if (named.size() == setting_sources.size())
      return bad("more than " + std::to_string(setting_sources.size()) + " sources", where);
    auto name = each.string();
    if (!name ||
        std::find(setting_sources.begin(), setting_sources.end(), *name) == setting_sources.end())
      return bad("expected user, project or local", where);
    named.push_back(std::move(*name));
  }
  std::vector<std::string> out;
  for (const std::string_view each : setting_sources)
    if (std::find(named.begin(), named.end(), each) != named.end()) out.emplace_back(each);
  return out;
}

Result<std::vector<std::string>> read_no_load(json::View from, const std::string& where) {
  if (!from.is_array()) return bad("expected array", where);
  std::vector<std::string> out;
  std::size_t count = 0;
  for (const json::View each : from.elements()) {
    if (++count > limits::no_load)
      return bad("more than " + std::to_string(limits::no_load) + " documents", where);
    auto name = each.string();
    if (!name || !is_document(*name))
      return bad("expected the name of a file, an absolute path or \"*\"", where);
    if (std::find(out.begin(), out.end(), *name) == out.end()) out.push_back(std::move(*name));
  }
  return out;
}

std::string joined(const std::vector<std::string>& all, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) text += i + 1 == all.size() ? std::string(last) : std::string(", ");
    text += all[i];
  }
  return text;
}

}  // namespace

bool Loading::has_source(std::string_view name) const {
  return !sources || std::find(sources->begin(), sources->end(), name) != sources->end();
}

bool Loading::leaves_out_project() const {
  return std::find(no_load.begin(), no_load.end(), every_document) != no_load.end();
}

bool Loading::leaves_out(std::string_view path) const {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::any_of(no_load.begin(), no_load.end(), [&](const std::string& each) {
    return each == (each.front() == '/' ? path : name);
  });
}

Result<Loading> read_loading(json::View from, const std::string& where) {
  Loading out;
  if (!from.is_object()) return bad("expected object", where);
  for (const auto& [key, value] : from.members()) {
    if (key.equals("settingSources")) {
      auto sources = read_sources(value, where + ".settingSources");
      if (!sources) return fail(std::move(sources.error()));
      out.sources = std::move(*sources);
    } else if (key.equals("skills")) {
      const auto loads = value.boolean();
      if (!loads) return bad("expected true or false", where + ".skills");
      out.skills = *loads;
    } else if (key.equals("noLoad")) {
      auto documents = read_no_load(value, where + ".noLoad");
      if (!documents) return fail(std::move(documents.error()));
      out.no_load = std::move(*documents);
    } else {
      return bad("expected settingSources, skills or noLoad", where);
    }
  }
  // All of them is what is usual.
  if (out.sources && out.sources->size() == setting_sources.size()) out.sources.reset();
  return out;
}

std::string write_loading(const Loading& loading) {
  if (loading.is_usual()) return {};
  std::string text;
  json::Writer out(text);
  const auto list = [&out](std::string_view name, const std::vector<std::string>& all) {
    out.key(name).begin_array();
    for (const std::string& each : all) out.string(each);
    out.end_array();
  };
  out.begin_object();
  if (loading.sources) list("settingSources", *loading.sources);
  if (!loading.skills) out.member("skills", false);
  if (!loading.no_load.empty()) list("noLoad", loading.no_load);
  out.end_object();
  return text;
}

Loading kept_loading(std::string_view text) {
  if (text.empty()) return {};
  Loading least{.sources = std::vector<std::string>(),
                .skills = false,
                .no_load = {std::string(every_document)}};
  json::Scanner scanner;
  if (!scanner.feed(text) || !scanner.finish()) return least;
  return read_loading(json::View(text), "loads").value_or(least);
}

std::vector<std::string> sentences_of(const Loading& loading) {
  std::vector<std::string> out;
  if (loading.sources) {
    out.push_back(loading.sources->empty()
                      ? std::string("No settings are loaded.")
                      : "Of settings only those of " + joined(*loading.sources, " and ") +
                            " are loaded.");
  }
  if (!loading.skills) out.emplace_back("No skills are loaded.");
  return out;
}

}  // namespace tine::executor
