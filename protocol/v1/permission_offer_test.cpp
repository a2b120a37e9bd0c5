#include "protocol/v1/permission_offer.h"

#include "base/json/view.h"
#include "protocol/v1/codec.h"
#include "tests/catch.h"

namespace tine::v1 {
namespace {

constexpr const char* question =
    R"({"sessionId":"s","later":1,"toolCall":{"toolCallId":"c","content":[{"type":"content",)"
    R"("content":{"type":"text","text":"$ ls"}}],"kind":"execute"},"options":[)"
    R"({"optionId":"a","name":"Allow once","kind":"allow_once","later":{}},)"
    R"({"optionId":"b","name":"Allow ls","kind":"allow_always"},)"
    R"({"optionId":"c","name":"Allow all","kind":"allow_always","_meta":{"tine":{)"
    R"("description":"In this session."}}},)"
    R"({"optionId":"d","name":"No","kind":"reject_once"},)"
    R"({"optionId":"e","name":"Stop","kind":"reject_once"},)"
    R"({"optionId":"b","name":"Allow more","kind":"allow_once"},)"
    R"({"optionId":"f","name":"Allow ever","kind":"allow_for_ever"},7]})";

std::string ids(const PermissionOffer& offer) {
  std::string out;
  for (const json::View each : json::View(offer.params()).find("options").elements())
    out += json::text_in(each, "optionId") + "=" + json::text_in(each, "name") + " ";
  return out;
}

std::string selected(std::string_view id) {
  return R"({"outcome":{"outcome":"selected","optionId":")" + std::string(id) +
         R"("},"later":[1]})";
}

/// The backend's id in the answer to `id`.
std::string mapped(const PermissionOffer& offer, std::string_view id) {
  const auto answer = offer.answer(selected(id));
  if (!answer) return "refused";
  return json::text_in(json::View(*answer).find("outcome"), "optionId");
}

std::string last_text(const PermissionOffer& offer) {
  std::string text;
  const json::View call = json::View(offer.params()).find("toolCall");
  for (const json::View each : call.find("content").elements())
    text = json::text_in(each.find("content"), "text");
  return text;
}

}  // namespace

TEST_CASE("offer: the first of each kind alone, with the usual id, and what it means") {
  const PermissionOffer offer(question, false);
  CHECK(ids(offer) == "allow_once=Allow once allow_always=Allow ls reject_once=No ");
  CHECK(last_text(offer) ==
        "What the answers mean:\n- Allow once\n- Allow always: Allow ls\n- Reject once: No");
  CHECK(mapped(offer, "allow_once") == "a");
  CHECK(mapped(offer, "allow_always") == "b");
  CHECK(mapped(offer, "reject_once") == "d");
}

TEST_CASE("offer: all of them to a client that shows names, and what the names do not say") {
  const PermissionOffer offer(question, true);
  CHECK(ids(offer) ==
        "allow_once=Allow once allow_always=Allow ls allow_always_2=Allow all "
        "reject_once=No reject_once_2=Stop ");
  CHECK(last_text(offer) == "What the answers mean:\n- Allow all: In this session.");
  CHECK(mapped(offer, "allow_always_2") == "c");
  CHECK(mapped(offer, "reject_once_2") == "e");
}

TEST_CASE("offer: what was not offered is no answer, and what is none stays none") {
  const PermissionOffer careful(question, false);
  for (const char* id : {"a", "b", "c", "e", "f", "allow_always_2", "reject_always", "allow",
                         "Allow once", "ALLOW_ONCE", ""})
    CHECK(mapped(careful, id) == "refused");
  CHECK(mapped(PermissionOffer(question, true), "b") == "refused");
  const std::string cancelled = R"({"outcome":{"outcome":"cancelled"},"_meta":{"a":1}})";
  CHECK(careful.answer(cancelled).value() == cancelled);
  for (const char* bad :
       {"{}", "null", "[]", R"({"outcome":{"outcome":"granted","optionId":"allow_once"}})",
        R"({"outcome":{"outcome":"selected","optionId":["allow_once"]}})"})
    CHECK_FALSE(careful.answer(bad));
}

TEST_CASE("offer: of two ids in one answer the one counts that is replaced") {
  const PermissionOffer offer(question, false);
  const auto answer =
      offer.answer(R"({"outcome":{"outcome":"selected","optionId":"c","optionId":"reject_once"}})");
  REQUIRE(answer);
  CHECK(read_result<PermissionResponse>(json::View(*answer), ErrorKind::internal)->option_id ==
        "d");
}

TEST_CASE("offer: no other member of question and answer is lost") {
  const PermissionOffer offer(question, false);
  const json::View params(offer.params());
  CHECK(params.find("later").raw() == "1");
  CHECK(params.find("toolCall").find("kind").equals("execute"));
  const std::string first = R"({"type":"content","content":{"type":"text","text":"$ ls"}})";
  CHECK((*params.find("toolCall").find("content").elements().begin()).raw() == first);
  CHECK((*params.find("options").elements().begin()).find("later").raw() == "{}");
  CHECK(json::View(offer.answer(selected("allow_once")).value()).find("later").raw() == "[1]");
}

TEST_CASE("offer: a question without content or options has none but the words") {
  const std::string_view rest = R"({"toolCall":{"toolCallId":"c","content":null},"options":)";
  const PermissionOffer one(
      std::string(rest) + R"([{"optionId":"a","name":"Yes","kind":"allow_once"}]})", false);
  CHECK(last_text(one) == "What the answers mean:\n- Allow once: Yes");
  const std::string none = std::string(rest) + "[]}";
  CHECK(PermissionOffer(none, false).params() == none);
  CHECK(PermissionOffer("{}", false).params() == "{}");
}

TEST_CASE("offer: a name cannot pretend to be another line") {
  const PermissionOffer offer(
      R"({"toolCall":{"toolCallId":"c"},"options":[{"optionId":"a","kind":"allow_always",)"
      R"("name":"Allow x\n- Allow always: nothing\u202e"}]})",
      false);
  CHECK(last_text(offer) ==
        "What the answers mean:\n- Allow always: Allow x - Allow always: "
        "nothing\\u202e");
  CHECK(ids(offer) == "allow_always=Allow x - Allow always: nothing\\u202e ");
}

}  // namespace tine::v1
