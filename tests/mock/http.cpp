#include "tests/mock/http.h"

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <utility>

namespace tine::mock {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string next_line(std::string_view& text) {
  const std::size_t end = text.find("\r\n");
  std::string line(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  return line;
}

HttpRequest parse_head(std::string_view head) {
  HttpRequest request;
  const std::string first = next_line(head);
  const std::size_t method_end = first.find(' ');
  request.method = first.substr(0, method_end);
  request.target = first.substr(method_end + 1, first.find(' ', method_end + 1) - method_end - 1);
  while (!head.empty()) {
    const std::string line = next_line(head);
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    request.headers[lower(line.substr(0, colon))] =
        value == std::string::npos ? std::string() : line.substr(value);
  }
  return request;
}

}  // namespace

transport::Task<void> Exchange::write(std::string text) {
  if (broken_) co_return;
  boost::system::error_code error;
  co_await asio::async_write(socket_, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
  if (error) broken_ = true;
}

transport::Task<void> Exchange::answer(int status, std::map<std::string, std::string> headers,
                                       std::string body) {
  std::string text = "HTTP/1.1 " + std::to_string(status) + " Mock\r\nconnection: close\r\n";
  headers["content-length"] = std::to_string(body.size());
  headers.emplace("content-type", "application/json");
  for (const auto& [name, value] : headers) text.append(name).append(": ").append(value) += "\r\n";
  co_await write(text + "\r\n" + body);
}

transport::Task<void> Exchange::begin_events() {
  co_await write("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: text/event-stream\r\n\r\n");
}

transport::Task<void> Exchange::event(std::string name, std::string data) {
  co_await write("event: " + name + "\ndata: " + data + "\n\n");
}

transport::Task<void> Exchange::hang() {
  std::array<char, 256> ignored{};
  while (!broken_) {
    boost::system::error_code error;
    co_await socket_.async_read_some(asio::buffer(ignored),
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) broken_ = true;
  }
}

void Exchange::drop() {
  broken_ = true;
  boost::system::error_code ignored;
  // A reset, not an end.
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

HttpServer::HttpServer(transport::Loop& loop, Handler handler)
    : loop_(loop),
      handler_(std::move(handler)),
      acceptor_(loop.executor(), tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}

transport::Task<void> HttpServer::serve() {
  for (;;) {
    tcp::socket socket(loop_.executor());
    boost::system::error_code error;
    co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    loop_.spawn(converse(std::move(socket)));
  }
}

transport::Task<void> HttpServer::converse(tcp::socket socket) {
  std::string text;
  boost::system::error_code error;
  const std::size_t head =
      co_await asio::async_read_until(socket, asio::dynamic_buffer(text), "\r\n\r\n",
                                      asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return;
  HttpRequest request = parse_head(std::string_view(text).substr(0, head));
  request.body = text.substr(head);
  const auto length = request.headers.find("content-length");
  const std::size_t whole = length == request.headers.end() ? 0 : std::stoul(length->second);
  const std::size_t have = request.body.size();
  if (have < whole) {
    request.body.resize(whole);
    co_await asio::async_read(socket, asio::buffer(request.body.data() + have, whole - have),
                              asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
  Exchange exchange(loop_, socket);
  co_await handler_(std::move(request), exchange);
  if (!exchange.broken()) socket.shutdown(tcp::socket::shutdown_both, error);
}

}  // namespace tine::mock
