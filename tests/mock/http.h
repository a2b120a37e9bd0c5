#pragma once
// As much of an HTTP server as a mock of a model service needs: one request a connection, answered
// whole or as a stream of server-sent events.
//
// On the loop's thread, on a port of 127.0.0.1 that the system chooses.

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "transport/loop.h"

namespace tine::mock {

struct HttpRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// Where the answer to one request goes. What is written when the client has gone is lost.
class Exchange {
 public:
  Exchange(transport::Loop& loop, boost::asio::ip::tcp::socket& socket)
      : loop_(loop), socket_(socket) {}

  transport::Loop& loop() { return loop_; }
  transport::Task<void> answer(int status, std::map<std::string, std::string> headers,
                               std::string body);
  transport::Task<void> begin_events();
  transport::Task<void> event(std::string name, std::string data);
  /// Waits until the client goes.
  transport::Task<void> hang();
  /// Breaks the connection off.
  void drop();
  bool broken() const { return broken_; }

 private:
  transport::Task<void> write(std::string text);
  transport::Loop& loop_;
  boost::asio::ip::tcp::socket& socket_;
  bool broken_ = false;
};

class HttpServer {
 public:
  using Handler = std::function<transport::Task<void>(HttpRequest request, Exchange& exchange)>;
  HttpServer(transport::Loop& loop, Handler handler);

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  transport::Task<void> serve();

 private:
  transport::Task<void> converse(boost::asio::ip::tcp::socket socket);
  transport::Loop& loop_;
  Handler handler_;
  boost::asio::ip::tcp::acceptor acceptor_;
};

}  // namespace tine::mock
