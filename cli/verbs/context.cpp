// `tine context`: what a new session here would be given of the project, and by whom.

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/json/document.h"
#include "base/tokens/estimate.h"
#include "base/visible.h"
#include "cli/amounts.h"
#include "cli/backends.h"
#include "cli/context_words.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "cli/working_directory.h"
#include "session/context/given_documents.h"
#include "session/context/project_documents.h"
#include "session/memory/brief.h"
#include "transport/worker.h"

namespace tine::cli {
namespace {

using executor::Document;
using executor::Documents;

struct ContextAsked {
  std::string backend;
  std::string folder;
  bool json = false;
  std::vector<std::string> words;
};

/// What there is to tell.
struct Context {
  std::string folder;
  std::string backend;
  std::string kind;
  bool trusted = false;
  bool is_known = true;  ///< what the backend reads by itself
  Documents by_backend;
  Documents by_tine;
  std::uint64_t documents_tokens = 0;  ///< of the text that tine makes of them
  std::string brief;
  std::vector<std::string> notes;

  std::uint64_t tokens() const {
    std::uint64_t sum = documents_tokens + tokens::estimate(brief);
    for (const Document& each : by_backend.given) sum += each.tokens();
    return sum;
  }
  /// What tine says around its documents.
  std::uint64_t around() const {
    std::uint64_t documents = 0;
    for (const Document& each : by_tine.given) documents += each.tokens();
    return documents_tokens - std::min(documents, documents_tokens);
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = brief.size();
    for (const Documents* const all : {&by_backend, &by_tine})
      for (const Document& each : all->given) sum += each.given;
    return sum;
  }
  std::vector<executor::PassedOver> passed_over() const {
    std::vector<executor::PassedOver> all = by_backend.passed_over;
    all.insert(all.end(), by_tine.passed_over.begin(), by_tine.passed_over.end());
    return all;
  }
};

/// As short as it can be told from here.
std::string near(const std::string& path, const std::string& folder) {
  const bool is_below = executor::lies_in(path, folder) && path != folder && folder != "/";
  return visible_line(is_below ? path.substr(folder.size() + 1) : path);
}

std::string remarks(const Document& document, const std::string& folder) {
  std::string text;
  const auto add = [&text](const std::string& what) { text += (text.empty() ? "" : "; ") + what; };
  if (!document.imported_by.empty()) add("imported by " + near(document.imported_by, folder));
  if (!document.leads_to.empty()) add("a link to " + visible_line(document.leads_to));
  if (document.given < document.bytes) add("cut, of " + grouped(document.bytes) + " bytes");
  return text;
}

void add_rows(Table& table, const Documents& documents, const std::string& by,
              const std::string& folder) {
  for (const Document& each : documents.given) {
    table.add({by, grouped(each.tokens()), grouped(each.given), near(each.path, folder),
               remarks(each, folder)});
  }
}

std::string told(const Context& context) {
  std::string text = "A new session with " + context.backend + " in " +
                     visible_line(context.folder) + " is given:\n\n";
  Table table({"BY", "TOKENS", "BYTES", "DOCUMENT"});
  add_rows(table, context.by_backend, context.backend, context.folder);
  add_rows(table, context.by_tine, "tine", context.folder);
  if (const std::uint64_t around = context.around(); around > 0)
    table.add({"tine", grouped(around), "", "the words around them"});
  if (!context.brief.empty()) {
    table.add({"tine", grouped(tokens::estimate(context.brief)), grouped(context.brief.size()),
               "what is remembered of the project"});
  }
  table.add({"all", grouped(context.tokens()), grouped(context.bytes())});
  text += table.text();
  if (const auto left_out = context.passed_over(); !left_out.empty()) {
    text += "\nNot given:\n";
    for (const executor::PassedOver& each : left_out)
      text += "  " + near(each.path, context.folder) + ": " + visible_line(each.why) + "\n";
  }
  if (!context.notes.empty()) text += "\n";
  for (const std::string& each : context.notes) text += visible_line(each) + "\n";
  return text;
}

json::Document document_json(const Document& document, std::string_view by) {
  json::Document out;
  out["path"] = document.path;
  out["by"] = by;
  out["of"] = document.of_user ? "user" : "project";
  if (!document.imported_by.empty()) out["importedBy"] = document.imported_by;
  if (!document.leads_to.empty()) out["leadsTo"] = document.leads_to;
  out["bytes"] = document.bytes;
  out["givenBytes"] = document.given;
  out["tokens"] = document.tokens();
  return out;
}

std::string as_json(const Context& context) {
  json::Document out;
  out["directory"] = context.folder;
  out["backend"] = context.backend;
  out["kind"] = context.kind;
  out["trusted"] = context.trusted;
  out["known"] = context.is_known;
  out["documents"] = json::Document::array();
  for (const Document& each : context.by_backend.given)
    out["documents"].push_back(document_json(each, "backend"));
  for (const Document& each : context.by_tine.given)
    out["documents"].push_back(document_json(each, "tine"));
  if (!context.brief.empty()) {
    out["memory"]["bytes"] = context.brief.size();
    out["memory"]["tokens"] = tokens::estimate(context.brief);
  }
  out["notGiven"] = json::Document::array();
  for (const executor::PassedOver& each : context.passed_over()) {
    json::Document& one = out["notGiven"].emplace_back();
    one["path"] = each.path;
    one["why"] = each.why;
  }
  out["notes"] = context.notes;
  out["tokens"] = context.tokens();
  return json::text_of(out) + "\n";
}

/// What tine puts before the first prompt.
transport::Task<void> add_ours(World& world, Context& context, executor::Loading loading) {
  const session::Library& library = world.service.library();
  const bool has_documents = world.backends.given_documents.contains(context.backend);
  const bool has_brief = library.policy.memory_brief != session::MemoryBrief::off;
  if (!has_documents && !has_brief) co_return;
  if (!library.policy.keep_text) {
    context.notes.emplace_back("tine tells nothing of the project, as history = \"none\".");
    co_return;
  }
  if (has_documents) {
    std::function<Documents()> read = [folder = context.folder, loading = std::move(loading)] {
      return session::project_documents(folder, loading);
    };
    context.by_tine = co_await transport::made_beside(world.loop, std::move(read));
    context.documents_tokens =
        tokens::estimate(session::documents_text(context.by_tine, context.folder));
  }
  if (!has_brief) co_return;
  context.brief = co_await session::brief_for(library, context.folder, library.policy.memory_brief);
}

transport::Task<int> show(World& world, ContextAsked asked, std::string folder) {
  const session::Chooser choose = make_chooser(world.backends, world.config);
  const auto chosen = choose(folder, asked.backend);
  if (!chosen) co_return failed(chosen.error());
  const executor::Executor& backend = *chosen->backend;
  executor::Loading loading = loading_in(asked.words).value_or(executor::Loading());
  if (auto refused =
          session::refusal_of_loads(executor::write_loading(loading), backend, world.backends))
    co_return failed(*refused);
  Context context{.folder = folder,
                  .backend = std::string(backend.name()),
                  .kind = std::string(backend.kind()),
                  .by_backend = {},
                  .by_tine = {},
                  .brief = {},
                  .notes = {}};
  v1::Workspace workspace;
  workspace.cwd = folder;
  const session::Trust::Verdict verdict = co_await world.trust.judge(backend, workspace);
  context.trusted = verdict.trust.given;
  if (verdict.open) {
    context.notes.push_back(
        "Nobody has decided yet whether this folder is trusted; " +
        std::string(context.kind == name_of(BackendKind::acp)
                        ? "without trust the agent is not started here."
                        : "this is what a session is given without trust, --trust shows it with "
                          "trust."));
  }
  const BackendConfig* const config = world.config.find_backend(context.backend);
  std::function<Documents()> read;
  std::vector<std::string> sentences = executor::sentences_of(loading);
  if (config != nullptr) read = documents_of(*config, folder, verdict.trust, loading);
  context.is_known = static_cast<bool>(read);
  if (read) {
    context.by_backend = co_await transport::made_beside(world.loop, std::move(read));
  } else {
    context.notes.push_back("tine does not know which documents " + context.backend +
                            " reads by itself.");
  }
  for (std::string& each : sentences) context.notes.push_back(std::move(each));
  co_await add_ours(world, context, std::move(loading));
  for (const Documents* const all : {&context.by_backend, &context.by_tine})
    context.notes.insert(context.notes.end(), all->notes.begin(), all->notes.end());
  print(asked.json ? as_json(context) : told(context));
  co_return exit_code::good;
}

}  // namespace

const Verb context_verb{
    .name = "context",
    .help = "Show which documents a new session here is given, by whom, in tokens",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<ContextAsked>();
      options
          .value("--backend", asked->backend, "NAME",
                 "With this backend (default: that of a new session)")
          .value("--cwd", asked->folder, "DIR", "In this folder (default: here)");
      add_context_option(options, asked->words);
      options.setting_flag("--trust", "always", "As if the folder were trusted (docs/trust.md)");
      return [asked](Program& program) {
        auto folder = working_directory(asked->folder);
        if (!folder) return failed(folder.error());
        std::error_code fault;
        if (!std::filesystem::is_directory(*folder, fault))
          return misused(Error(ErrorKind::invalid_params, "there is no folder " + *folder));
        if (const auto loading = loading_in(asked->words); !loading)
          return misused(loading.error());
        asked->json = program.common.json;
        return program.run([asked, &folder](World& world, transport::CancelSource /*shutdown*/) {
          return show(world, *asked, *folder);
        });
      };
    },
    .examples =
        "Examples:\n"
        "  tine context\n"
        "  tine context --backend claude --trust\n"
        "  tine context --context noLoad=CLAUDE.local.md --context skills=false\n"
        "  tine context --json | jq '.documents[] | .path, .tokens'"};

}  // namespace tine::cli
