// What one update and one request cost, without the transport.

#include <cstdio>
#include <ctime>

#include "protocol/v1/build_update.h"
#include "protocol/v1/codec.h"
#include "protocol/v1/filter.h"
#include "protocol/v1/shown.h"

namespace {

using namespace tine;

std::size_t sink = 0;  // what is made is used, so that it is made

template <class Work>
void measure(const char* what, std::size_t bytes, Work work) {
  // Processor time: what else the machine does is not ours to count.
  constexpr std::clock_t enough = CLOCKS_PER_SEC / 5;
  std::size_t rounds = 0;
  const std::clock_t begin = std::clock();
  std::clock_t now = begin;
  while (now - begin < enough) {
    constexpr std::size_t batch = 64;
    for (std::size_t i = 0; i < batch; ++i) work();
    rounds += batch;
    now = std::clock();
  }
  const double ns =
      static_cast<double>(now - begin) * (1e9 / CLOCKS_PER_SEC) / static_cast<double>(rounds);
  std::printf("%-44s %10.0f ns %9.2f GB/s\n", what, ns, static_cast<double>(bytes) / ns);
}

}  // namespace

int main() {
  const std::string words = "The quick brown fox jumps over the lazy dog. ";
  v1::Update chunk = v1::text_chunk(v1::UpdateKind::agent_message_chunk, words, "01ABC");
  chunk.session = "01JZ0000000000000000000000";
  const v1::ClientCapabilities client;

  measure("build a text chunk", chunk.payload.size(), [&] {
    sink += v1::text_chunk(v1::UpdateKind::agent_message_chunk, words, "01ABC").payload.size();
  });
  measure("make its line", chunk.payload.size(),
          [&] { sink += v1::update_line(chunk.session, chunk).text.size(); });
  measure("decide whether the client takes it", chunk.payload.size(),
          [&] { sink += v1::takes(client, chunk) ? 1U : 0U; });
  measure("look for control characters in it", chunk.payload.size(), [&] {
    v1::show_controls(chunk);
    sink += chunk.payload.size();
  });
  std::string lines;
  while (lines.size() < std::size_t{1024} * 1024) lines += words + "\n\"\t";
  v1::Update output = v1::text_chunk(v1::UpdateKind::agent_message_chunk, lines, "01ABC");
  measure("look for them in 1 MiB of short lines", output.payload.size(), [&] {
    v1::show_controls(output);
    sink += output.payload.size();
  });
  measure("adopt a chunk of another agent", chunk.payload.size(),
          [&] { sink += v1::adopt(chunk.session, json::View(chunk.payload)).payload.size(); });

  v1::PromptRequest prompt;
  prompt.session_id = chunk.session;
  prompt.prompt = {v1::text_block(words), v1::link_block("file:///a/b.cpp", "b.cpp")};
  const std::string small = v1::write(prompt);
  measure("decode a small prompt", small.size(),
          [&] { sink += v1::read_params<v1::PromptRequest>(json::View(small))->prompt.size(); });
  std::string text;
  while (text.size() < std::size_t{8} * 1024 * 1024) text += words + "\n";
  prompt.prompt = {v1::text_block(text)};
  const std::string large = v1::write(prompt);
  measure("decode a prompt of 8 MiB", large.size(),
          [&] { sink += v1::read_params<v1::PromptRequest>(json::View(large))->prompt.size(); });
  return sink == 0 ? 1 : 0;
}
