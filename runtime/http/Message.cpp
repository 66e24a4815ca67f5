#include "runtime/http/Message.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <exception>

// Beast is compiled without exceptions; it throws only what its callers ask for (the overloads without an error_code).
namespace boost {
void throw_exception(const std::exception&) { std::terminate(); }
void throw_exception(const std::exception&, const source_location&) { std::terminate(); }
}  // namespace boost

namespace gene::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

std::string_view view(string_view text) { return {text.data(), text.size()}; }

bool isSame(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

/// The form of a target that servers serve: a path, a URL, or `*`.
bool isTarget(std::string_view method, std::string_view target) {
  if (target.starts_with('/')) return true;
  if (target == "*") return method == "OPTIONS";
  return target.starts_with("http://") || target.starts_with("https://");
}

}  // namespace

std::string_view Head::field(std::string_view name) const {
  for (const Field& f : fields)
    if (this->name(f) == name) return value(f);
  return {};
}

struct RequestParser::State : beast::basic_parser<true> {
  explicit State(const Limits& given) : limits(given) {
    header_limit(given.head);
    body_limit(given.body);
    eager(true);
  }

  // --- what Beast calls ------------------------------------------------------------------------------------------------

  void on_request_impl(beast::verb, string_view method, string_view target, int version,
                       error_code& error) override {
    startLineIsDone = true;
    head.text.reserve(256);
    head.text.append(method.data(), method.size()).append(target.data(), target.size());
    head.methodSize = static_cast<uint32_t>(method.size());
    head.targetSize = static_cast<uint32_t>(target.size());
    head.isVersion11 = version == 11;
    if (version != 10 && version != 11)
      refuse(error, 505);
    else if (method == "CONNECT")
      refuse(error, 501);
    else if (!isTarget(head.method(), head.target()))
      refuse(error, 400);
  }
  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(beast::field, string_view name, string_view value,
                     error_code& error) override {
    if (headIsDone) return;  // a trailer
    if (head.fields.size() == limits.fields) return refuse(error, 431);
    Head::Field field{static_cast<uint32_t>(head.text.size()), static_cast<uint32_t>(name.size()),
                      static_cast<uint32_t>(head.text.size() + name.size()),
                      static_cast<uint32_t>(value.size())};
    for (const char c : name) head.text += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    head.text.append(value.data(), value.size());
    head.fields.push_back(field);
    check(head.name(field), view(value), error);
  }

  void on_header_impl(error_code& error) override {
    headIsDone = true;
    head.keepsAlive = keep_alive();
    head.isChunked = chunked();
    if (head.isVersion11 ? hosts != 1 : hosts > 1) return refuse(error, 400);
    if (encodings != 0 && (!head.isVersion11 || !chunked())) return refuse(error, 400);
    hasBody = chunked() || content_length().value_or(0) != 0;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view text, error_code&) override { return take(text); }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view text, error_code&) override {
    return take(text);
  }
  void on_finish_impl(error_code&) override {}

  // --- our part -----------------------------------------------------------------------------------------------------------

  void check(std::string_view name, std::string_view value, error_code& error) {
    if (name == "host") {
      hosts++;
    } else if (name == "transfer-encoding") {
      encodings++;
      if (encodings > 1) return refuse(error, 400);
      if (!isSame(value, "chunked")) return refuse(error, 501);
    } else if (name == "expect") {
      if (!isSame(value, "100-continue")) return refuse(error, 417);
      expectsContinue = head.isVersion11;
    }
  }
  void refuse(error_code& error, int status) {
    refusal = status;
    error = beast::error::bad_field;
  }
  std::size_t take(string_view text) {
    body.append(text.data(), text.size());
    return text.size();
  }

  Limits limits;
  Head head;
  std::string body;
  int refusal = 0;
  uint32_t hosts = 0, encodings = 0;
  bool startLineIsDone = false, headIsDone = false, hasBody = false, expectsContinue = false;
};

RequestParser::RequestParser(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;
RequestParser::~RequestParser() = default;

size_t RequestParser::put(std::string_view data) {
  State& s = *state_;
  size_t used = 0;
  while (used < data.size() && !s.is_done() && s.refusal == 0) {
    error_code error;
    const size_t taken = s.put({data.data() + used, data.size() - used}, error);
    used += taken;
    if (error == beast::error::need_more) break;
    if (!error && taken != 0) continue;
    if (!error) break;
    if (s.refusal != 0) break;
    if (error == beast::error::body_limit)
      s.refusal = 413;
    else if (error == beast::error::header_limit)
      s.refusal = s.startLineIsDone ? 431 : 414;
    else
      s.refusal = error == beast::error::bad_version ? 505 : 400;
  }
  // A line of a chunk, or trailers, that never end.
  if (s.headIsDone && data.size() - used > s.limits.head && !s.is_done() && s.refusal == 0)
    s.refusal = 400;
  return used;
}

int RequestParser::refusal() const { return state_->refusal; }
bool RequestParser::hasBegun() const { return state_->got_some(); }
bool RequestParser::headIsDone() const { return state_->headIsDone; }
bool RequestParser::isDone() const { return state_->is_done(); }
bool RequestParser::hasBody() const { return state_->hasBody; }
bool RequestParser::expectsContinue() const { return state_->expectsContinue; }
Head& RequestParser::head() { return state_->head; }
std::string& RequestParser::body() { return state_->body; }

}  // namespace gene::http
