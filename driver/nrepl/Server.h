#pragma once
// A REPL for editors (CIDER, Calva, Conjure …): nREPL's messages on a port of this machine. One thread, the caller's, reads
// messages and answers what does not need the program; the program's thread takes the others, one after the other.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "driver/Job.h"
#include "driver/nrepl/Bencode.h"
#include "driver/repl/Entries.h"

namespace gene::nrepl {

/// A connection; its socket is closed when the last request of it has been answered.
class Client {
 public:
  explicit Client(int socket) : socket_(socket) {}
  ~Client();
  Client(const Client&) = delete;
  [[nodiscard]] int socket() const { return socket_; }
  /// Writes a message; nothing happens when the client is gone.
  void send(const Bencode::Dictionary& message);

  std::string received;  // that is no whole message yet; of the thread that reads

 private:
  const int socket_;
  std::mutex sends_;
};

struct Request {
  std::shared_ptr<Client> client;
  Bencode::Dictionary message;
  std::string session;

  /// A text of the message; null where there is none.
  [[nodiscard]] const std::string* text(const char* key) const;
  [[nodiscard]] std::string textOr(const char* key, const char* otherwise) const;
  /// A number of the message, which some clients write as text.
  [[nodiscard]] int64_t numberOr(const char* key, int64_t otherwise) const;
};

class Server {
 public:
  Server(driver::Job& job, LanguageOptions language);
  ~Server();
  Server(const Server&) = delete;

  /// Listens on the port of the loopback address, 0: any, and writes `.nrepl-port`. Ctrl-C ends serve() from here on.
  Status listen(uint16_t port);
  [[nodiscard]] uint16_t port() const { return port_; }
  /// Reads messages until Ctrl-C; the program's thread is told to end then.
  void serve();
  /// The program's thread: answers requests until serve() ends, then ends the program; gives the exit code.
  int run();
  /// Something that the program wrote: "out" or "err". It goes to who asked for what runs, or ran last.
  void output(const char* key, const std::string& text);
  /// Hands on all that was written before.
  std::function<void()> drain;

 private:
  enum class On : uint8_t { Any, Program };  // threads
  struct Row {
    std::string_view name;
    On on;
    void (Server::*handler)(const Request&);
  };
  static const Row rows[];
  /// The row of an operation; null for other names.
  static const Row* find(const std::string& name);

  void accept();
  /// Takes what a client sent; false when it is gone, or sent something that is no message.
  bool receive(const std::shared_ptr<Client>& client);
  void handle(Request request);
  static void answer(const Request& request, Bencode::Dictionary message);
  static void finish(const Request& request, Bencode::List status = {});
  static void refuse(const Request& request, const char* why);
  std::string newSession();
  /// Ends what runs, if it does for this session and, unless that is null, with this id; says whether it did.
  bool interruptRunning(const std::string& session, const std::string* id);
  void removePortFile();

  // --- what an operation does: Operations.cpp ---------------------------------------------------------------------------
  void clone(const Request& request);
  void close(const Request& request);
  void describe(const Request& request);
  void listSessions(const Request& request);
  void interrupt(const Request& request);
  void input(const Request& request);
  void evaluate(const Request& request);
  void loadFile(const Request& request);
  void complete(const Request& request);
  void lookUp(const Request& request);
  void info(const Request& request);
  void eldoc(const Request& request);
  void runEntry(const Request& request, const std::string& text, const std::string& name);
  /// The fields of `lookup`; empty when nothing is known.
  Bencode::Dictionary about(const Request& request);

  // --- standard input of the program ------------------------------------------------------------------------------------
  static bool beforeInput(int file);
  static bool inputInterrupted(Context& context);
  bool waitForInput();
  /// Writes what clients sent, as far as there is room.
  void pushInput();

  driver::Job& job_;
  const LanguageOptions language_;
  int listens_ = -1;
  uint16_t port_ = 0;
  std::string portFile_;
  int input_ = -1;          // what the program reads is written to it
  int wake_[2] = {-1, -1};  // an interrupt for a program that waits for input
  std::string unread_;      // input that the pipe has no room for; of the thread that reads, as is
  bool noInput_ = false;    // that a client said that there is no more
  std::vector<std::shared_ptr<Client>> clients_;  // of the thread that reads

  std::mutex mutex_;  // of what follows, up to the next blank line
  std::condition_variable changed_;
  std::deque<Request> waiting_;  // for the program's thread
  std::set<std::string> sessions_;
  std::optional<Request> asked_;  // what runs, or ran last
  bool runs_ = false, wasInterrupted_ = false, ends_ = false;
  driver::Entries* entries_ = nullptr;

  std::string ownSession_;  // of requests that name none
  Context* context_ = nullptr;
};

}  // namespace gene::nrepl
