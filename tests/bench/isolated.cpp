// What an update of another agent costs by itself: its line guarded, its three fields found, its
// secrets taken out, its record appended. Each step is timed with those before it, in the processor
// time of one thread, over the bytes that `[[flood]]` of the scripted agent makes.
//
//   bench_isolated COUNT BYTES      one JSON object: microseconds of an update, by step

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>

#include "base/redact/redactor.h"
#include "protocol/v1/update.h"
#include "session/record/update_redactor.h"
#include "session/store/writer.h"
#include "tests/doubles/store_folder.h"
#include "transport/line_reader.h"
#include "transport/rpc_message.h"

namespace {

using namespace tine;

class BenchEnv final : public Env {
 public:
  std::int64_t wall_ms() override { return 1'800'000'000'000; }
  void random(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, 1); }
  std::optional<std::string> variable(std::string_view /*name*/) const override {
    return std::nullopt;
  }
};

std::string words(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += "It reads the file, finds the place and changes two lines. ";
  return text.substr(0, bytes);
}

/// About as much as is read at once, in whole lines; gives the number of them.
std::size_t fill(std::string& input, std::size_t bytes) {
  const std::string line =
      R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s-1234-1","update":)"
      R"({"content":{"text":")" +
      words(bytes) + R"(","type":"text"},"sessionUpdate":"agent_message_chunk"}}})" + "\n";
  std::size_t count = 0;
  do {
    input += line;
    ++count;
  } while (input.size() + line.size() <= transport::limits::read_chunk);
  return count;
}

using Take = std::function<void(const transport::LineReader::Line&)>;

double us_of(std::size_t count, std::size_t bytes, const Take& take) {
  std::string input;
  const std::size_t at_once = fill(input, bytes);
  transport::LineReader reader(take);
  const std::clock_t begin = std::clock();
  std::size_t done = 0;
  for (; done < count; done += at_once) reader.feed(input);
  return static_cast<double>(std::clock() - begin) * (1e6 / CLOCKS_PER_SEC) /
         static_cast<double>(done);
}

v1::Update update_in(const transport::LineReader::Line& line) {
  const auto message = transport::parse_message(line);
  if (!message || message->method != "session/update") std::abort();
  return v1::adopt({}, v1::update_params(message->body).update);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::size_t count = std::strtoull(argv[1], nullptr, 10);
  const std::size_t bytes = std::strtoull(argv[2], nullptr, 10);
  std::size_t sink = 0;  // what is made is used, so that it is made

  const double guard = us_of(count, bytes, [&](const auto& line) { sink += line.text.size(); });
  const double parse =
      us_of(count, bytes, [&](const auto& line) { sink += update_in(line).payload.size(); });

  const test::TemporaryFolder place;
  const session::store::Folder folder = test::store_folder(place);
  BenchEnv env;
  Redactor redactor(Redactor::Key{1});
  session::store::Writer writer(env, {});
  session::UpdateRedactor clean(redactor,
                                [&](const v1::Update& each) { sink += each.payload.size(); });
  const double redact =
      us_of(count, bytes, [&](const auto& line) { clean.update(update_in(line)); });
  session::UpdateRedactor recorded(redactor,
                                   [&](const v1::Update& each) { writer.add_update(each); });
  const double append = us_of(count, bytes, [&](const auto& line) {
    recorded.update(update_in(line));
    if (writer.should_flush() && !writer.flush(folder)) std::abort();
  });
  std::printf(R"({"guardUs":%.4f,"parseUs":%.4f,"redactUs":%.4f,"appendUs":%.4f})"
              "\n",
              guard, parse, redact, append);
  return sink == 0 ? 1 : 0;
}
