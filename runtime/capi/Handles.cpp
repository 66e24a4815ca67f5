#include "runtime/capi/Handles.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include "runtime/capi/Functions.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Class.h"
#include "runtime/support/Utf8.h"

namespace gene::capi {
namespace {

std::atomic<uint32_t> runtimesMade = 0;

}  // namespace

Api::Api()
    : context(currentContext()), number_(runtimesMade++ & ((uint32_t{1} << RuntimeBits) - 1)) {}

Api::~Api() {
  while (scope != &outermost && scope) {
    Scope* const ended = std::exchange(scope, scope->outer);
    clear(*ended);
    delete ended;
  }
  clear(outermost);
  for (const auto& chunk : chunks_) removeRoots(context, chunk->values);
}

GeneValue Api::enter(Value v, uint32_t next, uint32_t* index) {
  if (free_.empty()) {
    if (chunks_.size() >= (size_t{1} << PlaceBits) / ChunkSize) {
      raise(context, ErrorClass::Runtime,
            "too many values are held: gene_scope_begin, gene_release");
      return GENE_FAILED;
    }
    chunks_.push_back(std::make_unique<Chunk>());
    addRoots(context, chunks_.back()->values, ChunkSize);
    const auto first = static_cast<uint32_t>((chunks_.size() - 1) * ChunkSize);
    for (uint32_t i = ChunkSize; i-- > 0;) free_.push_back(first + i);
  }
  *index = free_.back();
  free_.pop_back();
  valueAt(*index) = v;
  Place& place = placeAt(*index);
  place.next = next;
  return uint64_t{place.generation} << (PlaceBits + RuntimeBits) | uint64_t{number_} << PlaceBits |
         *index;
}

void Api::free(uint32_t index) {
  valueAt(index) = Value::pending();
  Place& place = placeAt(index);
  place.next = Free;
  place.generation = (place.generation + 1) & ((uint32_t{1} << GenerationBits) - 1);
  if (place.generation == 0) place.generation = 1;
  free_.push_back(index);
}

Api::Place* Api::placeOf(GeneValue word, uint32_t* index) const {
  *index = static_cast<uint32_t>(word) & ((uint32_t{1} << PlaceBits) - 1);
  if (*index / ChunkSize >= chunks_.size()) return nullptr;
  Place& place = placeAt(*index);
  const uint64_t rest = uint64_t{place.generation} << RuntimeBits | number_;
  return place.next != Free && word >> PlaceBits == rest ? &place : nullptr;
}

GeneValue Api::give(Value v) {
  if (v.isAbsent() || v.isNotFound()) v = Value::nil();
  if (!v.isObject()) return v.bits;
  uint32_t index;
  const GeneValue word = enter(v, scope->last, &index);
  if (word != GENE_FAILED) scope->last = index;
  return word;
}

Value Api::find(GeneValue word) const {
  const Value v{word};
  constexpr uint64_t Constants = 16;
  if (word < Constants) {
    const bool isConstant = v.isNil() || v.isVoid() || v.isBool() || v == Value::placeholder();
    return isConstant ? v : Value::pending();
  }
  if (word >> 47 == 0) {
    uint32_t index;
    return placeOf(word, &index) ? valueAt(index) : Value::pending();
  }
  if (v.isSmallInt() || v.isFloat()) return v;
  if (v.isChar())
    return v.character() <= 0x10FFFF && word >> 32 == Value::CharTag >> 32 ? v : Value::pending();
  if (v.isSymbol() && word >> 32 == Value::SymbolTag >> 32 &&
      Symbol::exists(static_cast<uint32_t>(word)))
    return v;
  return Value::pending();
}

Value Api::take(GeneValue word) {
  const Value v = find(word);
  if (v.isPending())
    raise(context, ErrorClass::Type,
          "this is no value of the runtime, or is not held any more (gene_keep)");
  return v;
}

GeneValue Api::keep(Value v) {
  uint32_t index;
  return v.isObject() ? enter(v, Kept, &index) : v.bits;
}

bool Api::release(GeneValue word) {
  uint32_t index;
  const Place* const place = word >> 47 == 0 ? placeOf(word, &index) : nullptr;
  if (!place || place->next != Kept) return false;
  free(index);
  return true;
}

char* Api::lend(size_t size) {
  auto* text = static_cast<Text*>(std::malloc(sizeof(Text) + size + 1));
  if (!text) return nullptr;
  text->next = scope->texts;
  scope->texts = text;
  text->bytes()[size] = '\0';
  return text->bytes();
}

void Api::beginScope() { scope = new Scope{.outer = scope}; }

bool Api::endScope() {
  if (scope->isCall || scope == &outermost) return false;
  Scope* const ended = std::exchange(scope, scope->outer);
  clear(*ended);
  delete ended;
  return true;
}

void Api::clear(Scope& ended) {
  for (uint32_t at = ended.last; at != Scope::None;) {
    const uint32_t next = placeAt(at).next;
    free(at);
    at = next;
  }
  ended.last = Scope::None;
  while (Text* const text = ended.texts) {
    ended.texts = text->next;
    std::free(text);
  }
}

Api* current() { return threadContext ? &partOf<Api>(*threadContext) : nullptr; }

Api* ready() {
  Api* const api = current();
  return api && api->context.exception.isPending() ? api : nullptr;
}

void raiseKind(Api& api, Value v, const char* wanted) {
  raise(api.context, ErrorClass::Type,
        "expected " + std::string(wanted) + ", got " + kindName(api.context, v));
}

bool nameOf(Api& api, const char* text, Symbol* name) {
  if (!text || !utf8::isValid(text)) {
    raise(api.context, ErrorClass::Argument, text ? "a name is no UTF-8" : "a name is missing");
    return false;
  }
  *name = Symbol::of(text);
  return true;
}

WithoutRuntime::WithoutRuntime() : before_(threadContext) { threadContext = nullptr; }
WithoutRuntime::~WithoutRuntime() { threadContext = before_; }

}  // namespace gene::capi
