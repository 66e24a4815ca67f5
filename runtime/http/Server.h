#pragma once
// A server: the socket that listens, its connections, and how many requests are handled at a time.

#include <uv.h>

#include <atomic>
#include <ctime>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "runtime/async/Operation.h"
#include "runtime/http/Connection.h"

namespace gene::http {

class Fleet;

/// Requests that become WebSockets, and for which handler: the one at the same place in the server's list.
struct WebSocketRoute {
  std::string path;  // "": any
  std::vector<std::string>
      origins;  // of pages that may connect; "*": any. None: those of the same host
  std::vector<std::string> protocols;  // that the handler speaks
  WebSocketOptions options;
};

struct Options {
  std::string host = "0.0.0.0";
  int port = 0;
  Limits limits;
  uint64_t headTimeout = 10'000;  // milliseconds, all of them
  uint64_t bodyTimeout = 30'000;  // and one second more for each 16 KiB
  uint64_t idleTimeout = 60'000;
  uint64_t writeTimeout = 30'000;  // without any progress
  uint64_t requestTimeout = 0;     // of the handler; 0: none
  uint32_t inFlight = UINT32_MAX;  // handlers at a time
  uint32_t queue = 10'000;         // requests that wait for one
  int overloadStatus = 503;
  bool streamsBodies = false;  // the handler begins when the head is there
  bool logs = false;
  std::shared_ptr<const TlsIdentity> tls;  // or null
  std::vector<WebSocketRoute> webSockets;
  int socket = -1;  // one that listens already, of a fleet; else the server opens its own
};

/// A number that one thread changes and others read.
class Counter {
 public:
  void operator++(int) { number_.store(*this + 1, std::memory_order_relaxed); }
  void operator--(int) { number_.store(*this - 1, std::memory_order_relaxed); }
  operator uint64_t() const { return number_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> number_ = 0;
};

struct Counters {
  Counter requests, connections, refused, overloaded, timeouts, errors, webSockets;
  Counter active, waiting, open;  // now: handlers, requests that wait for one, connections
};

/// The address that the options name; 0 or an error of libuv.
int addressOf(const Options& options, sockaddr_storage* address);
/// The port of an address of this machine.
int portOf(const sockaddr_storage& address);
/// Connections that wait until they are taken.
constexpr int Backlog = 4096;

class Server : public std::enable_shared_from_this<Server> {
 public:
  /// `handle` starts the handler on a fiber of its own.
  Server(Context& context, Options options, void (*handle)(std::shared_ptr<Exchange>),
         std::shared_ptr<Counters> counters);

  /// Begins to listen; 0 or an error of libuv.
  int listen();
  [[nodiscard]] int port() const;
  /// Takes no more connections and closes those that do nothing; the future ends when the others have ended.
  FutureObject* stop(uint64_t timeout);
  [[nodiscard]] bool isStopping() const { return isStopping_; }
  [[nodiscard]] bool isRunning() const { return self_ != nullptr; }

  // --- for connections ---------------------------------------------------------------------------------------------------
  void add(Connection& connection);
  void remove(Connection& connection);
  /// Handles a request: now, later, or not at all when too many wait.
  void dispatch(const std::shared_ptr<Exchange>& exchange);
  /// A handler has ended: the next one may begin.
  void handlerEnded(Exchange& exchange);
  /// A line about a finished exchange, if they are wanted.
  void log(const Exchange& exchange);
  [[nodiscard]] uint64_t now() const { return uv_now(loop); }
  /// The value of the field Date.
  const std::string& date();

  Context& context;
  uv_loop_t* const loop;
  const Options options;
  const std::shared_ptr<Counters> counters;
  std::shared_ptr<Fleet> fleet;  // that it is a member of, or null
  uv_tcp_t listener;
  char buffer[size_t{64} << 10];  // what is read lies here until it is parsed

 private:
  void tick();
  void checkStopped();
  void closed();

  void (*const handle_)(std::shared_ptr<Exchange>);
  uv_timer_t timer_;
  Operation stopped_;
  Connection* connections_ = nullptr;
  std::deque<std::shared_ptr<Exchange>> waiting_;
  std::shared_ptr<Server> self_;  // while the loop knows it
  bool isStopping_ = false;
  int handles_ = 0;  // of libuv
  uint64_t stopDeadline_ = 0;
  std::time_t dateOf_ = 0;
  std::string date_;
};

}  // namespace gene::http
