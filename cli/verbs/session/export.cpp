// `tine session export`.

#include <memory>

#include "base/json/redact.h"
#include "base/ulid.h"
#include "cli/exit_code.h"
#include "cli/print.h"
#include "cli/verbs/session/conversation.h"
#include "cli/verbs/session/facts_json.h"
#include "cli/verbs/session/page.h"
#include "cli/verbs/session/verbs.h"
#include "cli/verbs/session/words.h"
#include "session/record/chain_reader.h"
#include "session/record/lineage.h"

namespace tine::cli {
namespace {

/// Bytes that are printed at a time; between them others on the loop get their turn.
constexpr std::size_t print_slice = std::size_t{64} * 1024;

/// Writes records in the one format or the other. What leaves is redacted once more: more secrets
/// may be known now than when it was recorded.
class Output {
 public:
  enum class Format : std::uint8_t { jsonl, markdown, html };

  Output(Redactor& redactor, Format format)
      : redactor_(redactor),
        format_(format),
        conversation_(redactor, format == Format::html ? Conversation::Format::html
                                                       : Conversation::Format::markdown) {}

  void begin(const SessionFacts& facts, std::string_view time) {
    if (format_ == Format::jsonl) {
      text_ = json::redacted(export_json(facts, time), redactor_) + "\n";
      return;
    }
    if (format_ == Format::html) {
      begin_page(facts, time);
      return;
    }
    const session::store::State& state = facts.state;
    text_ = "# " + title_text(state.description) + "\n\n- session " + facts.entry.id +
            "\n- project " + visible_line(state.project) + "\n- backend " +
            visible_line(state.backend) + "\n- begun " + visible_line(state.created) +
            "\n- exported " + std::string(time) + "\n\n";
    text_ = redactor_.redacted(text_);
  }

  void take(const session::store::Line& line) {
    if (format_ != Format::jsonl) return conversation_.take(line, text_);
    session::store::write_line(text_, line.seq, line.time, line.type,
                               json::redacted(line.data.raw(), redactor_));
  }

  void end() {
    if (format_ != Format::jsonl) conversation_.finish(text_);
    if (format_ == Format::html) text_ += page_end();
  }

  bool is_much() const { return text_.size() >= print_slice; }
  /// False: nobody reads any more.
  bool print_it() {
    const bool printed = print(text_);
    text_.clear();
    return printed;
  }

 private:
  void begin_page(const SessionFacts& facts, std::string_view time) {
    const session::store::State& state = facts.state;
    text_ = page_begin(redactor_.redacted(title_text(state.description))) + "<dl>\n";
    const auto fact = [this](std::string_view name, std::string_view value) {
      text_ += "<dt>" + std::string(name) + "</dt><dd>" + html_text(redactor_.redacted(value)) +
               "</dd>\n";
    };
    fact("session", facts.entry.id);
    fact("project", state.project);
    fact("backend", state.backend);
    fact("begun", state.created);
    fact("exported", time);
    text_ += "</dl>\n";
  }

  Redactor& redactor_;
  Format format_;
  Conversation conversation_;
  std::string text_;
};

Output::Format format_named(std::string_view name) {
  if (name == "html") return Output::Format::html;
  return name == "markdown" ? Output::Format::markdown : Output::Format::jsonl;
}

/// Which file is meant, and what to do.
Error told(World& world, const session::ChainReader& reader, const Error& error) {
  Error out = error;
  if (const auto* where = reader.where())
    out.message = world.store.path_of(*where) + ": " + error.message;
  if (error.kind == ErrorKind::damaged)
    out.hint = "What stands before it was exported. --skip-damaged goes on behind it.";
  return out;
}

struct ExportAsked {
  std::string id;
  std::string format = "jsonl";
  bool skip_damaged = false;
};

transport::Task<int> export_session(World& world, ExportAsked asked,
                                    transport::CancelSource shutdown) {
  using session::store::Damage;
  const auto entry = co_await world.store.find_prefix(asked.id);
  if (!entry) co_return failed(entry.error());
  const Damage damage = asked.skip_damaged ? Damage::skip : Damage::report;
  const auto chain = session::history_from(world.store, *entry, damage);
  if (!chain) co_return failed(chain.error());
  const SessionFacts facts = facts_of(world.store, *entry);
  world.redactor.continue_from(facts.state.marker);
  Output out(world.redactor, format_named(asked.format));
  out.begin(facts, rfc3339(world.env.wall_ms()));
  session::ChainReader reader(world.store, **chain, 0, damage);
  std::optional<Error> fault;
  for (;;) {
    if (reader.needs_disk()) co_await transport::yield(world.loop);
    if (shutdown.cancelled()) co_return exit_code::failed;
    const auto line = reader.next();
    if (!line) fault = told(world, reader, line.error());
    if (!line || !*line) break;
    out.take(**line);
    if (out.is_much() && !out.print_it()) co_return exit_code::failed;
  }
  out.end();
  const bool printed = out.print_it();
  if (fault) print_error(*fault);
  if (reader.skipped() > 0)
    print_to_stderr("tine: " + counted(reader.skipped(), "damaged line") + " left out\n");
  co_return printed && !fault ? exit_code::good : exit_code::failed;
}

}  // namespace

const Verb session_export_verb{
    .name = "export",
    .help = "Print a session's whole history",
    .declare = [](Options& options) -> Run {
      const auto asked = std::make_shared<ExportAsked>();
      options.argument("id", asked->id, "ID", Options::session)
          .choice("--format", asked->format, {"jsonl", "markdown", "html"}, "FORMAT",
                  "jsonl (default), markdown or html")
          .flag("--skip-damaged", asked->skip_damaged, "Skip damaged lines instead of stopping");
      return [asked](Program& program) {
        return program.run([asked](World& world, transport::CancelSource shutdown) {
          return export_session(world, *asked, std::move(shutdown));
        });
      };
    },
    .examples = "Example:\n  tine session export --format markdown 01JH4Q > session.md"};

}  // namespace tine::cli
