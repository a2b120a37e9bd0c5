// The index beside the sessions: what is found, what leaves it, and what it survives.

#include "session/search/search.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/ulid.h"
#include "session/search/limits.h"
#include "session/store/lock.h"
#include "session/store/project_folder.h"
#include "session/store/sessions.h"
#include "tests/catch.h"
#include "tests/doubles/await.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/still_world.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session;
using namespace tine::session::search;
namespace fs = std::filesystem;

namespace {

/// A store, whose sessions are written as a server would have left them.
struct Sessions {
  struct Told {
    std::string id;
    std::string file;
    std::uint64_t seq = 0;
    int turn = 0;
  };

  template <class Do>
  auto as_store(Do action) {
    store::Store store(loop, files, clock, root());
    return action(store);
  }
  Told begin(const std::string& project = "/one", const std::string& title = "A title") {
    clock.now_ms += 1000;
    store::State state;
    state.id = ids.next();
    state.project = state.cwd = project;
    state.backend = "codex";
    state.description = title;
    REQUIRE(as_store([&](store::Store& store) { return store.create(state); }));
    Told told{.id = state.id};
    told.file = root() + "/" + store::session_path(store::entry_of(state, 0)) + "/transcript.jsonl";
    line(told, "header",
         R"({"session":")" + state.id + R"(","backend":"codex","project":")" + project + R"("})");
    return told;
  }
  void line(Told& told, std::string_view type, std::string_view data) {
    std::string text;
    store::write_line(text, told.seq++, rfc3339(clock.now_ms), type, data);
    std::ofstream(told.file, std::ios::app) << text;
  }
  void prompt(Told& told, const std::string& words) {
    line(told, "prompt",
         R"({"turn":)" + std::to_string(++told.turn) + R"(,"content":[{"type":"text","text":")" +
             words + R"("}]})");
  }
  void say(Told& told, const std::string& words) {
    line(told, "update",
         R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":")" + words +
             R"("}})");
  }
  /// The end of a turn, of which the store's index is told.
  void end(Told& told) {
    line(told, "turn_end", R"({"turn":)" + std::to_string(told.turn) + R"(,"stop":"end_turn"})");
    save(told.id);
  }
  void save(const std::string& id, const std::string& title = {}) {
    clock.now_ms += 1000;
    as_store([&](store::Store& store) {
      auto entry = store.find_any(id);
      REQUIRE(entry);
      auto state = store.read_state(*entry);
      REQUIRE(state);
      if (!title.empty()) state->description = title;
      return store.write_state(*state);
    });
  }
  Told talk(const std::string& asked, const std::string& answered,
            const std::string& project = "/one") {
    Told told = begin(project);
    prompt(told, asked);
    say(told, answered);
    end(told);
    return told;
  }

  /// As a process of its own.
  Result<Answer> search(const std::string& typed, const std::string& project = {},
                        std::size_t limit = search::limits::hits) {
    return as_store([&](store::Store& store) {
      Searcher searcher(loop, store, redactor, world.log);
      Wish wish{.query = *read_query(typed), .limit = limit};
      if (!project.empty()) wish.folder = store::project_folder(project);
      return test::await(loop, searcher.search(std::move(wish), transport::CancelSource()));
    });
  }
  /// The sessions of the hits, with who said it; notices.
  std::vector<std::string> finds(const std::string& typed, const std::string& project = {}) {
    const auto answer = search(typed, project);
    REQUIRE(answer);
    notices = answer->notices;
    std::vector<std::string> out;
    for (const Hit& each : answer->hits)
      out.push_back(each.session + " " + std::string(name_of(each.who)));
    return out;
  }
  Result<void> tidy() {
    return as_store([&](store::Store& store) {
      Searcher searcher(loop, store, redactor, world.log);
      return test::await(loop, searcher.tidy());
    });
  }
  bool remove(const std::string& id) {
    return as_store(
        [&](store::Store& store) { return test::await(loop, store.remove(id)).has_value(); });
  }

  std::string root() const { return folder.path("tine"); }
  std::string index() const { return root() + "/" + database_name; }
  std::string bytes_of(const std::string& name) const {
    std::ifstream in(root() + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool index_has(const std::string& word) const {
    return bytes_of(database_name).find(word) != std::string::npos;
  }

  test::TemporaryFolder folder;
  test::StillWorld world;
  test::StillClock& clock = world;
  test::FaultyFiles files;
  transport::Loop loop;
  UlidSource ids{clock};
  Redactor redactor{Redactor::Key{1}};
  std::vector<std::string> notices;
};

using Found = std::vector<std::string>;

}  // namespace

