#include "runtime/http/Tls.h"

#include <openssl/pemerr.h>
#include <openssl/x509err.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>

#include "runtime/system/SharedLibrary.h"

namespace gene::http {
namespace {

const OpenSsl* openOpenSsl(std::string* failure) {
  static OpenSsl ssl;
  static const std::string opened = [] {
    const LibraryFunction functions[] = {
#define SSL_FUNCTION(name) {#name, reinterpret_cast<void**>(&ssl.name)},
#include "runtime/http/OpenSsl.def"
    };
    return openLibrary("libssl.so.3", functions);
  }();
  *failure = opened;
  return opened.empty() ? &ssl : nullptr;
}

/// What is wrong with a file that OpenSSL did not take.
std::string whyNot(const OpenSsl& ssl, const std::string& file) {
  const unsigned long error = ssl.ERR_peek_error();
  const char* reason = ssl.ERR_reason_error_string(error);
  ssl.ERR_clear_error();
  if (access(file.c_str(), R_OK) != 0) return uv_strerror(uv_translate_sys_error(errno));
  if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE)
    return "there is none in it";
  if (ERR_GET_LIB(error) == ERR_LIB_X509 && ERR_GET_REASON(error) == X509_R_KEY_VALUES_MISMATCH)
    return "it does not belong to the certificate";
  return reason ? reason : "it cannot be read";
}

/// Of the protocols that a client knows we speak one.
int chooseProtocol(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                   unsigned int inSize, void* library) {
  static constexpr unsigned char Ours[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int found = static_cast<const OpenSsl*>(library)->SSL_select_next_proto(
      &chosen, size, Ours, sizeof Ours - 1, in, inSize);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

std::shared_ptr<const TlsIdentity> TlsIdentity::read(const std::string& certificate,
                                                     const std::string& key, std::string* failure) {
  const OpenSsl* ssl = openOpenSsl(failure);
  if (!ssl) {
    *failure = "OpenSSL is needed: " + *failure;
    return nullptr;
  }
  ssl->ERR_clear_error();
  SSL_CTX* context = ssl->SSL_CTX_new(ssl->TLS_server_method());
  std::shared_ptr<const TlsIdentity> identity(new TlsIdentity(*ssl, context));
  ssl->SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
  ssl->SSL_CTX_ctrl(context, SSL_CTRL_MODE, SSL_MODE_RELEASE_BUFFERS, nullptr);
  ssl->SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  ssl->SSL_CTX_set_alpn_select_cb(context, chooseProtocol, const_cast<OpenSsl*>(ssl));
  ssl->SSL_CTX_set_session_id_context(context, reinterpret_cast<const unsigned char*>("gene"), 4);
  // Nobody is asked for a password.
  ssl->SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
  if (ssl->SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
    *failure = "the certificate '" + certificate + "': " + whyNot(*ssl, certificate);
  else if (ssl->SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
    *failure = "the key '" + key + "': " + whyNot(*ssl, key);
  else
    return identity;
  return nullptr;
}

TlsIdentity::~TlsIdentity() { ssl_.SSL_CTX_free(context_); }

TlsSession::TlsSession(std::shared_ptr<const TlsIdentity> identity)
    : identity_(std::move(identity)),
      ssl_(identity_->ssl_),
      session_(ssl_.SSL_new(identity_->context_)),
      in_(ssl_.BIO_new(ssl_.BIO_s_mem())),
      out_(ssl_.BIO_new(ssl_.BIO_s_mem())) {
  ssl_.SSL_set_bio(session_, in_, out_);
  ssl_.SSL_set_accept_state(session_);
}

TlsSession::~TlsSession() { ssl_.SSL_free(session_); }

void TlsSession::drain(std::string* into) {
  char part[16 << 10];
  for (int count = 0; (count = ssl_.BIO_read(out_, part, sizeof part)) > 0;)
    into->append(part, static_cast<size_t>(count));
}

TlsSession::Opened TlsSession::open(std::string_view bytes, std::string* text,
                                    std::string* answer) {
  ssl_.ERR_clear_error();
  ssl_.BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
  char part[16 << 10];
  size_t count = 0;
  while (ssl_.SSL_read_ex(session_, part, sizeof part, &count) == 1) {
    isReady_ = true;
    text->append(part, count);
  }
  const int why = ssl_.SSL_get_error(session_, 0);
  ssl_.ERR_clear_error();
  drain(answer);
  if (why == SSL_ERROR_WANT_READ) return Opened::More;
  if (why == SSL_ERROR_ZERO_RETURN) return Opened::Ended;
  isBroken_ = true;
  return Opened::Broken;
}

bool TlsSession::seal(std::string_view text, std::string* sealed) {
  size_t count = 0;
  if (isBroken_) return false;
  ssl_.ERR_clear_error();
  const bool isDone =
      text.empty() || ssl_.SSL_write_ex(session_, text.data(), text.size(), &count) == 1;
  drain(sealed);
  return isDone;
}

std::string TlsSession::farewell() {
  std::string text;
  if (isBroken_ || !isReady_) return text;
  ssl_.ERR_clear_error();
  ssl_.SSL_shutdown(session_);
  ssl_.ERR_clear_error();
  drain(&text);
  return text;
}

}  // namespace gene::http
