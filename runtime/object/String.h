#pragma once
// Strings: immutable UTF-8 with a cached hash and character count; characters are found in O(1).

#include <cstring>
#include <string>
#include <string_view>

#include "runtime/Context.h"
#include "runtime/support/Span.h"

namespace gene {

/// A new String; `text` must be valid UTF-8 (checkedString replaces what is not).
Value newString(Context& context, std::string_view text);
/// One String of several; 0 and a RuntimeException if it would be too long.
Value joinStrings(Context& context, const Value* strings, uint64_t count);
/// One String of a String and texts behind it, of `restChars` characters. Linear where it is repeated: the result has
/// room behind it for the next text, and only a first part that is short, or has grown otherwise since, is copied.
Value joinTexts(Context& context, Value first, Span<const std::string_view> rest,
                uint64_t restChars);
/// The same as newString for text from outside: bytes that are no UTF-8 become U+FFFD.
Value checkedString(Context& context, std::string_view text);
/// A new String whose bytes the caller fills in before anything else allocates; then finishString.
StringObject* newStringBuffer(Context& context, uint32_t bytes);
/// Counts the characters of a filled buffer.
Value finishString(StringObject* string);
/// The text of a String value; valid while the value is alive.
inline std::string_view stringView(Value v) { return as<StringObject>(v)->view(); }
inline bool isString(Value v) { return isKind(v, Kind::String); }
/// The symbol with this text; a string remembers it.
inline Symbol symbolOfString(Value v) {
  auto* s = as<StringObject>(v);
  if (s->symbol == 0) s->symbol = Symbol::of(s->view()).id;
  return Symbol{s->symbol};
}
uint32_t stringHash(StringObject* string);
/// Are the bytes of two strings with as many of them the same? For short ones: in words, without a call.
[[gnu::always_inline]] inline bool sameBytes(const StringObject* a, const StringObject* b) {
  const char *x = a->data(), *y = b->data();
  uint32_t left = a->bytes;
  const auto differ = [&]<class Part>(Part) {
    Part p, q;
    std::memcpy(&p, x, sizeof p);
    std::memcpy(&q, y, sizeof q);
    x += sizeof p;
    y += sizeof q;
    left -= sizeof p;
    return p != q;
  };
  while (left >= 8)
    if (differ(uint64_t{})) return false;
  if (left >= 4 && differ(uint32_t{})) return false;
  while (left > 0)
    if (differ(uint8_t{})) return false;
  return true;
}
inline bool stringsEqual(const StringObject* a, const StringObject* b) {
  constexpr uint32_t Short = 64;  // bytes
  if (a == b) return true;
  if (a->bytes != b->bytes || (a->hash && b->hash && a->hash != b->hash)) return false;
  return a->bytes <= Short ? sameBytes(a, b) : std::memcmp(a->data(), b->data(), a->bytes) == 0;
}
/// The byte offset of character `index` (0..chars), and the number of characters before byte `offset`: O(1) for ASCII;
/// else from an index that the first call for a long string makes.
uint32_t byteOffset(Context& context, StringObject* string, uint32_t index);
uint32_t characterIndex(Context& context, StringObject* string, uint32_t offset);

/// An Int of any size: boxed outside 48 bits.
Value newInt(Context& context, int64_t value);
inline bool isInt(Value v) { return v.isSmallInt() || isKind(v, Kind::BoxedInt); }
/// The number of an Int, small or boxed.
inline int64_t asInt(Value v) {
  return v.isSmallInt() ? v.smallInt() : as<BoxedIntObject>(v)->value;
}
inline bool isNumber(Value v) { return isInt(v) || v.isFloat(); }
/// An Int or Float as a double.
inline double asDouble(Value v) {
  return v.isFloat() ? v.floating() : static_cast<double>(asInt(v));
}

}  // namespace gene
