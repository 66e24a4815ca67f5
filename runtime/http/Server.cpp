#include "runtime/http/Server.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "runtime/Output.h"
#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/http/Fleet.h"
#include "runtime/http/Text.h"

namespace gene::http {
namespace {

Server& serverOf(void* handle) {
  return *static_cast<Server*>(static_cast<uv_handle_t*>(handle)->data);
}

}  // namespace

Server::Server(Context& c, Options o, void (*handle)(std::shared_ptr<Exchange>),
               std::shared_ptr<Counters> counted)
    : context(c),
      loop(eventLoop(c)),
      options(std::move(o)),
      counters(std::move(counted)),
      handle_(handle) {}

int addressOf(const Options& options, sockaddr_storage* address) {
  const char* host = options.host.c_str();
  if (uv_ip4_addr(host, options.port, reinterpret_cast<sockaddr_in*>(address)) == 0) return 0;
  return uv_ip6_addr(host, options.port, reinterpret_cast<sockaddr_in6*>(address));
}

int Server::listen() {
  sockaddr_storage address{};
  if (const int error = addressOf(options, &address); error != 0) return error;
  uv_tcp_init(loop, &listener);
  listener.data = this;
  handles_ = 1;
  self_ = shared_from_this();
  int error = options.socket < 0
                  ? uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0)
                  : uv_tcp_open(&listener, dup(options.socket));
  if (error == 0)
    error = uv_listen(reinterpret_cast<uv_stream_t*>(&listener), Backlog,
                      [](uv_stream_t* stream, int status) {
                        if (status == 0) Connection::accept(serverOf(stream));
                      });
  if (error != 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(&listener),
             [](uv_handle_t* handle) { serverOf(handle).closed(); });
    return error;
  }
  uv_timer_init(loop, &timer_);
  timer_.data = this;
  handles_ = 2;
  uint64_t least = 4'000;
  for (const uint64_t time : {options.headTimeout, options.bodyTimeout, options.idleTimeout,
                              options.writeTimeout, options.requestTimeout})
    if (time != 0) least = std::min(least, time);
  for (const WebSocketRoute& route : options.webSockets)
    if (route.options.ping != 0) least = std::min(least, route.options.ping);
  const uint64_t interval = std::max<uint64_t>(least / 4, 10);
  uv_timer_start(&timer_, [](uv_timer_t* timer) { serverOf(timer).tick(); }, interval, interval);
  return 0;
}

int portOf(const sockaddr_storage& address) {
  return ntohs(address.ss_family == AF_INET6
                   ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                   : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

int Server::port() const {
  sockaddr_storage address{};
  int size = sizeof address;
  uv_tcp_getsockname(&listener, reinterpret_cast<sockaddr*>(&address), &size);
  return portOf(address);
}

void Server::closed() {
  if (--handles_ == 0) self_.reset();
}

FutureObject* Server::stop(uint64_t timeout) {
  if (isStopping_) {
    if (!hasEnded(stopped_)) return futureOf(schedulerOf(context), stopped_);
    return newFinishedFuture(context, FutureObject::Success, Value::nil());
  }
  isStopping_ = true;
  stopDeadline_ = timeout == 0 ? 0 : now() + timeout;
  FutureObject* future = beginOperation(context, stopped_);
  uv_close(reinterpret_cast<uv_handle_t*>(&listener),
           [](uv_handle_t* handle) { serverOf(handle).closed(); });
  for (Connection* c = connections_; c;) {
    Connection* next = c->next;
    c->leave();
    c = next;
  }
  checkStopped();
  return future;
}

/// After the last connection: nothing of the server is left in the loop.
void Server::checkStopped() {
  if (!isStopping_ || connections_ || uv_is_closing(reinterpret_cast<uv_handle_t*>(&timer_)))
    return;
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), [](uv_handle_t* handle) {
    Server& server = serverOf(handle);
    succeed(server.context, server.stopped_, Value::nil());
    if (server.fleet) server.fleet->memberStopped(server.context);
    server.closed();
  });
}

void Server::add(Connection& connection) {
  counters->connections++;
  counters->open++;
  connection.next = connections_;
  if (connections_) connections_->previous = &connection;
  connections_ = &connection;
}

void Server::remove(Connection& connection) {
  counters->open--;
  (connection.previous ? connection.previous->next : connections_) = connection.next;
  if (connection.next) connection.next->previous = connection.previous;
  checkStopped();
}

void Server::tick() {
  const uint64_t time = now();
  const bool isLate = stopDeadline_ != 0 && time >= stopDeadline_;
  for (Connection* c = connections_; c;) {
    Connection* next = c->next;  // closing takes a connection out later
    if (isLate)
      c->close();
    else
      c->tick(time);
    c = next;
  }
}

const std::string& Server::date() {
  const std::time_t time = std::time(nullptr);
  if (time != dateOf_) {
    dateOf_ = time;
    date_ = dateText(time);
  }
  return date_;
}

void Server::dispatch(const std::shared_ptr<Exchange>& exchange) {
  if (counters->active < options.inFlight) {
    counters->active++;
    exchange->isRunning = true;
    return handle_(exchange);
  }
  if (waiting_.size() < options.queue) {
    counters->waiting++;
    return waiting_.push_back(exchange);
  }
  counters->overloaded++;
  exchange->connection->reply({.status = options.overloadStatus, .fields = "Retry-After: 1\r\n"});
}

void Server::handlerEnded(Exchange& exchange) {
  if (!exchange.isRunning) return;
  exchange.isRunning = false;
  counters->active--;
  while (!waiting_.empty() && counters->active < options.inFlight) {
    const std::shared_ptr<Exchange> next = std::move(waiting_.front());
    waiting_.pop_front();
    counters->waiting--;
    if (!next->connection) continue;  // it did not wait
    counters->active++;
    next->isRunning = true;
    handle_(next);
  }
}

void Server::log(const Exchange& exchange) {
  if (!options.logs) return;
  char time[32];
  const double ms = static_cast<double>(uv_hrtime() - exchange.begun) / 1e6;
  std::snprintf(time, sizeof time, " %.1f ms\n", ms);
  writeError(exchange.remote + " " + std::string(exchange.head.method()) + " " +
             std::string(exchange.head.target()) + " " + std::to_string(exchange.status) + " " +
             std::to_string(exchange.sent) + time);
}

}  // namespace gene::http
