#include "runtime/object/String.h"

#include <cstring>

#include "runtime/heap/Allocate.h"
#include "runtime/support/Hash.h"
#include "runtime/support/Utf8.h"

namespace gene {

Value newInt(Context& context, int64_t value) {
  if (Value::fitsSmallInt(value)) return Value::smallInt(value);
  auto* boxed = allocate<BoxedIntObject>(context, Kind::BoxedInt);
  boxed->value = value;
  return Value::object(boxed);
}

StringObject* newStringBuffer(Context& context, uint32_t bytes) {
  auto* s = allocate<StringObject>(context, Kind::String, size_t{bytes} + 1);
  s->bytes = bytes;
  s->chars = 0;
  s->hash = 0;
  s->symbol = 0;
  s->data()[bytes] = 0;
  return s;
}

namespace {

/// How many of eight bytes of UTF-8 are continuations.
uint32_t continuationsIn(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, 8);
  return static_cast<uint32_t>(std::popcount(word & 0x8080808080808080 & ~(word << 1)));
}

/// Characters of UTF-8: those bytes that are no continuations.
uint32_t countCharacters(const char* p, uint32_t bytes) {
  uint32_t continuations = 0;
  uint32_t i = 0;
  for (; i + 8 <= bytes; i += 8) continuations += continuationsIn(p + i);
  for (; i < bytes; i++) continuations += utf8::isContinuation(p[i]);
  return bytes - continuations;
}

}  // namespace

Value finishString(StringObject* string) {
  string->chars = countCharacters(string->data(), string->bytes);
  return Value::object(string);
}

Value newString(Context& context, std::string_view text) {
  GENE_CHECK(text.size() < UINT32_MAX - 64, "strings are shorter than 4 GiB");
  StringObject* s = newStringBuffer(context, static_cast<uint32_t>(text.size()));
  if (!text.empty()) std::memcpy(s->data(), text.data(), text.size());
  return finishString(s);
}

Value joinStrings(Context& context, const Value* strings, uint64_t count) {
  size_t bytes = 0;
  uint32_t chars = 0;
  for (uint64_t i = 0; i < count; i++) {
    bytes += as<StringObject>(strings[i])->bytes;
    chars += as<StringObject>(strings[i])->chars;
  }
  if (bytes > UINT32_MAX - 64) return raise(context, ErrorClass::Runtime, "String too long");
  StringObject* result = newStringBuffer(context, static_cast<uint32_t>(bytes));
  char* to = result->data();
  for (uint64_t i = 0; i < count; i++) {
    const std::string_view part = as<StringObject>(strings[i])->view();
    std::memcpy(to, part.data(), part.size());
    to += part.size();
  }
  result->chars = chars;
  return Value::object(result);
}

Value checkedString(Context& context, std::string_view text) {
  if (utf8::isValid(text)) return newString(context, text);
  std::string valid;
  const char* p = text.data();
  const char* end = p + text.size();
  while (p < end) utf8::append(valid, utf8::decode(p, end));
  return newString(context, valid);
}

uint32_t stringHash(StringObject* string) {
  if (string->hash) return string->hash;
  return string->hash = hashText(string->view());
}

bool stringsEqual(const StringObject* a, const StringObject* b) {
  if (a == b) return true;
  if (a->bytes != b->bytes || (a->hash && b->hash && a->hash != b->hash)) return false;
  return std::memcmp(a->data(), b->data(), a->bytes) == 0;
}

uint32_t byteOffset(const StringObject* string, uint32_t index) {
  if (string->ascii()) return index;
  const char* p = string->data();
  uint32_t i = 0;
  for (; i + 8 <= string->bytes; i += 8) {
    const uint32_t characters = 8 - continuationsIn(p + i);
    if (index < characters) break;
    index -= characters;
  }
  for (; i < string->bytes; i++) {
    if (utf8::isContinuation(p[i])) continue;
    if (index-- == 0) return i;
  }
  return string->bytes;
}

}  // namespace gene
