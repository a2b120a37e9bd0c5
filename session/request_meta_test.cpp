#include "session/request_meta.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "session/limits.h"
#include "tests/catch.h"

using namespace tine;
using namespace tine::session;

namespace {

/// `_meta` with those members under `tine`.
std::string asks(const std::string& members) { return R"({"tine":{)" + members + "}}"; }

/// Where a reader finds fault with them; empty: nowhere.
template <class T>
std::string fault(const Result<T>& read) {
  return read ? std::string() : read.error().path;
}

std::string fault_of_prompt_id(const std::string& id) {
  Redactor redactor{Redactor::Key{1}};
  return fault(prompt_id_in(asks(R"("promptId":)" + id), redactor));
}

}  // namespace

TEST_CASE("request: without anything of ours in it, nothing is asked for") {
  Redactor redactor{Redactor::Key{1}};
  for (const std::string meta :
       {"", "{}", R"({"tine":null})", R"({"tine":7})", R"({"other":{}})"}) {
    INFO(meta);
    CHECK(backend_in(meta)->empty());
    CHECK(title_in(meta)->empty());
    CHECK_FALSE(fork_wish_in(meta)->strategy);
    CHECK_FALSE(*dry_run_in(meta));
    CHECK_FALSE(names_past(meta));
    CHECK_FALSE(*adoption_in(meta));
    CHECK(*load_bytes_in(meta, 5) == 5);
    CHECK(narrowing_in(meta)->empty());
    CHECK_FALSE(*loading_in(meta));
    CHECK(trace_in(meta).empty());
    CHECK(prompt_id_in(meta, redactor)->empty());
  }
}

TEST_CASE("request: what cannot be read is named with its place") {
  CHECK(fault(backend_in(asks(R"("backend":7)"))) == "params._meta.tine.backend");
  CHECK(fault(title_in(asks(R"("title":" \n")"))) == "params._meta.tine.title");
  const auto of_fork = [](const std::string& members) {
    return fault(fork_wish_in(asks(R"("fork":{)" + members + "}")));
  };
  CHECK(of_fork(R"("at":-1)") == "params._meta.tine.fork.at");
  CHECK(of_fork(R"("at":1.5)") == "params._meta.tine.fork.at");
  CHECK(of_fork(R"("strategy":"best")") == "params._meta.tine.fork.strategy");
  CHECK(of_fork(R"("strict":"yes")") == "params._meta.tine.fork.strict");
  CHECK(of_fork(R"("backend":"")") == "params._meta.tine.fork.backend");
  CHECK(fault(dry_run_in(asks(R"("fork":{"dryRun":"yes"})"))) == "params._meta.tine.fork.dryRun");
  CHECK(fault(adoption_in(asks(R"("forkFromCaller":1)"))) == "params._meta.tine.forkFromCaller");
  CHECK(fault(adoption_in(asks(R"("adopt":"x")"))) == "params._meta.tine.adopt");
  CHECK(fault(adoption_in(asks(R"("adopt":{})"))) == "params._meta.tine.adopt.id");
  CHECK(fault(adoption_in(asks(R"("adopt":{"id":"x","cwd":"y"})"))) ==
        "params._meta.tine.adopt.cwd");
  // A session begins with one past.
  CHECK(fault(adoption_in(asks(R"("forkFromCaller":true,"adopt":{"id":"x"})"))) ==
        "params._meta.tine.adopt");
  CHECK(fault(load_bytes_in(asks(R"("load":7)"), 5)) == "params._meta.tine.load");
  CHECK(fault(load_bytes_in(asks(R"("load":{"max_bytes":-1})"), 5)) ==
        "params._meta.tine.load.max_bytes");
  CHECK(fault(loading_in(asks(R"("context":[])"))) == "params._meta.tine.context");
}

TEST_CASE("request: a fork is asked for by turn, by message, and as other agents are asked") {
  CHECK(fork_wish_in(asks(R"("fork":{"at":3,"strategy":"auto","strict":false})"))->at.turn == 3);
  CHECK(fork_wish_in(asks(R"("fork":{"at":"m1","strategy":"soft"})"))->at.message_id == "m1");
  const auto foreign = fork_wish_in(R"({"jetbrains":{"air":{"fork":{"messageId":"m2"}}}})");
  CHECK(foreign->at.message_id == "m2");
}

TEST_CASE("request: a client narrows a session, and widens nothing") {
  const auto of_rules = [](const std::string& rules) {
    return narrowing_in(asks(R"("permissions":)" + rules));
  };
  CHECK(of_rules(R"({"deny":["rm*"],"ask":["git*"]})")->size() == 2);
  CHECK(fault(of_rules(R"({"allow":["git*"]})")) == "params._meta.tine.permissions");
  CHECK(fault(of_rules(R"({"deny":"rm*"})")) == "params._meta.tine.permissions");
  CHECK(fault(of_rules(R"({"deny":[7]})")) == "params._meta.tine.permissions");
  const auto many = [](std::size_t count) {
    std::string text = R"({"deny":["x")";
    for (std::size_t i = 1; i < count; ++i) text += R"(,"x")";
    return text + "]}";
  };
  CHECK(of_rules(many(session::limits::narrowing))->size() == session::limits::narrowing);
  CHECK(fault(of_rules(many(session::limits::narrowing + 1))) == "params._meta.tine.permissions");
}

TEST_CASE("request: of a trace the members of the protocol are taken, within their limit") {
  const std::string long_text(session::limits::trace, 'x');
  CHECK(trace_in(R"({"traceparent":"a","baggage":7,"other":"b"})") == R"({"traceparent":"a"})");
  CHECK(trace_in(R"({"tracestate":")" + long_text + R"("})").empty());
}

TEST_CASE("request: an id of a prompt is short, plain and no secret") {
  const std::string where = "params._meta.tine.promptId";
  CHECK(fault_of_prompt_id(R"("a-B_c.d:9")").empty());
  CHECK(fault_of_prompt_id('"' + std::string(session::limits::prompt_id, 'x') + '"').empty());
  CHECK(fault_of_prompt_id('"' + std::string(session::limits::prompt_id + 1, 'x') + '"') == where);
  for (const char* id : {R"("")", "7", R"("a b")", R"("a\nb")"})
    CHECK(fault_of_prompt_id(id) == where);
  CHECK(fault_of_prompt_id(R"("ghp_)" + std::string("a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B2c3") +
                           '"') == where);
}
