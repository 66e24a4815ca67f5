// One request of the client: what libcurl is told of it, what it tells us, redirects.

#include <algorithm>
#include <cstring>

#include "runtime/async/Futures.h"
#include "runtime/async/Scheduler.h"
#include "runtime/http/Client.h"
#include "runtime/http/Text.h"
#include "runtime/http/Values.h"
#include "runtime/support/Sandbox.h"

namespace gene::http {
namespace {

constexpr size_t HighWater = size_t{256} << 10;  // of a stream that nobody reads
constexpr size_t MostFields = 1000;

/// Up to the path: what may see a password that was meant for it.
std::string_view originOf(std::string_view url) {
  const size_t host = url.find("://");
  return url.substr(0, url.find_first_of("/?#", host == std::string_view::npos ? 0 : host + 3));
}

bool isSecret(std::string_view name) {
  const std::string lower = lowerCase(name);
  return lower == "authorization" || lower == "cookie" || lower == "proxy-authorization";
}

}  // namespace

Transfer::Transfer(Client& c, Order o)
    : client(c),
      order(std::move(o)),
      curl_(c.curl),
      easy_(curl_.easy_init()),
      begun_(uv_hrtime()) {}

Transfer::~Transfer() {
  curl_.easy_cleanup(easy_);
  curl_.slist_free_all(lines_);
}

// --- what libcurl is told ----------------------------------------------------------------------------------------------

void Transfer::prepareBody() {
  const auto set = curl_.easy_setopt;
  if (order.hasParts) {
    set(easy_, CURLOPT_UPLOAD, 1L);
    set(easy_, CURLOPT_READDATA, this);
    set(
        easy_, CURLOPT_READFUNCTION, +[](char* into, size_t size, size_t count, void* self) {
          return static_cast<Transfer*>(self)->nextOfBody(into, size * count);
        });
  } else if (order.hasBody) {
    set(easy_, CURLOPT_POST, 1L);
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(order.body.size()));
    set(easy_, CURLOPT_POSTFIELDS, order.body.data());
  } else {
    set(easy_, CURLOPT_HTTPGET, 1L);
  }
  if (order.method == "HEAD")
    set(easy_, CURLOPT_NOBODY, 1L);
  else
    set(easy_, CURLOPT_CUSTOMREQUEST, order.method.c_str());
}

void Transfer::prepare() {
  const auto set = curl_.easy_setopt;
  prepareBody();
  if (order.isConnection) {
    set(easy_, CURLOPT_CONNECT_ONLY, 1L);
    set(easy_, CURLOPT_HTTPPROXYTUNNEL, 1L);
    set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  }
  set(easy_, CURLOPT_URL, order.url.c_str());
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(easy_, CURLOPT_ACCEPT_ENCODING, "");
  set(easy_, CURLOPT_ERRORBUFFER, message_);
  if (order.timeout != 0) {
    const uint64_t gone = (uv_hrtime() - begun_) / 1'000'000;
    set(easy_, CURLOPT_TIMEOUT_MS,
        static_cast<long>(order.timeout - std::min(gone, order.timeout - 1)));
  }
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(order.connectTimeout));
  if (order.hasProxy) set(easy_, CURLOPT_PROXY, order.proxy.c_str());
  if (!order.authorities.empty()) set(easy_, CURLOPT_CAINFO, order.authorities.c_str());
  set(easy_, CURLOPT_HEADERDATA, this);
  set(
      easy_, CURLOPT_HEADERFUNCTION, +[](char* line, size_t size, size_t count, void* self) {
        return static_cast<Transfer*>(self)->headerLine({line, size * count});
      });
  set(easy_, CURLOPT_WRITEDATA, this);
  set(
      easy_, CURLOPT_WRITEFUNCTION, +[](char* part, size_t size, size_t count, void* self) {
        return static_cast<Transfer*>(self)->bodyPart({part, size * count});
      });
  curl_.slist_free_all(lines_);
  lines_ = curl_.slist_append(nullptr, "Expect:");  // nobody asks before it sends
  bool hasType = false, hasAgent = false;
  for (const auto& [name, value] : order.fields) {
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    lines_ = curl_.slist_append(lines_, line.c_str());
    hasType |= lowerCase(name) == "content-type";
    hasAgent |= lowerCase(name) == "user-agent";
  }
  if (!hasType) lines_ = curl_.slist_append(lines_, "Content-Type:");
  if (!hasAgent) lines_ = curl_.slist_append(lines_, "User-Agent: gene");
  set(easy_, CURLOPT_HTTPHEADER, lines_);
}

// --- what it tells us --------------------------------------------------------------------------------------------------

