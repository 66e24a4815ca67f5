#include "runtime/object/String.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/heap/Allocate.h"
#include "runtime/support/Hash.h"
#include "runtime/support/Span.h"
#include "runtime/support/Utf8.h"

namespace gene {

Value newInt(Context& context, int64_t value) {
  if (Value::fitsSmallInt(value)) return Value::smallInt(value);
  auto* boxed = allocate<BoxedIntObject>(context, Kind::BoxedInt);
  boxed->value = value;
  return Value::object(boxed);
}

namespace {

// The index of a string that is not ASCII: the byte offset of every 64th character. Its first word, which would be 0,
// says whether it has been made. Short strings have none.
constexpr uint32_t Stride = 64;
constexpr uint32_t LeastIndexed = 256;  // bytes

uint32_t indexWords(uint32_t bytes) { return bytes / Stride + 1; }

/// Where the index of a string with bytes of its own is.
uint32_t* ownIndex(StringObject* s) {
  const size_t behind = (size_t{s->bytes} + 1 + 3) & ~size_t{3};
  return reinterpret_cast<uint32_t*>(s->ownBytes() + behind);
}

}  // namespace

StringObject* newStringBuffer(Context& context, uint32_t bytes) {
  const size_t index = bytes < LeastIndexed ? 0 : 3 + indexWords(bytes) * sizeof(uint32_t);
  auto* s = allocate<StringObject>(context, Kind::String, size_t{bytes} + 1 + index);
  s->bytes = bytes;
  s->chars = 0;
  s->hash = 0;
  s->symbol = 0;
  s->ownBytes()[bytes] = 0;
  if (index != 0) *ownIndex(s) = 0;
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

namespace {

/// The strings of one ASCII character, each made once, for ever: what takes texts apart asks for them all the time, and each
/// remembers its symbol.
struct OneCharacter : ContextPart {
  static constexpr Name Part = ContextPart::OneCharacter;
  StringObject* strings[128] = {};
};

[[gnu::noinline]] Value oneCharacter(Context& context, char character) {
  StringObject*& known = partOf<OneCharacter>(context).strings[static_cast<uint8_t>(character)];
  if (GENE_UNLIKELY(!known)) {
    StringObject* const made = newStringBuffer(context, 1);
    made->ownBytes()[0] = character;
    makeImmortal(finishString(made));
    known = made;
  }
  return Value::object(known);
}

}  // namespace

Value newString(Context& context, std::string_view text) {
  GENE_CHECK(text.size() < UINT32_MAX - 64, "strings are shorter than 4 GiB");
  if (text.size() == 1 && static_cast<uint8_t>(text[0]) < 0x80)
    return oneCharacter(context, text[0]);
  StringObject* s = newStringBuffer(context, static_cast<uint32_t>(text.size()));
  if (!text.empty()) std::memcpy(s->ownBytes(), text.data(), text.size());
  return finishString(s);
}

namespace {

/// The buffer that a string is all of and that has room for `extra` bytes more, or a new one that begins with its text.
BytesObject* extensible(Context& context, const StringObject* head, uint32_t extra) {
  if (head->isShared()) {
    auto* buffer = as<BytesObject>(static_cast<const SharedStringObject*>(head)->buffer.get());
    if (buffer->size == head->bytes && buffer->capacity - buffer->size >= extra) return buffer;
  }
  const uint64_t bytes = uint64_t{head->bytes} + extra;
  const auto capacity = static_cast<uint32_t>(std::min<uint64_t>(bytes + bytes / 2, UINT32_MAX));
  auto* buffer = allocate<BytesObject>(context, Kind::Bytes);
  buffer->data = nullptr;
  buffer->size = buffer->capacity = 0;
  buffer->data = static_cast<uint8_t*>(allocatePayload(context, capacity));
  buffer->capacity = capacity;
  std::memcpy(buffer->data, head->data(), head->bytes);
  buffer->size = head->bytes;
  return buffer;
}

char* write(char* to, Span<const std::string_view> texts) {
  for (const std::string_view text : texts) {
    std::memcpy(to, text.data(), text.size());
    to += text.size();
  }
  return to;
}

}  // namespace

Value joinTexts(Context& context, Value first, Span<const std::string_view> rest,
                uint64_t restChars) {
  const auto* head = as<StringObject>(first);
  size_t extra = 0;
  for (const std::string_view text : rest) extra += text.size();
  const size_t bytes = head->bytes + extra;
  if (bytes > UINT32_MAX - 64) return raise(context, ErrorClass::Runtime, "String too long");
  if (context.outOfMemory || !hasRoom(context, bytes)) return raiseOutOfMemory(context);
  StringObject* result;
  if (bytes < SharedStringObject::LeastBytes || head->bytes < extra) {
    result = newStringBuffer(context, static_cast<uint32_t>(bytes));
    std::memcpy(result->ownBytes(), head->data(), head->bytes);
    write(result->ownBytes() + head->bytes, rest);
  } else {
    BytesObject* buffer = extensible(context, head, static_cast<uint32_t>(extra));
    write(reinterpret_cast<char*>(buffer->data) + head->bytes, rest);
    auto* shared = allocate<SharedStringObject>(context, Kind::String);
    shared->countAndFlags |= StringObject::Shared;
    shared->hash = shared->symbol = 0;
    shared->text = reinterpret_cast<const char*>(buffer->data);
    shared->buffer.init(Value::object(buffer));
    shared->index.init(Value::nil());
    shared->bytes = buffer->size = static_cast<uint32_t>(bytes);
    result = shared;
  }
  result->chars = static_cast<uint32_t>(head->chars + restChars);
  return Value::object(result);
}

Value joinStrings(Context& context, const Value* strings, uint64_t count) {
  if (count == 0) return newString(context, {});
  constexpr uint64_t Few = 16;
  std::string_view few[Few];
  std::vector<std::string_view> many;
  std::string_view* texts = few;
  if (count > Few) {
    many.resize(count);
    texts = many.data();
  }
  uint64_t chars = 0;
  for (uint64_t i = 1; i < count; i++) {
    texts[i - 1] = as<StringObject>(strings[i])->view();
    chars += as<StringObject>(strings[i])->chars;
  }
  return joinTexts(context, strings[0], {texts, count - 1}, chars);
}

Value checkedString(Context& context, std::string_view text) {
  if (utf8::isValid(text)) return newString(context, text);
  return newString(context, utf8::valid(text));
}

uint32_t stringHash(StringObject* string) {
  if (string->hash) return string->hash;
  return string->hash = hashText(string->view());
}

namespace {

/// The offset of the character that is `count` characters behind the one at `from`.
uint32_t skip(const StringObject* string, uint32_t from, uint32_t count) {
  const char* p = string->data();
  uint32_t i = from;
  for (; i + 8 <= string->bytes; i += 8) {
    const uint32_t characters = 8 - continuationsIn(p + i);
    if (count < characters) break;
    count -= characters;
  }
  for (; i < string->bytes; i++) {
    if (utf8::isContinuation(p[i])) continue;
    if (count-- == 0) return i;
  }
  return string->bytes;
}

/// The index of a long string that is not ASCII.
const uint32_t* indexOf(Context& context, StringObject* string) {
  uint32_t* index;
  if (string->isShared()) {
    auto* shared = static_cast<SharedStringObject*>(string);
    if (shared->index.get().isNil()) {
      const auto bytes = static_cast<uint32_t>(indexWords(string->bytes) * sizeof(uint32_t));
      auto* made = allocate<BytesObject>(context, Kind::Bytes);
      made->data = nullptr;
      made->size = made->capacity = 0;
      shared->index.set(Value::object(made));
      made->data = static_cast<uint8_t*>(allocatePayload(context, bytes));
      made->size = made->capacity = bytes;
      std::memset(made->data, 0, bytes);
    }
    index = reinterpret_cast<uint32_t*>(as<BytesObject>(shared->index.get())->data);
  } else {
    index = ownIndex(string);
  }
  if (index[0] != 0) return index;
  uint32_t at = 0;
  for (uint32_t i = 1; i <= string->chars / Stride; i++) index[i] = at = skip(string, at, Stride);
  index[0] = 1;
  return index;
}

}  // namespace

uint32_t byteOffset(Context& context, StringObject* string, uint32_t index) {
  if (string->ascii()) return index;
  if (string->bytes < LeastIndexed || index < Stride) return skip(string, 0, index);
  return skip(string, indexOf(context, string)[index / Stride], index % Stride);
}

uint32_t characterIndex(Context& context, StringObject* string, uint32_t offset) {
  if (string->ascii()) return offset;
  uint32_t before = 0, from = 0;
  if (string->bytes >= LeastIndexed) {
    const uint32_t* index = indexOf(context, string) + 1;
    const uint32_t* const end = index + string->chars / Stride;
    const auto behind = static_cast<uint32_t>(std::upper_bound(index, end, offset) - index);
    before = behind * Stride;
    if (behind != 0) from = index[behind - 1];
  }
  return before + countCharacters(string->data() + from, offset - from);
}

}  // namespace gene
