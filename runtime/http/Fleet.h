#pragma once
// A server on several threads (^workers N): one socket that listens, and on each worker a Server that takes connections from it
// whenever its thread has nothing else to do. The fleet itself belongs to the program's first thread.

#include <memory>
#include <vector>

#include "runtime/async/Workers.h"
#include "runtime/http/Server.h"

namespace gene::http {

class Fleet : public std::enable_shared_from_this<Fleet> {
 public:
  /// Makes the instance that a member of the fleet is known by on its thread, and begins to listen.
  using Serve = void (*)(Context& context, const std::shared_ptr<Server>& server, Value handler,
                         Value sockets);

  Fleet(Worker& owner, Options options);
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;
  ~Fleet();

  /// Opens the socket; 0 or an error of libuv.
  int listen();
  [[nodiscard]] int port() const;
  /// Starts `count` members; false with an exception when the handler, or one of those for WebSockets, may not run on other
  /// threads.
  bool start(Value handler, const std::vector<Value>& sockets, uint32_t count,
             void (*handle)(std::shared_ptr<Exchange>), Serve serve);
  /// Takes no more connections; the future ends when all members have ended.
  FutureObject* stop(uint64_t timeout);
  [[nodiscard]] bool isRunning() const { return running_ != 0; }
  /// Counts of all members; on any thread.
  [[nodiscard]] const std::vector<std::shared_ptr<Counters>>& counters() const { return counters_; }

  /// On a member's thread: it has ended.
  void memberStopped(Context& context);

 private:
  class Start;
  class Stop;
  class Ended;
  [[nodiscard]] Options shareOf(uint32_t index, uint32_t count) const;

  Worker& owner_;
  const Options options_;
  int socket_ = -1;
  std::vector<std::shared_ptr<Counters>> counters_;
  std::vector<std::weak_ptr<Server>> members_;  // each is its thread's
  uint32_t running_ = 0;                        // members
  bool isStopping_ = false;
  Operation stopped_;
};

}  // namespace gene::http
