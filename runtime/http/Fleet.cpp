#include "runtime/http/Fleet.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "runtime/Output.h"
#include "runtime/async/Futures.h"
#include "runtime/builtins/Builtins.h"
#include "runtime/object/Array.h"
#include "runtime/object/Future.h"

namespace gene::http {
namespace {

/// Of a limit for all, the part of one of `count` members.
uint32_t part(uint32_t whole, uint32_t index, uint32_t count) {
  return whole == UINT32_MAX ? whole : whole / count + (index < whole % count ? 1 : 0);
}

}  // namespace

class Fleet::Start : public Errand {
 public:
  Start(std::shared_ptr<Fleet> fleet, uint32_t index, Options options, std::vector<Parcel> handlers,
        void (*handle)(std::shared_ptr<Exchange>), Serve serve)
      : fleet_(std::move(fleet)),
        index_(index),
        options_(std::move(options)),
        handlers_(std::move(handlers)),
        handle_(handle),
        serve_(serve) {}

  void run(Worker& here) override {
    const auto server = std::make_shared<Server>(*here.context, std::move(options_), handle_,
                                                 fleet_->counters_[index_]);
    server->fleet = fleet_;
    fleet_->members_[index_] = server;
    if (const int error = server->listen(); error != 0) {
      writeError(std::string("start_server: a worker cannot listen: ") + uv_strerror(error) + "\n");
      return fleet_->memberStopped(*here.context);
    }
    ArrayObject* sockets = newArray(*here.context, 0);
    for (size_t i = 1; i < handlers_.size(); i++)
      arrayPush(*here.context, sockets, unpack(*here.context, handlers_[i]));
    serve_(*here.context, server, unpack(*here.context, handlers_[0]), Value::object(sockets));
  }

 private:
  const std::shared_ptr<Fleet> fleet_;
  const uint32_t index_;
  Options options_;
  const std::vector<Parcel> handlers_;  // for requests, then those for WebSockets
  void (*const handle_)(std::shared_ptr<Exchange>);
  const Serve serve_;
};

class Fleet::Stop : public Errand {
 public:
  Stop(std::shared_ptr<Fleet> fleet, uint32_t index, uint64_t timeout)
      : fleet_(std::move(fleet)), index_(index), timeout_(timeout) {}
  void run(Worker&) override {
    if (const auto server = fleet_->members_[index_].lock()) server->stop(timeout_);
  }

 private:
  const std::shared_ptr<Fleet> fleet_;
  const uint32_t index_;
  const uint64_t timeout_;
};

class Fleet::Ended : public Errand {
 public:
  explicit Ended(std::shared_ptr<Fleet> fleet) : fleet_(std::move(fleet)) {}
  void run(Worker& here) override {
    if (--fleet_->running_ == 0 && fleet_->isStopping_)
      succeed(*here.context, fleet_->stopped_, Value::nil());
  }

 private:
  const std::shared_ptr<Fleet> fleet_;
};

Fleet::Fleet(Worker& owner, Options options) : owner_(owner), options_(std::move(options)) {}

Fleet::~Fleet() {
  if (socket_ >= 0) close(socket_);
}

int Fleet::listen() {
  sockaddr_storage address{};
  if (const int error = addressOf(options_, &address); error != 0) return error;
  socket_ = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return uv_translate_sys_error(errno);
  const int yes = 1;
  setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const socklen_t size = address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(socket_, Backlog) != 0)
    return uv_translate_sys_error(errno);
  return 0;
}

int Fleet::port() const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  return portOf(address);
}

Options Fleet::shareOf(uint32_t index, uint32_t count) const {
  Options options = options_;
  options.socket = socket_;
  options.inFlight = part(options_.inFlight, index, count);
  options.queue = part(options_.queue, index, count);
  return options;
}

bool Fleet::start(Value handler, const std::vector<Value>& sockets, uint32_t count,
                  void (*handle)(std::shared_ptr<Exchange>), Serve serve) {
  Context& context = *owner_.context;
  std::vector<Value> handlers = {handler};
  handlers.insert(handlers.end(), sockets.begin(), sockets.end());
  std::vector<std::vector<Parcel>> parcels(count);
  for (Value one : handlers)
    if (freeze(context, {&one, 1}).isPending()) return false;
  for (std::vector<Parcel>& own : parcels) {
    own.resize(handlers.size());
    for (size_t i = 0; i < handlers.size(); i++)
      if (!packHandler(context, handlers[i], &own[i])) return false;
  }
  running_ = count;
  members_.resize(count);
  for (uint32_t i = 0; i < count; i++) counters_.push_back(std::make_shared<Counters>());
  for (uint32_t i = 0; i < count; i++)
    sendErrand(owner_, *owner_.all.members[i + 1],
               std::make_unique<Start>(shared_from_this(), i, shareOf(i, count),
                                       std::move(parcels[i]), handle, serve));
  return true;
}

FutureObject* Fleet::stop(uint64_t timeout) {
  Context& context = *owner_.context;
  if (running_ == 0) return newFinishedFuture(context, FutureObject::Success, Value::nil());
  if (isStopping_) return futureOf(schedulerOf(context), stopped_);
  isStopping_ = true;
  FutureObject* future = beginOperation(context, stopped_);
  for (uint32_t i = 0; i < members_.size(); i++)
    sendErrand(owner_, *owner_.all.members[i + 1],
               std::make_unique<Stop>(shared_from_this(), i, timeout));
  return future;
}

void Fleet::memberStopped(Context& context) {
  sendErrand(*context.scheduler->worker, owner_, std::make_unique<Ended>(shared_from_this()));
}

}  // namespace gene::http
