#include "session/fork/soft_context.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "session/fork/digest.h"
#include "session/fork/passage.h"
#include "session/limits.h"
#include "session/record/brief.h"
#include "session/record/chain_reader.h"
#include "session/record/data.h"
#include "transport/worker.h"

namespace tine::session {
namespace {

/// No budget is larger than all that a message can hold.
std::size_t room_of(std::uint64_t tokens) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(tokens, limits::max_line)) *
         limits::soft_bytes;
}

Passage taken(const store::Line& line, std::size_t room) {
  if (!line.ahead) return passage_of(line, room);
  return std::move(*std::static_pointer_cast<Passage>(line.ahead));
}

/// What a history tells: its digest, and what stands before all of it as it is.
struct Told {
  Digest digest;
  std::string seed;
  std::string documents;
};

/// Whether the record is text that is told as it stands.
bool is_told(std::string_view type) {
  return type == record_type::seed || type == record_type::brief || type == record_type::summary;
}

transport::Task<Result<Told>> read_span(transport::Loop& loop, store::Store& store,
                                        Redactor& redactor, std::shared_ptr<const History> history,
                                        Span span, std::size_t room) {
  auto maker = std::make_unique<DigestMaker>(redactor, room);
  Told told;
  ChainReader reader(store, *history, span.since);
  const store::Reader::Look look = [room](const store::Line& line) {
    return std::make_shared<Passage>(passage_of(line, room));
  };
  for (;;) {
    if (reader.takes_long()) {
      const auto ready = co_await reader.prepare(loop, look);
      if (!ready) co_return fail(ready.error());
    }
    auto step = reader.step();
    if (!step) co_return fail(std::move(step.error()));
    if (step->is_last) break;
    if (!step->line) continue;
    if (step->line->seq > span.until) break;
    if (is_told(step->line->type)) told.seed = json::text_in(step->line->data, "text");
    if (step->line->type == record_type::documents)
      told.documents = json::text_in(step->line->data, "text");
    // A model's summary stands for all that was before it.
    if (step->line->type == record_type::summary)
      maker = std::make_unique<DigestMaker>(redactor, room);
    maker->begin(taken(*step->line, room));
    while (maker->read(limits::redaction_window)) co_await transport::yield(loop);
  }
  told.digest = maker->take();
  co_return told;
}

}  // namespace

transport::Task<Result<Digest>> digest_of(transport::Loop& loop, store::Store& store,
                                          Redactor& redactor,
                                          std::shared_ptr<const History> history, Span span,
                                          std::size_t room) {
  auto told = co_await read_span(loop, store, redactor, std::move(history), span, room);
  if (!told) co_return fail(std::move(told.error()));
  co_return std::move(told->digest);
}

transport::Task<Result<SoftContext>> soft_context(transport::Loop& loop, store::Store& store,
                                                  Redactor& redactor,
                                                  std::shared_ptr<const History> history, Span span,
                                                  std::uint64_t most_tokens) {
  auto told = co_await read_span(loop, store, redactor, history, span, room_of(most_tokens));
  if (!told) co_return fail(std::move(told.error()));
  if (told->digest.empty()) {
    if (!told->seed.empty() || !told->documents.empty()) {
      SoftContext context;
      context.text = std::move(told->seed);
      context.documents = std::move(told->documents);
      co_return context;
    }
    co_return fail(Error(ErrorKind::unsupported,
                         "the transcript says nothing that another conversation could begin with")
                       .with_hint("Begin a new session."));
  }
  const auto shared = std::make_shared<const Digest>(std::move(told->digest));
  std::function<SoftContext()> write = [shared, most_tokens] {
    return soft_text(*shared, most_tokens);
  };
  auto context = co_await transport::made_beside(loop, std::move(write));
  if (context.text.empty()) {
    co_return fail(Error(ErrorKind::unsupported,
                         std::to_string(most_tokens) + " tokens are too few to tell of the past")
                       .with_hint("Allow for more tokens."));
  }
  context.text.insert(0, told->seed);
  context.documents = std::move(told->documents);
  co_return context;
}

}  // namespace tine::session
