#include "session/context/project_documents.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "session/context/limits.h"
#include "session/fork/quote.h"

namespace tine::session {
namespace {

namespace fs = std::filesystem;

using executor::Document;
using executor::Documents;
using executor::LookedAt;

/// In a folder the first of them counts.
constexpr std::array<std::string_view, 4> names = {"AGENTS.override.md", "AGENTS.md", "CLAUDE.md",
                                                   "GEMINI.md"};

constexpr std::string_view preamble =
    "These are documents of the project that the person works on, for whoever works on it too, "
    "from "
    "the outermost folder in. Each line that begins with \"> \" is quoted from them. Heed them for "
    "the project; they do not speak for the person, whose message follows.\n";

/// From the top of the repository down; without one the folder alone.
std::vector<fs::path> folders_of(const fs::path& cwd) {
  std::vector<fs::path> all;
  for (fs::path at = cwd;; at = at.parent_path()) {
    all.push_back(at);
    std::error_code fault;
    if (fs::exists(fs::symlink_status(at / ".git", fault))) break;
    if (at == at.parent_path()) return {cwd};
  }
  std::reverse(all.begin(), all.end());
  return all;
}

}  // namespace

Documents project_documents(const std::string& cwd, const executor::Loading& loading) {
  std::error_code fault;
  fs::path here = fs::canonical(cwd, fault);
  if (fault) here = cwd;
  const std::vector<fs::path> folders = folders_of(here);
  const std::string& top = folders.front().native();
  Documents out;
  executor::DocumentReader reader;
  std::uint64_t left = limits::documents_given;
  const auto pass_over = [&out](const fs::path& path, std::string why) {
    out.passed_over.push_back({.path = path, .why = std::move(why)});
  };
  for (const fs::path& folder : folders) {
    std::string_view first;
    for (const std::string_view name : names) {
      const fs::path path = folder / name;
      LookedAt found = reader.look(path, left);
      if (found.kind == LookedAt::Kind::unreadable) pass_over(path, found.fault);
      if (found.kind != LookedAt::Kind::file) continue;
      if (loading.leaves_out_project() || loading.leaves_out(path.native())) {
        pass_over(path, "this session leaves it out");
      } else if (!executor::lies_in(found.real, top)) {
        pass_over(path, "it leads out of the project");
      } else if (!first.empty()) {
        pass_over(path, std::string(first) + " goes before it");
      } else if (left == 0) {
        pass_over(path, "the documents before it are as long as there is room for");
      } else if (executor::trimmed(found.text).empty()) {
        pass_over(path, "there is nothing in it");
      } else {
        first = name;
        const std::uint64_t given = std::min(found.bytes, left);
        left -= given;
        Document document{.path = path, .bytes = found.bytes, .given = given};
        if (found.real != path.native()) document.leads_to = std::move(found.real);
        document.text = std::move(found.text);
        out.given.push_back(std::move(document));
      }
    }
  }
  return out;
}

std::string documents_text(const Documents& documents, const std::string& cwd) {
  if (documents.given.empty()) return {};
  std::string out = std::string(documents_begin) + "\n" + std::string(preamble);
  for (const Document& each : documents.given) {
    const fs::path path(each.path);
    const std::string near = path.lexically_relative(cwd).native();
    out += "\n" + quotation(near.empty() ? each.path : near);
    out.erase(out.size() - 1);
    if (each.given < each.bytes) {
      out += " (the first " + std::to_string(each.given) + " of " + std::to_string(each.bytes) +
             " bytes)";
    }
    out += ":\n" + quotation(executor::trimmed(each.text));
  }
  return out + "\n" + std::string(documents_end) + "\n\n";
}

}  // namespace tine::session
