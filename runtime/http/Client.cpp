#include "runtime/http/Client.h"

#include <algorithm>

#include "runtime/async/Scheduler.h"
#include "runtime/object/Resource.h"

namespace gene::http {
namespace {

/// A socket of libcurl's that the loop watches.
struct Watch {
  uv_poll_t poll;
  curl_socket_t socket;
  Client* client;
};

class ClientResource : public NativeResource {
 public:
  static const char Type;
  ClientResource(Context& context, const Curl& curl)
      : NativeResource(&Type), client(context, curl) {}
  Client client;
};
const char ClientResource::Type = 0;

}  // namespace

Client* clientOf(Context& context) {
  const Symbol name = Symbol::of("__http_client");
  const Value known = namespaceGet(context.dollars, name);
  if (isKind(known, Kind::Resource))
    return &static_cast<ClientResource*>(as<ResourceObject>(known)->resource)->client;
  std::string failure;
  const Curl* curl = openCurl(&failure);
  if (!curl) {
    raise(context, ErrorClass::Network, "HTTP requests need libcurl: " + failure);
    return nullptr;
  }
  auto made = std::make_unique<ClientResource>(context, *curl);
  Client* client = &made->client;
  namespaceSet(context, context.dollars, name, newResource(context, std::move(made)));
  return client;
}

Client::Client(Context& c, const Curl& functions)
    : context(c), curl(functions), loop_(eventLoop(c)), multi_(functions.multi_init()) {
  uv_timer_init(loop_, &timer_);
  timer_.data = this;
  curl.multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, onSocket);
  curl.multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl.multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, onTimer);
  curl.multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
}

Client::~Client() {
  curl.multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);  // there is no loop any more
  curl.multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
}

// --- libcurl in the event loop -----------------------------------------------------------------------------------------

int Client::onSocket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto& client = *static_cast<Client*>(self);
  auto* watch = static_cast<Watch*>(known);
  if (what == CURL_POLL_REMOVE) {
    if (!watch) return 0;
    uv_poll_stop(&watch->poll);
    uv_close(reinterpret_cast<uv_handle_t*>(&watch->poll),
             [](uv_handle_t* handle) { delete static_cast<Watch*>(handle->data); });
    client.curl.multi_assign(client.multi_, socket, nullptr);
    return 0;
  }
  if (!watch) {
    watch = new Watch{.poll = {}, .socket = socket, .client = &client};
    if (uv_poll_init_socket(client.loop_, &watch->poll, socket) != 0) {
      delete watch;
      return -1;
    }
    watch->poll.data = watch;
    client.curl.multi_assign(client.multi_, socket, watch);
  }
  const int events =
      (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
  uv_poll_start(&watch->poll, events, [](uv_poll_t* poll, int status, int happened) {
    const auto* w = static_cast<Watch*>(poll->data);
    const int flags = (status < 0 ? CURL_CSELECT_ERR : 0) |
                      (happened & UV_READABLE ? CURL_CSELECT_IN : 0) |
                      (happened & UV_WRITABLE ? CURL_CSELECT_OUT : 0);
    w->client->advance(w->socket, flags);
  });
  return 0;
}

int Client::onTimer(CURLM*, long milliseconds, void* self) {
  auto& client = *static_cast<Client*>(self);
  if (milliseconds < 0) {
    uv_timer_stop(&client.timer_);
    return 0;
  }
  uv_update_time(client.loop_);  // the program may have computed for a while
  uv_timer_start(
      &client.timer_,
      [](uv_timer_t* timer) { static_cast<Client*>(timer->data)->advance(CURL_SOCKET_TIMEOUT, 0); },
      static_cast<uint64_t>(milliseconds), 0);
  return 0;
}

void Client::advance(curl_socket_t socket, int events) {
  int running = 0;
  curl.multi_socket_action(multi_, socket, events, &running);
  settle();
}

void Client::settle() {
  int left = 0;
  while (const CURLMsg* message = curl.multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    Transfer* found = nullptr;
    curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &found);
    // A connection is libcurl's for as long as it is used.
    if (!found->order.isConnection || result != CURLE_OK)
      curl.multi_remove_handle(multi_, message->easy_handle);
    found->finished(result);
  }
  while (!noted_.empty()) {
    const std::vector<std::shared_ptr<Transfer>> transfers = std::exchange(noted_, {});
    for (const auto& transfer : transfers) {
      transfer->isNoted_ = false;
      transfer->deliver();
    }
  }
}

void Client::resume(CURL* easy) {
  curl.easy_pause(easy, CURLPAUSE_CONT);
  advance(CURL_SOCKET_TIMEOUT, 0);
}

// --- transfers -----------------------------------------------------------------------------------------------------------

FutureObject* Client::start(const std::shared_ptr<Transfer>& transfer) {
  transfer->responded.transfer = transfer.get();
  transfer->responded.isFinite = true;
  transfer->responded.stop = [](Operation* operation) {
    Transfer& stopped = *static_cast<TransferOperation*>(operation)->transfer;
    const std::shared_ptr<Transfer> own = stopped.shared_from_this();
    stopped.abort();
    stopped.client.settle();
  };
  FutureObject* future = beginOperation(context, transfer->responded);
  transfers_.push_back(transfer);
  transfer->prepare();
  curl.multi_add_handle(multi_, transfer->easy_);
  return future;
}

void Client::forget(const Transfer& transfer) {
  const auto found = std::ranges::find(transfers_, &transfer, &std::shared_ptr<Transfer>::get);
  if (found == transfers_.end()) return;
  std::swap(*found, transfers_.back());
  const std::shared_ptr<Transfer> last = std::move(transfers_.back());
  transfers_.pop_back();
}

void Transfer::abort() {
  if (isDone) return;
  const std::shared_ptr<Transfer> self = shared_from_this();
  isDone = hasFailed = true;
  failure_ = "the request was ended";
  client.curl.multi_remove_handle(client.multi_, easy_);
  note();  // who waits for a part of it
  client.forget(*this);
}

void Transfer::note() {
  if (isNoted_) return;
  isNoted_ = true;
  client.noted_.push_back(shared_from_this());
}

}  // namespace gene::http
