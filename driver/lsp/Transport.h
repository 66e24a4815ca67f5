#pragma once
// Messages in and out: JSON-RPC's Content-Length framing on standard input and output, or one JSON text a line on TCP.

#include <memory>
#include <string>
#include <string_view>

#include "runtime/support/Expected.h"

namespace gene::lsp {

class Transport {
 public:
  virtual ~Transport() = default;
  /// The next message; false at the end of input.
  virtual bool read(std::string* message) = 0;
  virtual void write(std::string_view message) = 0;
};

/// With the framing, on two descriptors.
std::unique_ptr<Transport> framedTransport(int in, int out);
std::unique_ptr<Transport> stdioTransport();
/// Waits for one client.
Expected<std::unique_ptr<Transport>> tcpTransport(const std::string& host, const std::string& port);

}  // namespace gene::lsp
