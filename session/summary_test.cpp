#include "session/summary.h"

#include "session/limits.h"
#include "tests/catch.h"
#include "tests/redact/samples.h"

using namespace tine;

namespace {

Redactor redactor{Redactor::Key{1}};

std::string summary_of(const std::vector<executor::PastTurn>& turns) {
  return session::summary_of(turns, redactor);
}

}  // namespace

TEST_CASE("a summary tells the first prompt and the last turns, and what it leaves out") {
  std::vector<executor::PastTurn> turns;
  CHECK(summary_of(turns).find("User:") == std::string::npos);
  for (int i = 1; i <= 400; ++i) {
    turns.push_back({.id = "t" + std::to_string(i),
                     .prompt = "question " + std::to_string(i) + ".",
                     .answer = std::string(200, 'a')});
  }
  const std::string text = summary_of(turns);
  CHECK(text.size() <= session::limits::summary + 100);
  CHECK(text.find("question 1.") != std::string::npos);
  CHECK(text.find("question 2.") == std::string::npos);
  CHECK(text.find("question 400.") != std::string::npos);
  CHECK(text.find("turns are left out") != std::string::npos);
  CHECK(text.find("question 399.") < text.find("question 400."));

  turns.resize(3);
  CHECK(summary_of(turns).find("left out") == std::string::npos);
}

TEST_CASE("a summary cuts long texts between characters") {
  const std::vector<executor::PastTurn> turns = {
      {.id = "t1", .prompt = "é", .answer = "x" + std::string(session::limits::summary_part, 'x')},
      {.id = "t2", .prompt = "p", .answer = [] {
         std::string text = "x";
         while (text.size() <= session::limits::summary_part) text += "é";
         return text;
       }()}};
  const std::string text = summary_of(turns);
  CHECK(text.find("x […]") != std::string::npos);
  CHECK(text.find("é […]") != std::string::npos);
}

TEST_CASE("a summary takes secrets out before it cuts") {
  const std::string secret = test::secret_samples().back().secret;
  for (std::size_t kept = 8; kept < secret.size(); ++kept) {
    const std::string before(session::limits::summary_part - kept - 1, 'x');
    const std::string text =
        summary_of({{.id = "t1", .prompt = before + " " + secret, .answer = ""}});
    CHECK(text.find(secret.substr(0, 8)) == std::string::npos);
  }
}
