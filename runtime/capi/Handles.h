#pragma once
// What stands behind the words of gene.h. A handle is a place in a table that is a root of the heap:
//
//   0 ggg gggg gggg gggg gggg g rrr rrrr iiii iiii iiii iiii iiii     generation, runtime, place
//
// The generation of a place changes whenever it is given back, so a handle that is used too long is told from the next one there,
// and 128 runtimes that were made one after the other tell theirs apart. Values that are no objects are their own handles: the
// two never look the same (runtime/value/Value.h; a handle is 16 at least and below 2^47).

#include <csetjmp>
#include <memory>
#include <vector>

#include "runtime/Context.h"
#include "runtime/capi/gene.h"

namespace gene::capi {

struct NativeFunction;

/// A text that the C side was lent; in the list of its scope.
struct Text {
  Text* next;
  [[nodiscard]] char* bytes() { return reinterpret_cast<char*>(this + 1); }
};

/// Handles and texts that end together: of one call of a C function, or from gene_scope_begin on.
struct Scope {
  static constexpr uint32_t None = UINT32_MAX;
  Scope* outer = nullptr;  // of the same call
  uint32_t last = None;    // handle: the others follow by Place::next
  Text* texts = nullptr;
  bool isCall = false;
  const NativeFunction* function = nullptr;  // of a call of a function; null: of gene_init
  std::jmp_buf* leave = nullptr;             // of a call: for gene_raise_error
};

class Api : public ContextPart {
 public:
  static constexpr Name Part = ContextPart::Handles;
  Api();
  ~Api() override;
  Api(const Api&) = delete;

  Context& context;
  Scope outermost;
  Scope* scope = &outermost;
  /// Where functions may be called that need more stack than the caller has: (f, data); null: here.
  void (*onOwnStack)(Api& api, void (*f)(void* data), void* data) = nullptr;
  void* owner = nullptr;  // GeneRuntime, where it is embedded
  uint8_t stopped = 0;    // why the last call from outside ended early: vm::StopReason
  std::vector<std::unique_ptr<NativeFunction>> functions;

  /// The word that stands for the value; GENE_FAILED with the exception pending when there are too many.
  GeneValue give(Value v);
  /// The value that a word stands for; 0 when there is none.
  [[nodiscard]] Value find(GeneValue word) const;
  /// The same; 0 with a TypeException pending.
  Value take(GeneValue word);
  GeneValue keep(Value v);
  bool release(GeneValue word);
  /// Room for a text and a zero, as long as the scope.
  char* lend(size_t size);
  void beginScope();
  /// Ends the innermost scope that gene_scope_begin made; false when there is none in this call.
  bool endScope();
  /// Gives back what a scope holds.
  void clear(Scope& ended);

 private:
  static constexpr uint32_t ChunkSize = 256, PlaceBits = 20, RuntimeBits = 7, GenerationBits = 20;
  static constexpr uint32_t Kept = UINT32_MAX - 1, Free = UINT32_MAX - 2;
  struct Place {
    uint32_t generation = 1;
    uint32_t next = Free;  // in the scope, or Kept; of a free one: Free
  };
  struct Chunk {
    Value values[ChunkSize] = {};
    Place places[ChunkSize];
  };
  [[nodiscard]] Place* placeOf(GeneValue word, uint32_t* index) const;
  GeneValue enter(Value v, uint32_t next, uint32_t* index);
  void free(uint32_t index);
  [[nodiscard]] Value& valueAt(uint32_t index) const {
    return chunks_[index / ChunkSize]->values[index % ChunkSize];
  }
  [[nodiscard]] Place& placeAt(uint32_t index) const {
    return chunks_[index / ChunkSize]->places[index % ChunkSize];
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::vector<uint32_t> free_;
  const uint32_t number_;  // of the runtime
};

/// The runtime of this thread, or null.
Api* current();
/// The same where nothing is pending: for what may fail.
Api* ready();

/// Calls f() where it may need the stack, run Gene code, allocate.
template <class F>
void inside(Api& api, F&& f) {
  if (!api.onOwnStack) return f();
  api.onOwnStack(api, [](void* data) { (*static_cast<std::remove_reference_t<F>*>(data))(); }, &f);
}
/// The same of what gives a value: its word, in the scope of the caller. Without a runtime, or with an exception pending:
/// GENE_FAILED.
template <class F>
GeneValue valueOf(F&& f) {
  Api* const api = ready();
  if (!api) return GENE_FAILED;
  Scope* const scope = api->scope;
  GeneValue word = GENE_FAILED;
  inside(*api, [&] {
    const Value v = f(*api);
    // Other fibers may have run, whose functions have scopes of their own.
    api->scope = scope;
    if (!v.isPending()) word = api->give(v);
  });
  return word;
}
/// The same of what gives a bool.
template <class F>
bool done(F&& f) {
  Api* const api = ready();
  if (!api) return false;
  Scope* const scope = api->scope;
  bool result = false;
  inside(*api, [&] {
    result = f(*api);
    api->scope = scope;
  });
  return result;
}

/// The value as an object of this kind; null with a TypeException pending.
template <class T>
T* objectOf(Api& api, GeneValue word, Kind kind, const char* wanted);
/// Raises that a value is of another kind.
void raiseKind(Api& api, Value v, const char* wanted);
template <class T>
T* objectOf(Api& api, GeneValue word, Kind kind, const char* wanted) {
  const Value v = api.take(word);
  if (v.isPending()) return nullptr;
  if (isKind(v, kind)) return as<T>(v);
  raiseKind(api, v, wanted);
  return nullptr;
}
/// A name that C gave: false with an exception pending for NULL and what is no UTF-8.
bool nameOf(Api& api, const char* text, Symbol* name);

/// While it lives this thread has no runtime: finalizers can use none.
class WithoutRuntime {
 public:
  WithoutRuntime();
  ~WithoutRuntime();
  WithoutRuntime(const WithoutRuntime&) = delete;

 private:
  Context* const before_;
};

}  // namespace gene::capi