size_t Transfer::headerLine(std::string_view line) {
  const size_t size = line.size();
  if (line.starts_with("HTTP/")) {
    fields.clear();
    long code = 0;
    curl_.easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &code);
    status = static_cast<int>(code);
    headIsDone_ = false;
    return size;
  }
  while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
  line = trimmed(line);
  if (line.empty()) {
    if (status < 200) return size;  // the response itself is still to come
    headIsDone_ = true;
    note();
    return size;
  }
  if (headIsDone_) return size;  // a trailer
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || fields.size() == MostFields) return size;
  fields.emplace_back(lowerCase(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
  return size;
}

size_t Transfer::bodyPart(std::string_view part) {
  if (isRedirect()) return part.size();
  if (order.isStream && body.size() >= HighWater) {
    isPaused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  if (!order.isStream && body.size() + part.size() > order.mostBody) {
    isTooLong_ = true;
    return 0;  // not what was given: libcurl ends the transfer
  }
  body.append(part);
  note();
  return part.size();
}

void Transfer::taken() {
  if (!isPaused_ || isDone) return;
  isPaused_ = false;
  client.resume(easy_);
}

size_t Transfer::nextOfBody(char* into, size_t room) {
  if (unsent() == 0) {
    order.body.clear();
    sent_ = 0;
    if (partsAreDone_) return 0;
    waitsForParts_ = true;
    note();
    return CURL_READFUNC_PAUSE;
  }
  const size_t count = std::min(room, unsent());
  std::memcpy(into, order.body.data() + sent_, count);
  sent_ += count;
  note();
  return count;
}

void Transfer::addPart(std::string_view part) {
  order.body.append(part);
  if (!waitsForParts_ || isDone) return;
  waitsForParts_ = false;
  client.resume(easy_);
}

void Transfer::endParts() {
  partsAreDone_ = true;
  addPart("");
}

// --- connections -------------------------------------------------------------------------------------------------------

int Transfer::socket() const {
  curl_socket_t number = CURL_SOCKET_BAD;
  curl_.easy_getinfo(easy_, CURLINFO_ACTIVESOCKET, &number);
  return number;
}

int64_t Transfer::send(std::string_view bytes) {
  size_t count = 0;
  const CURLcode result = curl_.easy_send(easy_, bytes.data(), bytes.size(), &count);
  return result == CURLE_OK ? static_cast<int64_t>(count) : result == CURLE_AGAIN ? -1 : -2;
}

int64_t Transfer::receive(char* into, size_t room) {
  size_t count = 0;
  const CURLcode result = curl_.easy_recv(easy_, into, room, &count);
  return result == CURLE_OK ? static_cast<int64_t>(count) : result == CURLE_AGAIN ? -1 : -2;
}

// --- redirects -----------------------------------------------------------------------------------------------------------

bool Transfer::isRedirect() const {
  if (order.redirects == 0) return false;
  if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308)
    return false;
  return std::ranges::find(fields, "location", [](const auto& f) { return f.first; }) !=
         fields.end();
}

/// Asks at the next place; false with `failure_` where that cannot be.
bool Transfer::follow() {
  char* target = nullptr;
  curl_.easy_getinfo(easy_, CURLINFO_REDIRECT_URL, &target);
  const std::string next = target ? target : "";
  if (!next.starts_with("http://") && !next.starts_with("https://")) {
    failure_ = "it leads to a place that is no URL of http or https";
    return false;
  }
  if (!sandbox::allowsName(Permission::Net, sandbox::hostOf(next))) {
    failure_ = sandbox::refusal(Permission::Net, next);
    return false;
  }
  if (followed_++ == order.redirects) {
    failure_ = "there are too many redirects";
    return false;
  }
  // As browsers do it: RFC 9110 §15.4.
  if ((status == 303 && order.method != "GET" && order.method != "HEAD") ||
      ((status == 301 || status == 302) && order.method == "POST")) {
    order.method = "GET";
    order.hasBody = order.hasParts = false;
    std::erase_if(order.fields, [](const auto& f) { return lowerCase(f.first) == "content-type"; });
  }
  if (order.hasParts) {
    failure_ = "it leads to another place, and the body was sent already";
    return false;
  }
  if (originOf(next) != originOf(order.url))
    std::erase_if(order.fields, [](const auto& f) { return isSecret(f.first); });
  order.url = next;
  return true;
}

// --- the end ---------------------------------------------------------------------------------------------------------------

void Transfer::finished(CURLcode result) {
  note();
  if (result == CURLE_OK && isRedirect() && follow()) {
    status = 0;
    headIsDone_ = false;
    CURL* fresh = curl_.easy_init();  // nothing of the first request is left in it
    curl_.easy_cleanup(easy_);
    easy_ = fresh;
    prepare();
    curl_.multi_add_handle(client.multi_, easy_);
    return;
  }
  isDone = true;
  hasFailed = result != CURLE_OK || !failure_.empty();
  isTimeout_ = result == CURLE_OPERATION_TIMEDOUT;
  if (isTooLong_)
    failure_ = "the response is longer than " + std::to_string(order.mostBody) + " bytes";
  else if (isTimeout_)
    failure_ = timeoutText();
  else if (result != CURLE_OK)
    failure_ = *message_ ? message_ : curl_.easy_strerror(result);
  client.forget(*this);
}

std::string Transfer::timeoutText() const {
  const uint64_t gone = (uv_hrtime() - begun_) / 1'000'000;
  if (order.timeout != 0 && gone + 1 >= order.timeout)
    return "it took longer than " + std::to_string(order.timeout) + " ms";
  return "there was no connection after " + std::to_string(order.connectTimeout) + " ms";
}

void Transfer::failWith(Value exception) {
  if (!hasEnded(responded)) fail(client.context, responded, exception);
  abort();
}

Value Transfer::raiseFailure(Context& context) const {
  return raise(context, isTimeout_ ? ErrorClass::Timeout : ErrorClass::Network,
               order.method + " " + order.url + " failed: " + failure_);
}

void Transfer::deliver() {
  Context& context = client.context;
  if (!hasEnded(responded)) {
    const bool isThere = isDone || (order.isStream && headIsDone_ && !isRedirect());
    if (isThere && hasFailed) {
      raiseFailure(context);
      fail(context, responded, takeException(context));
    } else if (isThere) {
      if (!isDone) curl_.easy_setopt(easy_, CURLOPT_TIMEOUT_MS, 0L);
      succeed(context, responded,
              order.isConnection ? Value::nil() : responseOf(context, shared_from_this()));
    }
  }
  if (!hasEnded(arrived) && (isDone || !body.empty())) succeed(context, arrived, Value::nil());
  if (!hasEnded(sentSome) && (isDone || unsent() == 0)) succeed(context, sentSome, Value::nil());
}

}  // namespace gene::http
