#pragma once
// Texts and forms among the bytes of Serialize.h: each is written where it is met first, and is a number from there on, so that
// what is one form is one again.

#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontend/syntax/Form.h"
#include "runtime/support/Arena.h"
#include "runtime/support/Bytes.h"

namespace gene::ir {

class TextWriter {
 public:
  /// The number of a text. What is given must outlive the writer.
  size_t number(std::string_view text) {
    const auto [known, isNew] = numbers_.try_emplace(text, numbers_.size());
    if (isNew) out_.text(text);
    return known->second;
  }
  [[nodiscard]] const std::string& bytes() const { return out_.bytes(); }

 private:
  std::unordered_map<std::string_view, size_t> numbers_;
  ByteWriter out_;
};

class FormWriter {
 public:
  explicit FormWriter(TextWriter& texts) : texts_(texts) {}
  /// `form` may be null.
  void write(const Form* form, ByteWriter& out);

 private:
  void contents(const Form& form, ByteWriter& out);
  void properties(Span<const Property> properties, ByteWriter& out);
  void items(Span<Form* const> items, ByteWriter& out);

  TextWriter& texts_;
  std::unordered_map<const Form*, size_t> numbers_;
};

/// The texts of a program, in the order of their numbers.
class TextReader {
 public:
  TextReader(std::string_view bytes, Arena& arena, const std::function<Symbol(Symbol)>& rename);
  std::string_view text(ByteReader& in) const;
  Symbol symbol(ByteReader& in);

 private:
  std::vector<std::string_view> texts_;
  std::vector<Symbol> symbols_;  // as far as somebody has asked
  std::vector<bool> isKnown_;
  const std::function<Symbol(Symbol)>& rename_;
};

class FormReader {
 public:
  FormReader(TextReader& texts, Arena& arena) : texts_(texts), arena_(arena) {}
  /// Null where null was written, or the bytes are damaged.
  Form* read(ByteReader& in);

 private:
  Form* contents(FormKind kind, ByteReader& in);
  Form* dateTime(FormKind kind, ByteReader& in);
  Form* part(ByteReader& in);
  Span<Form*> items(ByteReader& in);
  Span<Property> properties(ByteReader& in);

  TextReader& texts_;
  Arena& arena_;
  std::vector<Form*> forms_;
};

}  // namespace gene::ir
