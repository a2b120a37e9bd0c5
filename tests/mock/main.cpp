// usage: mock_model responses RECORD: serves on a port of 127.0.0.1, which it prints, until its
// input ends. RECORD is the file that gets every request.

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

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
  if (argc != 3 || std::strcmp(argv[1], "responses") != 0) {
    std::fputs("usage: mock_model responses RECORD\n", stderr);
    return 2;
  }
  transport::Loop loop;
  mock::Recording recording(argv[2]);
  mock::Responses dialect(recording);
  mock::HttpServer server(loop, [&dialect](mock::HttpRequest request, mock::Exchange& exchange) {
    return dialect.handle(std::move(request), exchange);
  });
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  loop.spawn(server.serve());
  loop.spawn(until_input_ends(loop));
  loop.run();
  return 0;
}
