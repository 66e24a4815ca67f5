#pragma once
// The client: requests to other servers, on libcurl's multi interface in the event loop. A Client is what a context has of it:
// connections that are used again, sockets and a timer of the loop. A Transfer is one request with its redirects and its
// response.
//
// libcurl calls back in the middle of its work: those functions only note what they are told. What became of it (a future ends,
// readers go on) is said by settle(), when libcurl has returned: values are made then, whose making may free others and so
// end other transfers.

#include <uv.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runtime/async/Operation.h"
#include "runtime/http/Curl.h"

namespace gene::http {

class Client;
class Transfer;

/// What is asked for.
struct Order {
  std::string method = "GET", url;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  bool hasBody = false;
  bool hasParts = false;  // the body is not known yet: Transfer::addPart
  bool isStream = false;  // the response is there when its head is
  bool isConnection =
      false;  // nothing is asked for: the connection is what is wanted (Transfer::send, receive)
  uint64_t timeout =
      60'000;  // milliseconds, to the end of the response, of a stream: of its head; 0: none
  uint64_t connectTimeout = 30'000;
  uint64_t mostBody = uint64_t{256} << 20;
  uint32_t redirects = 20;
  bool hasProxy = false;  // otherwise the environment says which
  std::string proxy;
  std::string authorities;  // a file of certificates, instead of the system's
};

/// The future of a transfer, which ends it when somebody else ends the future.
struct TransferOperation : Operation {
  Transfer* transfer = nullptr;
};

class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  Transfer(Client& client, Order order);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  /// Ends it, whatever it is doing. Nothing if it has ended.
  void abort();
  /// The bytes of the body that have come are used: there is room for more.
  void taken();
  /// Another part of the request's body; its end.
  void addPart(std::string_view part);
  void endParts();
  /// How many bytes of it are not sent yet.
  [[nodiscard]] size_t unsent() const { return order.body.size() - sent_; }
  /// Of a connection that is there: its socket; how many bytes were sent or have come, -1 for none now, -2 when it is broken, 0 at
  /// the end of what comes.
  [[nodiscard]] int socket() const;
  int64_t send(std::string_view bytes);
  int64_t receive(char* into, size_t room);
  /// The request failed for a reason of ours, an exception.
  void failWith(Value exception);
  /// Raises why it failed.
  Value raiseFailure(Context& context) const;

  Client& client;
  Order order;
  TransferOperation responded;  // the future of the response
  Operation arrived;            // ended when there is more of the body, or its end
  Operation sentSome;           // ended when more of the request's body is wanted

  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;  // names in lower case
  std::string body;                                         // what has come and is not taken
  bool isDone = false;
  bool hasFailed = false;

 private:
  friend class Client;
  void prepare();
  void prepareBody();
  [[nodiscard]] bool isRedirect() const;
  bool follow();
  void finished(CURLcode result);
  [[nodiscard]] std::string timeoutText() const;
  void deliver();
  void note();
  size_t headerLine(std::string_view line);
  size_t bodyPart(std::string_view part);
  size_t nextOfBody(char* into, size_t room);

  const Curl& curl_;
  CURL* easy_;
  curl_slist* lines_ = nullptr;
  size_t sent_ = 0;
  const uint64_t begun_;
  uint32_t followed_ = 0;  // redirects
  bool headIsDone_ = false, isPaused_ = false, waitsForParts_ = false, partsAreDone_ = false;
  bool isNoted_ = false, isTooLong_ = false;
  bool isTimeout_ = false;
  std::string failure_;
  char message_[CURL_ERROR_SIZE] = "";
};

class Client {
 public:
  Client(Context& context, const Curl& curl);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();  // at the end of the program, which gives sockets back

  /// Begins a transfer; its future.
  FutureObject* start(const std::shared_ptr<Transfer>& transfer);
  /// Says what became of all that libcurl has done.
  void settle();

  Context& context;
  const Curl& curl;

 private:
  friend class Transfer;
  static int onSocket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int onTimer(CURLM* multi, long milliseconds, void* self);
  void advance(curl_socket_t socket, int events);
  void forget(const Transfer& transfer);
  void resume(CURL* easy);

  uv_loop_t* const loop_;
  CURLM* const multi_;
  uv_timer_t timer_;
  std::vector<std::shared_ptr<Transfer>> transfers_;  // in progress
  std::vector<std::shared_ptr<Transfer>> noted_;      // libcurl has done something for them
};

/// The client of the context; null, and raised, where libcurl is missing.
Client* clientOf(Context& context);

}  // namespace gene::http
