// Data from outside, by the built-ins that read it. Each is a function in Gene that takes the text; what it gives has to be what
// its rule says, where it does not raise.

#include <string>

#include "runtime/capi/gene.h"
#include "runtime/http/Message.h"
#include "runtime/http/Multipart.h"
#include "runtime/http/Text.h"
#include "test/fuzz/targets/Target.h"

namespace gene::fuzz {
namespace {

/// Calls a function of this source with the text, in a runtime that is made again now and then.
class Reader {
 public:
  explicit Reader(const char* source) : source_(source) {}
  void call(std::string_view text) {
    if (calls_++ % 2000 == 0) restart();
    if (!gene_runtime_enter(runtime_)) isBroken("there is a runtime", "");
    gene_scope_begin();
    const GeneValue argument =
        gene_to_value_string_n(text.data(), static_cast<int64_t>(text.size()));
    const bool isText = gene_kind(argument) == GENE_STRING;  // else it is no UTF-8
    if (isText) {
      const GeneValue result = gene_call(function_, &argument, 1);
      if (gene_has_error()) {
        const char* const report = gene_error_report();
        if (gene_stopped_by() == GENE_NOT_STOPPED)
          isBroken("the rule of the target", report ? report : "");
      }
      static_cast<void>(result);
    }
    gene_scope_end();
    gene_runtime_leave(runtime_);
  }

 private:
  void restart() {
    if (runtime_) {
      gene_runtime_enter(runtime_);
      gene_release(function_);
      gene_runtime_leave(runtime_);
      if (gene_runtime_destroy(runtime_) != 0) isBroken("nothing is alive at the end", "");
    }
    GeneOptions options = GENE_OPTIONS_INIT;
    options.max_heap = size_t{64} << 20;
    options.max_milliseconds = 5'000;
    options.write = [](void*, const char*, size_t) {};
    runtime_ = gene_runtime_create(&options);
    if (!runtime_ || !gene_runtime_enter(runtime_)) isBroken("there is a runtime", "");
    function_ =
        gene_keep(gene_evaluate(source_, std::char_traits<char>::length(source_), "<rule>"));
    if (gene_has_error()) isBroken("the rule of the target has no mistakes", gene_error_report());
    gene_runtime_leave(runtime_);
  }

  const char* const source_;
  GeneRuntime* runtime_ = nullptr;
  GeneValue function_ = 0;
  uint64_t calls_ = 0;
};

}  // namespace

// JSON that was read is written as JSON of the same value.
TARGET(json) {
  static Reader reader(
      "(fn [s] (var v (try (gene/json/parse s) catch * (return nil))) (var t (gene/json/stringify "
      "v))"
      "  (assert ((gene/json/stringify (gene/json/parse t)) == t) t))");
  reader.call(input);
}

// So are serialized values.
TARGET(serdes) {
  static Reader reader(
      "(fn [s] (var v (try (gene/serdes/deserialize s) catch * (return nil)))"
      "  (var t (try (gene/serdes/serialize v) catch * (return nil)))"
      "  (assert ((gene/serdes/serialize (gene/serdes/deserialize t)) == t) t))");
  reader.call(input);
}

// Gene data, as gdat and parse_file read it.
TARGET(gdat) {
  static Reader reader(
      "(fn [s] (try (parse s) catch * nil) (try (gene/json/deserialize s) catch * nil))");
  reader.call(input);
}

// A pattern, the options, and a subject behind the first line.
TARGET(regex) {
  static Reader reader(
      "(fn [s] (var at (s .index \"\\n\")) (if (at == -1) (return nil))"
      "  (var r (try (new Regexp (s .slice 0 at)) catch * (return nil))) (var t (s .slice (at + "
      "1)))"
      "  (try (r .match t) catch * nil) (try (t .replace_all r \"<\") catch * nil) (try (t .split "
      "r) catch * nil))");
  reader.call(input);
}

// Dates, times and durations as literals and as the Calendar reads them.
TARGET(dates) {
  static Reader reader(
      "(fn [s] (for f in [(fn [] (parse s)) (fn [] (Date .parse s)) (fn [] (DateTime .parse s)) "
      "(fn [] (Time .parse s))]"
      "   (var d (try (f) catch * nil)) (try (d .format \"%Y-%m-%dT%H:%M:%S%z\") catch * nil)"
      "   (try (d .plus ^days 1 ^months 1) catch * nil) (try (d .to_s) catch * nil)))");
  reader.call(input);
}

// What was decoded encodes to a text that decodes to the same.
TARGET(base64) {
  static Reader reader(
      "(fn [s] (assert ((base64_decode (base64 s)) == s) s) (var d (try (base64_decode s) catch * "
      "(return nil)))"
      "  (assert ((base64_decode (base64 d)) == d) s))");
  reader.call(input);
}

// Requests in pieces of any size; the first byte says how large they are.
TARGET(http) {
  Choices choices(input);
  const size_t piece = choices.take(1) % 64 + 1;
  http::RequestParser parser({.head = 2048, .fields = 20, .body = 4096});
  std::string waiting;
  std::string_view rest = choices.rest();
  std::string body;
  while (!rest.empty() && parser.refusal() == 0 && !parser.isDone()) {
    waiting += rest.substr(0, piece);
    rest.remove_prefix(std::min(piece, rest.size()));
    const size_t taken = parser.put(waiting);
    if (taken > waiting.size()) isBroken("no more is taken than there is", waiting);
    waiting.erase(0, taken);
    body += parser.body();
    parser.body().clear();
  }
  if (parser.refusal() != 0 || !parser.headIsDone()) return;
  const http::Head& head = parser.head();
  for (const http::Head::Field& field : head.fields)
    if (!http::isFieldName(head.name(field)) || !http::isFieldValue(head.value(field)))
      isBroken("fields are fields", head.text);
  std::vector<http::FormPart> parts;
  http::readMultipart(head.field("content-type"), body, &parts);
  http::formFields(body);
  http::dateOf(head.field("if-modified-since"));
}

// Bodies of forms; the boundary stands in the first line.
TARGET(multipart) {
  const size_t line = std::min(input.find('\n'), input.size());
  std::vector<http::FormPart> parts;
  http::readMultipart(input.substr(0, line), input.substr(std::min(line + 1, input.size())),
                      &parts);
  for (const auto& [name, value] : http::formFields(input)) {
    const std::string text = http::percentEncoded(name) + "=" + http::percentEncoded(value);
    if (const auto again = http::formFields(text);
        again.size() != 1 || again[0] != std::pair(name, value))
      isBroken("what was decoded encodes to the same", text);
  }
}

}  // namespace gene::fuzz