TEST_CASE("search: finds who said it, the newest first, with the words marked") {
  Sessions place;
  const auto one = place.talk("Fix the login form", "The timeout of the login was wrong.");
  const auto two = place.talk("And the logout", "Nothing about it.");
  const auto answer = place.search("login");
  REQUIRE(answer);
  REQUIRE(answer->hits.size() == 2);
  const Hit& first = answer->hits[0];
  CHECK(first.session == one.id);
  CHECK(first.title == "A title");
  CHECK(first.backend == "codex");
  CHECK(first.project == "/one");
  CHECK(first.turn == 1);
  CHECK(answer->hits[0].seq + answer->hits[1].seq == 3);
  CHECK_FALSE(answer->more);
  std::string text;
  for (const Part& part : first.excerpt) text += part.match ? "[" + part.text + "]" : part.text;
  CHECK((text == "The timeout of the [login] was wrong." || text == "Fix the [login] form"));
  CHECK(place.finds("log*").size() == 3);
  CHECK(place.finds("login timeout") == Found{one.id + " answer"});
  CHECK(place.finds("\"nothing about\"") == Found{two.id + " answer"});
  CHECK(place.finds("\"about nothing\"").empty());
  CHECK(place.finds("absent").empty());
}

TEST_CASE("search: projects, limits") {
  Sessions place;
  const auto one = place.talk("word", "x", "/one");
  const auto two = place.talk("word", "x", "/two");
  CHECK(place.finds("word", "/one") == Found{one.id + " prompt"});
  CHECK(place.finds("word", "/two") == Found{two.id + " prompt"});
  CHECK(place.finds("word", "/three").empty());
  CHECK(place.finds("word") == Found{two.id + " prompt", one.id + " prompt"});
  for (const std::size_t limit : {1U, 2U, 3U}) {
    const auto answer = place.search("word", {}, limit);
    REQUIRE(answer);
    CHECK(answer->hits.size() == std::min<std::size_t>(limit, 2));
    CHECK(answer->more == (limit < 2));
  }
}

TEST_CASE("search: what was added is found; when nothing was, little is opened") {
  Sessions place;
  std::vector<Sessions::Told> all;
  constexpr std::size_t sessions = 2 * search::limits::looked_at_anew;
  for (std::size_t i = 0; i < sessions; ++i) all.push_back(place.talk("first", "x"));
  CHECK(place.search("first", {}, 1000)->hits.size() == sessions);
  place.files.opens = 0;
  CHECK(place.finds("absent").empty());
  // A folder and a transcript each, and what is beside the sessions.
  CHECK(place.files.opens < 2 * search::limits::looked_at_anew + 20);
  place.prompt(all[0], "second");
  place.say(all[0], "third");
  place.end(all[0]);
  CHECK(place.finds("third") == Found{all[0].id + " answer"});
  CHECK(place.search("first", {}, 1000)->hits.size() == sessions);
}

TEST_CASE("search: a turn that runs is found, and once its process is gone too") {
  Sessions place;
  auto one = place.talk("first", "x");
  place.prompt(one, "running");
  const std::string session = fs::path(one.file).parent_path().string();
  {
    const auto folder = store::Folder::root(place.files, session, false);
    REQUIRE(folder);
    const auto lock = store::Lock::take(*folder, store::this_process(place.clock, "a turn"));
    REQUIRE(lock);
    CHECK(place.finds("running") == Found{one.id + " prompt"});
    CHECK(place.finds("running first").empty());
    CHECK_FALSE(place.index_has("running"));
    place.say(one, "more of it");
    CHECK(place.finds("more") == Found{one.id + " answer"});
  }
  CHECK(place.finds("running") == Found{one.id + " prompt"});
  CHECK(place.index_has("running"));
  place.line(one, "turn_aborted", R"({"turn":2,"reason":"x"})");
  place.save(one.id);
  CHECK(place.finds("running") == Found{one.id + " prompt"});
  CHECK(place.finds("more") == Found{one.id + " answer"});
}

