#pragma once
// TLS for servers. OpenSSL reads and writes in memory only: the connection has the socket. The library is opened for the first
// server that wants it (SharedLibrary.h).

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace gene::http {

struct OpenSsl {
#define SSL_FUNCTION(name) decltype(&::name) name = nullptr;
#include "runtime/http/OpenSsl.def"
};

/// A server's certificate and key; threads share it.
class TlsIdentity {
 public:
  /// Reads PEM files, of which the first has the certificate and those that lead to the authority. Null, and why in *failure, where
  /// something is wrong with them, or OpenSSL is not installed.
  static std::shared_ptr<const TlsIdentity> read(const std::string& certificate,
                                                 const std::string& key, std::string* failure);
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;
  ~TlsIdentity();

 private:
  friend class TlsSession;
  TlsIdentity(const OpenSsl& library, SSL_CTX* context) : ssl_(library), context_(context) {}
  const OpenSsl& ssl_;
  SSL_CTX* const context_;
};

/// One connection's.
class TlsSession {
 public:
  explicit TlsSession(std::shared_ptr<const TlsIdentity> identity);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  enum class Opened : uint8_t { More, Ended, Broken };
  /// Takes what the network has brought: the text in it goes to *text, what has to be sent because of it to *answer.
  Opened open(std::string_view bytes, std::string* text, std::string* answer);
  /// What has to be sent for a text, behind *sealed; false when that cannot be.
  bool seal(std::string_view text, std::string* sealed);
  /// What says that no more will be sent.
  std::string farewell();

 private:
  void drain(std::string* into);

  const std::shared_ptr<const TlsIdentity> identity_;
  const OpenSsl& ssl_;
  SSL* const session_;
  BIO* const in_;
  BIO* const out_;  // both belong to the session
  bool isReady_ = false, isBroken_ = false;
};

}  // namespace gene::http
