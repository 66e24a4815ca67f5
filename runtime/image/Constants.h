#pragma once
// Reads the encoded constants of an image back as forms (ImageFormat.h has the encoding). Damaged bytes give null, not
// a crash; nesting is bounded by memory only.

#include <vector>

#include "frontend/syntax/Form.h"
#include "runtime/support/Arena.h"
#include "runtime/support/Span.h"

namespace gene::image {

/// Constants that are no forms.
enum class Special : uint8_t { None, Placeholder, Absent };

class ConstantReader {
 public:
  ConstantReader(Span<const uint8_t> bytes, Span<const Symbol> symbols, Arena& arena)
      : at_(bytes.data()), end_(at_ + bytes.size()), symbols_(symbols), arena_(arena) {}

  /// The next constant; null at its damage. `special` tells what it is when it is no form (the result is then null).
  Form* read(Special* special);
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  Form* readNode();
  Form* regex();
  Form* dateTime(FormKind kind);
  Form* gene();
  uint8_t byte();
  uint64_t number();
  uint32_t count();  // of parts that take a byte each at least
  double floating();
  std::string_view text();
  Symbol symbol();
  void pending(Span<Form*> places);
  Span<Property> properties(uint32_t count);
  Form* fail();

  const uint8_t* at_;
  const uint8_t* end_;
  Span<const Symbol> symbols_;
  Arena& arena_;
  std::vector<Form**> places_;  // to be filled by the nodes that follow, last one first
  bool failed_ = false;
};

}  // namespace gene::image
