#include "driver/nrepl/Server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "driver/repl/Repl.h"
#include "runtime/Output.h"
#include "runtime/async/Interrupt.h"
#include "runtime/builtins/Io.h"
#include "runtime/support/Check.h"

namespace gene::nrepl {
namespace {

int stopPipe[2] = {-1, -1};  // the handler of signals writes to it
Server* theServer = nullptr;

void onSignal(int) {
  const int error = errno;
  static_cast<void>(!::write(stopPipe[1], "", 1));
  errno = error;
}

}  // namespace

Client::~Client() { ::close(socket_); }

void Client::send(const Bencode::Dictionary& message) {
  const std::string text = encode(message);
  const std::lock_guard lock(sends_);
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t n = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {  // it is gone, or does not read
      ::shutdown(socket_, SHUT_RDWR);
      return;
    }
    rest.remove_prefix(static_cast<size_t>(n));
  }
}

const std::string* Request::text(const char* key) const {
  const auto found = message.find(key);
  return found == message.end() ? nullptr : std::get_if<std::string>(&found->second.value);
}

std::string Request::textOr(const char* key, const char* otherwise) const {
  const std::string* given = text(key);
  return given ? *given : otherwise;
}

int64_t Request::numberOr(const char* key, int64_t otherwise) const {
  const auto found = message.find(key);
  if (found == message.end()) return otherwise;
  if (const auto* number = std::get_if<int64_t>(&found->second.value)) return *number;
  const auto* digits = std::get_if<std::string>(&found->second.value);
  int64_t number = otherwise;
  if (digits) std::from_chars(digits->data(), digits->data() + digits->size(), number);
  return number;
}

Server::Server(driver::Job& job, LanguageOptions language)
    : job_(job), language_(std::move(language)) {
  ownSession_ = newSession();
}

Server::~Server() {
  theServer = nullptr;
  InputStream::beforeWaiting = nullptr;
  Reader::onInterrupt = nullptr;
  for (const int file : {listens_, input_, wake_[0], wake_[1]})
    if (file >= 0) ::close(file);
  removePortFile();
}

Status Server::listen(uint16_t port) {
  const auto failed = [&](const char* what) {
    return Failure{std::string(what) + " 127.0.0.1:" + std::to_string(port) + ": " +
                   std::strerror(errno)};
  };
  listens_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listens_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listens_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listens_, SOMAXCONN) != 0 ||
      ::getsockname(listens_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return failed("Cannot listen on");
  port_ = ntohs(address.sin_port);
  // What the program reads comes from clients.
  int input[2] = {-1, -1};
  if (::pipe2(input, O_CLOEXEC) != 0 || ::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0 ||
      ::pipe2(stopPipe, O_CLOEXEC | O_NONBLOCK) != 0)
    return failed("Cannot make a pipe for");
  ::dup2(input[0], STDIN_FILENO);
  ::close(input[0]);
  ::fcntl(input[1], F_SETFL, O_NONBLOCK);
  input_ = input[1];
  theServer = this;
  interruptByCall();
  InputStream::beforeWaiting = beforeInput;
  Reader::onInterrupt = inputInterrupted;
  struct sigaction action{};
  action.sa_handler = onSignal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::error_code ignored;
  portFile_ = (std::filesystem::current_path(ignored) / ".nrepl-port").string();
  if (const Status written = driver::writeFile(portFile_, std::to_string(port_)); !written) {
    std::fprintf(stderr, "Warning: %s\n", written.message().c_str());
    portFile_.clear();
  }
  return {};
}

void Server::removePortFile() {
  if (!portFile_.empty()) ::unlink(portFile_.c_str());
  portFile_.clear();
}

void Server::serve() {
  for (;;) {
    std::vector<pollfd> waits{{stopPipe[0], POLLIN, 0},
                              {listens_, POLLIN, 0},
                              {unread_.empty() ? -1 : input_, POLLOUT, 0}};
    const size_t first = waits.size();
    for (const auto& client : clients_) waits.push_back({client->socket(), POLLIN, 0});
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
    if (waits[0].revents) break;
    std::vector<std::shared_ptr<Client>> gone;
    for (size_t i = first; i < waits.size(); i++)
      if (waits[i].revents && !receive(clients_[i - first])) gone.push_back(clients_[i - first]);
    if (waits[2].revents) pushInput();
    for (const auto& client : gone) std::erase(clients_, client);
    if (waits[1].revents) accept();
  }
  clients_.clear();
  const std::lock_guard lock(mutex_);
  ends_ = true;
  if (entries_) entries_->watch().interrupt();
  interruptWaiting();
  static_cast<void>(!::write(wake_[1], "", 1));
  changed_.notify_all();
}

void Server::accept() {
  const int socket = ::accept4(listens_, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket < 0) return;
  const timeval most{.tv_sec = 10, .tv_usec = 0};  // a client that does not read is given up
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
  clients_.push_back(std::make_shared<Client>(socket));
}

