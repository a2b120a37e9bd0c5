#include "session/store/index_file.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "session/store/index.h"
#include "session/store/limits.h"
#include "tests/catch.h"
#include "tests/doubles/faulty_files.h"
#include "tests/doubles/temporary_folder.h"

using namespace tine;
using namespace tine::session::store;
namespace fs = std::filesystem;

namespace {

std::string line_of(const std::string& id, const std::string& title) {
  return index_line({.id = id, .folder = "one", .title = title, .parent = {}});
}

const char* const first = "01J00000000000000000000001";
const char* const second = "01J00000000000000000000002";
const char* const third = "01J00000000000000000000003";

/// The root of a store without sessions, and the whole index of it.
struct Place {
  Place() { begin_index(*root); }

  std::string path(const std::string& name) const { return folder.path() + "/" + name; }
  std::string text(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void append(std::string_view bytes) const {
    std::ofstream(path(index_name), std::ios::binary | std::ios::app) << bytes;
  }
  /// Puts lines in the place of the index.
  void replace(const std::string& lines) const {
    auto lock = IndexLock::take(*root);
    REQUIRE(lock);
    REQUIRE(*lock);
    const auto header = renew_index(*root, **lock, lines);
    REQUIRE(header);
    REQUIRE(*header);
  }
  /// Each session's title, as one process after the other sees it.
  std::map<std::string, std::string> titles(Index& index) const {
    REQUIRE(index.catch_up({}));
    std::map<std::string, std::string> out;
    for (const auto& [id, entry] : index.entries()) out.emplace(id, entry.title);
    return out;
  }
  /// Makes the folder of a session, so that nobody takes it for gone.
  void make_session(const std::string& id) const {
    REQUIRE(root->make("one/sessions/" + id));
    std::ofstream(path("one/sessions/" + id + "/transcript.jsonl")) << "";
  }

  test::TemporaryFolder folder;
  mutable test::FaultyFiles files;
  std::shared_ptr<const Folder> root =
      std::make_shared<const Folder>(std::move(*Folder::root(files, folder.path(), true)));
};

using Titles = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("an index agrees with its note when it has its name and is no shorter") {
  const Place place;
  place.append(line_of(first, "one"));
  const auto index = OpenIndex::open(*place.root);
  REQUIRE(index);
  REQUIRE(*index);
  const std::string& name = (*index)->header.name;
  const std::int64_t bytes = (*index)->bytes;
  CHECK(agrees(**index, IndexLock::Note{.name = name, .bytes = bytes}));
  CHECK(agrees(**index, IndexLock::Note{.name = name, .bytes = bytes - 1}));
  CHECK_FALSE(agrees(**index, IndexLock::Note{.name = name, .bytes = bytes + 1}));
  CHECK_FALSE(agrees(**index, IndexLock::Note{.name = name + "0", .bytes = bytes}));
  CHECK_FALSE(agrees(**index, std::nullopt));
}

TEST_CASE("an index of a gigabyte is opened, a larger one is damaged") {
  const Place place;
  for (const std::int64_t over : {-1, 0, 1}) {
    std::error_code refused;
    const auto bytes = static_cast<std::uintmax_t>(session::store::limits::index_file + over);
    fs::resize_file(place.path(index_name), bytes, refused);
    if (refused) return;  // a file system without sparse files
    const auto index = OpenIndex::open(*place.root);
    REQUIRE(index);
    CHECK(index->has_value() == (over <= 0));
  }
}

TEST_CASE("what is added to an index is noted, so that a cut is seen") {
  const Place place;
  REQUIRE(add_to_index(*place.root, line_of(first, "one")) == true);
  const auto index = OpenIndex::open(*place.root);
  const auto note = IndexLock::note(*place.root);
  REQUIRE(note);
  CHECK(note->name == (*index)->header.name);
  CHECK(note->bytes == (*index)->bytes);
  fs::resize_file(place.path(index_name), static_cast<std::uintmax_t>(note->bytes - 1));
  // Nothing is added to it, as a note of its new length would hide the cut.
  const std::string cut = place.text(index_name);
  REQUIRE(add_to_index(*place.root, line_of(second, "two")) == true);
  CHECK(place.text(index_name) == cut);
  CHECK(IndexLock::note(*place.root)->bytes == note->bytes);
}

TEST_CASE("an index that another process has removed is not put back") {
  const Place place;
  place.files.can_exchange = GENERATE(true, false);
  place.replace(line_of(first, "one"));
  auto lock = IndexLock::take(*place.root);
  REQUIRE(lock);
  REQUIRE(*lock);
  fs::remove(place.path(index_name));
  const auto header = renew_index(*place.root, **lock, line_of(first, "two"));
  REQUIRE(header);
  CHECK_FALSE(*header);
  CHECK_FALSE(fs::exists(place.path(index_name)));
  CHECK_FALSE(fs::exists(place.path("index.new")));
}

TEST_CASE("a session that is made while the store's first index is made is not left out of it") {
  for (std::size_t n = 1;; ++n) {
    INFO("open " << n);
    const Place place;
    fs::remove(place.path(index_name));
    std::size_t opens = 0;
    place.files.on_open = [&] {
      if (++opens != n) return;
      // What another process does that cannot add to the index.
      fs::create_directories(place.path(std::string("one/sessions/") + first));
      fs::remove(place.path(index_name));
    };
    begin_index(*place.root);
    if (opens < n) break;
    CHECK_FALSE(fs::exists(place.path(index_name)));
  }
}

TEST_CASE("half a line that a full disk leaves is taken back") {
  const Place place;
  const std::string before = place.text(index_name);
  int writes = 0;
  place.files.on_write = [&writes](std::size_t wanted) -> ssize_t {
    return writes++ == 0 ? static_cast<ssize_t>(wanted / 2) : -ENOSPC;
  };
  const auto added = add_to_index(*place.root, line_of(first, "one"));
  REQUIRE_FALSE(added);
  CHECK(added.error().kind == ErrorKind::storage_full);
  CHECK(place.text(index_name) == before);
}

TEST_CASE("a line counts once its newline is there") {
  const Place place;
  place.make_session(first);
  place.make_session(second);
  place.replace(line_of(first, "one") + line_of(second, "two"));
  Index index(place.root);
  REQUIRE(place.titles(index) == Titles{{first, "one"}, {second, "two"}});
  const std::string line = line_of(first, "renamed");
  for (std::size_t written = 0; written < line.size(); ++written) {
    INFO(written << " of " << line.size());
    CHECK(place.titles(index).at(first) == "one");
    place.append(line.substr(written, 1));
  }
  CHECK(place.titles(index) == Titles{{first, "renamed"}, {second, "two"}});
  CHECK(index.lines_read() == 3);
}

TEST_CASE("an index that another process has replaced is read from its beginning") {
  const Place place;
  for (const char* id : {first, second, third}) place.make_session(id);
  place.replace(line_of(first, "one") + line_of(second, "two") + line_of(third, "three"));
  Index index(place.root);
  REQUIRE(place.titles(index).size() == 3);
  // What another process is still writing is no part of the new file.
  place.append(R"({"id":"01J)");
  REQUIRE(place.titles(index).size() == 3);
  // Longer than before, so that its length gives nothing away.
  const std::string title(500, 'x');
  const IndexEntry of_third{
      .id = second, .folder = "one", .title = {}, .parent = third, .gone = false};
  place.replace(line_of(first, title) + line_of(third, title) + index_line(of_third));
  REQUIRE(place.titles(index).size() == 3);
  CHECK(index.forks_of(third) == std::vector<std::string>{second});
  place.replace(line_of(first, title) + line_of(third, title));
  CHECK(index.forks_of(third) == std::vector<std::string>{second});
  CHECK(place.titles(index) == Titles{{first, title}, {third, title}});
  CHECK(index.forks_of(third).empty());
  CHECK(index.lines_read() == 8);
}

TEST_CASE("a line of the index that does not end is damage, and nothing is read for ever") {
  const Place place;
  place.make_session(first);
  const std::size_t longest = session::store::limits::index_line;
  for (const std::size_t length : {longest - 1, longest, longest + 1}) {
    INFO(length);
    place.replace(line_of(first, "one"));
    place.append(std::string(length, 'x'));
    const std::string before = place.text(index_name);
    Index index(place.root);
    const bool is_good = length <= longest;
    CHECK((place.titles(index) == Titles{{first, "one"}}) == is_good);
    CHECK((place.text(index_name) == before) == is_good);
    CHECK(index.entries().contains(first));
  }
}