TEST_CASE("search: what is deleted leaves the file, and a fork finds what it has itself") {
  Sessions place;
  const auto one = place.talk("zanzibarprompt", "zanzibaranswer");
  const auto two = place.talk("kept words", "zanzibarother");
  CHECK(place.finds("zanzibarprompt").size() == 1);
  CHECK(place.index_has("zanzibarprompt"));
  REQUIRE(place.remove(one.id));
  SECTION("at once") { REQUIRE(place.tidy()); }
  SECTION("by the next search") { CHECK(place.finds("zanzibaranswer").empty()); }
  CHECK_FALSE(place.index_has("zanzibarprompt"));
  CHECK_FALSE(place.index_has("zanzibaranswer"));
  CHECK_FALSE(place.index_has(one.id));
  CHECK(place.index_has("zanzibarother"));
  CHECK(place.finds("zanzibarother") == Found{two.id + " answer"});
  CHECK(place.finds("zanzibar*") == Found{two.id + " answer"});
  CHECK_FALSE(fs::exists(place.index() + "-journal"));
}

TEST_CASE("search: no word of many deleted sessions is left in the file") {
  Sessions place;
  std::vector<Sessions::Told> gone;
  std::string words;
  for (int i = 0; i < 40; ++i) {
    words.clear();
    for (int j = 0; j < 200; ++j) {
      const std::string number = std::to_string(i * 1000 + j);
      words += (i % 2 == 0 ? " quagga" : " okapi") + number + " shared" + number.substr(0, 1);
    }
    auto told = place.talk("Number " + std::to_string(i), words);
    if (i % 2 == 0) gone.push_back(told);
  }
  CHECK(place.finds("quagga4100 shared4").size() == 1);
  for (const auto& each : gone) REQUIRE(place.remove(each.id));
  REQUIRE(place.tidy());
  CHECK_FALSE(place.index_has("quagga"));
  CHECK(place.index_has("okapi1100"));
  CHECK(place.finds("okapi1100 shared1").size() == 1);
  CHECK(place.finds("number").size() == 20);
}

TEST_CASE("search: a title is found, and another one in its place") {
  Sessions place;
  auto one = place.begin("/one", "Walrus repair");
  place.prompt(one, "Do it");
  place.end(one);
  auto two = place.begin("/one", "Do it");
  place.prompt(two, "Do it");
  place.end(two);
  CHECK(place.finds("walrus") == Found{one.id + " title"});
  CHECK(place.finds("do it") == Found{two.id + " prompt", one.id + " prompt"});
  place.save(one.id, "Narwhal repair");
  CHECK(place.finds("walrus").empty());
  CHECK(place.finds("narwhal") == Found{one.id + " title"});
  CHECK(place.finds("do it").size() == 2);
  CHECK_FALSE(place.index_has("walrus"));
}

TEST_CASE("search: a secret that is known by now is not shown") {
  Sessions place;
  const std::string secret = "correcthorsebattery";
  place.talk("The word is " + secret + " today", "x");
  REQUIRE(place.redactor.add_literal(secret));
  const auto answer = place.search("today");
  REQUIRE(answer);
  REQUIRE(answer->hits.size() == 1);
  for (const Part& part : answer->hits[0].excerpt)
    CHECK(part.text.find(secret) == std::string::npos);
}