bool Server::receive(const std::shared_ptr<Client>& client) {
  char part[65536];
  const ssize_t n = ::recv(client->socket(), part, sizeof part, MSG_DONTWAIT);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (n <= 0) return false;
  client->received.append(part, static_cast<size_t>(n));
  std::string_view rest = client->received;
  for (;;) {
    Bencode value;
    const Decoded got = decode(&rest, &value);
    if (got == Decoded::Malformed) return false;
    if (got == Decoded::Part) break;
    auto* message = std::get_if<Bencode::Dictionary>(&value.value);
    if (!message) return false;
    handle({client, std::move(*message), {}});
  }
  client->received.erase(0, client->received.size() - rest.size());
  return true;
}

void Server::handle(Request request) {
  const std::string* session = request.text("session");
  request.session = session ? *session : ownSession_;
  {
    const std::lock_guard lock(mutex_);
    if (!sessions_.contains(request.session)) return refuse(request, "unknown-session");
  }
  const Row* row = find(request.textOr("op", ""));
  if (!row) return refuse(request, "unknown-op");
  if (row->on == On::Any) return (this->*row->handler)(request);
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(request));
  changed_.notify_all();
}

void Server::answer(const Request& request, Bencode::Dictionary message) {
  if (const auto id = request.message.find("id"); id != request.message.end())
    message["id"] = id->second;
  message["session"] = request.session;
  request.client->send(message);
}

void Server::finish(const Request& request, Bencode::List status) {
  status.emplace_back("done");
  answer(request, {{"status", std::move(status)}});
}

void Server::refuse(const Request& request, const char* why) {
  Bencode::Dictionary message{{"status", Bencode::List{"error", why, "done"}}};
  if (const std::string* op = request.text("op")) message["op"] = *op;
  answer(request, std::move(message));
}

std::string Server::newSession() {
  unsigned char bytes[16];
  GENE_CHECK(::getrandom(bytes, sizeof bytes, 0) == sizeof bytes, "there are random bytes");
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);  // a UUID of version 4
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string id;
  for (size_t i = 0; i < sizeof bytes; i++) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", bytes[i]);
    id += (i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "") + std::string(digits);
  }
  const std::lock_guard lock(mutex_);
  sessions_.insert(id);
  return id;
}

bool Server::interruptRunning(const std::string& session, const std::string* id) {
  const std::lock_guard lock(mutex_);
  if (!runs_ || asked_->session != session) return false;
  if (id && asked_->textOr("id", "") != *id) return false;
  wasInterrupted_ = true;
  entries_->watch().interrupt();
  interruptWaiting();
  static_cast<void>(!::write(wake_[1], "", 1));
  return true;
}

int Server::run() {
  Context& context = *createContext(job_.runtime);
  context_ = &context;
  driver::enableRepl(job_.runtime, language_);
  // However it ends: (exit 3) does not come back here.
  atEnd(context, [this] { removePortFile(); });
  {
    driver::Entries entries(context, job_.runtime, language_);
    driver::waitInterruptibly(context, job_.runtime);
    std::unique_lock lock(mutex_);
    entries_ = &entries;
    for (;;) {
      changed_.wait(lock, [&] { return ends_ || !waiting_.empty(); });
      if (ends_) break;
      const Request request = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      const Row* row = find(*request.text("op"));
      (this->*row->handler)(request);
      lock.lock();
    }
    entries_ = nullptr;
  }
  return finishProgram(context, driver::Success, job_.runtime);
}

void Server::output(const char* key, const std::string& text) {
  std::optional<Request> to;
  {
    const std::lock_guard lock(mutex_);
    to = asked_;
  }
  if (to) answer(*to, {{key, text}});
}

void Server::pushInput() {
  while (!unread_.empty()) {
    const ssize_t n = ::write(input_, unread_.data(), unread_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // the pipe is full: when somebody has read
    unread_.erase(0, static_cast<size_t>(n));
  }
  if (!noInput_) return;
  ::close(input_);
  input_ = -1;
}

bool Server::beforeInput(int file) {
  return file != STDIN_FILENO || !theServer || theServer->waitForInput();
}

bool Server::waitForInput() {
  pollfd waits[] = {{STDIN_FILENO, POLLIN, 0}, {wake_[0], POLLIN, 0}};
  if (::poll(waits, 1, 0) == 1) return true;
  std::optional<Request> to;
  {
    const std::lock_guard lock(mutex_);
    if (runs_) to = asked_;
  }
  drain();
  if (to) answer(*to, {{"status", Bencode::List{"need-input"}}});
  while (::poll(waits, 2, -1) < 0 && errno == EINTR) {
  }
  return waits[1].revents == 0;
}

bool Server::inputInterrupted(Context& context) {
  if (!theServer) return false;
  char bytes[16];
  while (::read(theServer->wake_[0], bytes, sizeof bytes) > 0) {
  }
  theServer->entries_->watch().reset();
  raise(context, ErrorClass::Exception, "Interrupted");
  return false;
}

}  // namespace gene::nrepl
