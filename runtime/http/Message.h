#pragma once
// Requests as they come over a connection: a head and a body, read bit by bit (RFC 9112). Boost.Beast's parser does the reading
// and stays in Message.cpp. What it and the rules below refuse has the status to answer with.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gene::http {

/// What a request or response begins with. All texts lie in one, so that a head is two allocations.
struct Head {
  struct Field {
    uint32_t name, nameSize, value, valueSize;  // in `text`; names in lower case
  };
  std::string text;
  std::vector<Field> fields;
  uint32_t methodSize = 0, targetSize = 0;  // the method, then the target, lie first
  bool isVersion11 = true;
  bool keepsAlive = true;
  bool isChunked = false;

  [[nodiscard]] std::string_view method() const { return {text.data(), methodSize}; }
  [[nodiscard]] std::string_view target() const { return {text.data() + methodSize, targetSize}; }
  [[nodiscard]] std::string_view name(const Field& f) const {
    return {text.data() + f.name, f.nameSize};
  }
  [[nodiscard]] std::string_view value(const Field& f) const {
    return {text.data() + f.value, f.valueSize};
  }
  /// The value of the first field with this name, in lower case; empty without one.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

struct Limits {
  uint32_t head = 16 << 10;  // bytes of the request line and all fields
  uint32_t fields = 100;     // how many
  uint64_t body = uint64_t{16} << 20;
};

/// Reads one request.
class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;
  ~RequestParser();

  /// Takes what it can of `data`; how many bytes that was. What is left has to be given again, with more behind it.
  size_t put(std::string_view data);
  /// The request is wrong: the status to refuse it with. 0: it is not.
  [[nodiscard]] int refusal() const;
  [[nodiscard]] bool hasBegun() const;
  [[nodiscard]] bool headIsDone() const;
  [[nodiscard]] bool isDone() const;
  /// The body's declared length is not 0, or it is chunked.
  [[nodiscard]] bool hasBody() const;
  /// The client waits for a go-ahead before it sends the body.
  [[nodiscard]] bool expectsContinue() const;
  /// Of a request whose head is done; may be taken.
  Head& head();
  /// What came of the body since it was taken last.
  std::string& body();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gene::http