TEST_CASE("search: a damaged index is put aside and made anew") {
  Sessions place;
  const auto one = place.talk("word", "x");
  CHECK(place.finds("word").size() == 1);
  SECTION("no database") { std::ofstream(place.index()) << "nonsense, of some length: it is none"; }
  SECTION("overwritten in the middle") {
    const auto size = fs::file_size(place.index());
    std::fstream file(place.index(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(size - 4096, 'x');
  }
  SECTION("without a table") {
    Database database(place.index());
    database.run("DROP TABLE list");
    REQUIRE_FALSE(database.fault());
  }
  CHECK(place.finds("word") == Found{one.id + " prompt"});
  REQUIRE(place.notices.size() == 1);
  CHECK(place.notices[0].starts_with("The search index was damaged"));
  CHECK(fs::exists(place.root() + "/" + damaged_name));
  CHECK(place.finds("word").size() == 1);
  CHECK(place.notices.empty());
  // It may have words of what is deleted now.
  REQUIRE(place.remove(one.id));
  REQUIRE(place.tidy());
  CHECK_FALSE(fs::exists(place.root() + "/" + damaged_name));
}

TEST_CASE("search: the index is the owner's alone, made anew when it is missing or of old") {
  Sessions place;
  place.talk("word", "x");
  CHECK(place.finds("word").size() == 1);
  struct stat found {};
  REQUIRE(::stat(place.index().c_str(), &found) == 0);
  CHECK((found.st_mode & 0777U) == 0600U);
  SECTION("missing") { fs::remove(place.index()); }
  SECTION("empty") { fs::resize_file(place.index(), 0); }
  SECTION("of another version") {
    Database database(place.index());
    database.run("PRAGMA user_version = 99");
  }
  CHECK(place.finds("word").size() == 1);
  CHECK(place.notices.empty());
}

TEST_CASE("search: a link in the place of the index is not followed") {
  Sessions place;
  place.talk("word", "x");
  const std::string elsewhere = place.folder.write("elsewhere", "");
  fs::create_directories(place.root());
  fs::create_symlink(elsewhere, place.index());
  CHECK_FALSE(place.search("word"));
  CHECK(fs::file_size(elsewhere) == 0);
  CHECK(fs::is_symlink(place.index()));
}

TEST_CASE("search: another process that is at it delays nothing but a little") {
  Sessions place;
  const auto one = place.talk("word", "x");
  CHECK(place.finds("word").size() == 1);
  const auto two = place.talk("word", "x");
  const auto folder = store::Folder::root(place.files, place.root(), false);
  REQUIRE(folder);
  auto lock = folder->open_file(lock_name, store::Files::Open::lock);
  REQUIRE(lock);
  REQUIRE(*lock->try_lock());
  CHECK(place.finds("word") == Found{one.id + " prompt"});
  REQUIRE(place.notices.size() == 1);
  CHECK(place.notices[0].starts_with("Another process is bringing the search index up to date"));
  lock->close();
  CHECK(place.finds("word").size() == 2);
  CHECK(place.notices.empty());
}

TEST_CASE(
    "search: a store index that is made anew, or a transcript from elsewhere, loses nothing") {
  Sessions place;
  const auto one = place.talk("word", "x");
  const auto two = place.talk("word", "y");
  CHECK(place.finds("word").size() == 2);
  SECTION("the index of the sessions is missing") { fs::remove(place.root() + "/index"); }
  SECTION("the transcript is shorter") {
    std::ifstream in(one.file);
    std::string first;
    std::string second;
    std::getline(in, first);
    std::getline(in, second);
    std::ofstream(one.file) << first << "\n" << second << "\n";
    place.save(one.id);
    CHECK(place.finds("x").empty());
  }
  SECTION("a line is damaged") {
    std::fstream file(one.file, std::ios::in | std::ios::out);
    file.seekp(-10, std::ios::end);
    file << "!!!";
    file.close();
  }
  CHECK(place.finds("word").size() == 2);
  CHECK(place.finds("y").size() == 1);
  fs::remove_all(fs::path(two.file).parent_path());
  CHECK(place.finds("word") == Found{one.id + " prompt"});
}

TEST_CASE("search: many pieces go into several shards, and are found and forgotten in each") {
  Sessions place;
  auto one = place.begin();
  place.prompt(one, "many");
  std::string text;
  for (std::size_t i = 0; i <= search::limits::shard_pieces; ++i) {
    store::write_line(text, one.seq++, rfc3339(place.clock.now_ms), "update",
                      R"({"sessionUpdate":"agent_message_chunk","messageId":")" +
                          std::to_string(i) + R"(","content":{"type":"text","text":"number n)" +
                          std::to_string(i) + R"("}})");
  }
  std::ofstream(one.file, std::ios::app) << text;
  place.end(one);
  CHECK(place.finds("n0") == Found{one.id + " answer"});
  CHECK(place.finds("n" + std::to_string(search::limits::shard_pieces)) ==
        Found{one.id + " answer"});
  CHECK(place.search("number", {}, 5)->more);
  place.talk("n0", "other");
  CHECK(place.finds("n0").size() == 2);
  REQUIRE(place.remove(one.id));
  CHECK(place.finds("n0").size() == 1);
  CHECK_FALSE(place.index_has("n65000"));
}

TEST_CASE("search: since when") {
  const std::int64_t now = 1'770'000'000'000;
  CHECK(*since_ms("30m", now) == now - 30LL * 60'000);
  CHECK(*since_ms("2h", now) == now - 2LL * 3'600'000);
  CHECK(*since_ms("7d", now) == now - 7LL * 86'400'000);
  CHECK(*since_ms("1w", now) == now - 7LL * 86'400'000);
  CHECK(*since_ms("2026-01-31T12:00:00.000Z", now) == 1'769'860'800'000);
  CHECK(*since_ms("2026-02-01", now) - *since_ms("2026-01-31", now) == 86'400'000);
  for (const char* when : {"", "d", "7", "7y", "-1d", "x7d", "2026-02-30", "2026-13-01", "2026-1-1",
                           "yesterday", "99999999999999999999d"}) {
    CHECK_FALSE(since_ms(when, now));
  }
}
