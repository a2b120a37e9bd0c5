// usage: mock_model responses|messages RECORD: serves that API on a port of 127.0.0.1, which it
// prints, until its input ends. RECORD is the file that gets every request.

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "tests/mock/messages.h"
#include "tests/mock/responses.h"
#include "transport/channel.h"

namespace {

using namespace tine;

transport::Task<void> until_input_ends(transport::Loop& loop) {
  const auto input = transport::make_fd_channel(loop, transport::Fd(STDIN_FILENO), transport::Fd());
  std::array<char, 64> room{};
  for (;;) {
    const auto n = co_await input->read_some(room);
    if (!n || *n == 0) break;
  }
  loop.stop();
}

}  // namespace

int main(int argc, char** argv) {
  const bool messages = argc == 3 && std::strcmp(argv[1], "messages") == 0;
  if (argc != 3 || (!messages && std::strcmp(argv[1], "responses") != 0)) {
    std::fputs("usage: mock_model responses|messages RECORD\n", stderr);
    return 2;
  }
  transport::Loop loop;
  mock::Recording recording(argv[2]);
  mock::Clock clock;
  mock::Responses of_openai(recording, clock);
  mock::Messages of_anthropic(recording, clock);
  mock::HttpServer server(loop, [&](mock::HttpRequest request, mock::Exchange& exchange) {
    if (request.target == "/mock/clock") {
      clock.put_forward(std::chrono::seconds(std::stoll(request.body)));
      return exchange.answer(200, {}, "{}");
    }
    return messages ? of_anthropic.handle(std::move(request), exchange)
                    : of_openai.handle(std::move(request), exchange);
  });
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  loop.spawn(server.serve());
  loop.spawn(until_input_ends(loop));
  loop.run();
  return 0;
}
