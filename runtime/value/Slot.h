#pragma once
// The only counted reference: heap objects hold values in Slots, and assigning one counts. Locals, arguments and
// registers are plain Values and count nothing (docs/heap.md).

#include "runtime/value/Object.h"

namespace gene {

/// Enters an object whose count fell to zero in the zero-count table of its heap (runtime/collector/Counts.cpp).
void countFellToZero(Object* object);

/// Reference counts that went up or down so far in this thread: --stats prints it. Native code counts, too. (As
/// GENE_THREAD_LOCAL of runtime/Context.h.)
extern "C"
    __attribute__((tls_model("local-exec"))) constinit thread_local uint64_t gene_count_operations;

inline void retain(Object* object) {
  if (object->isImmortal()) return;
  object->countAndFlags += Object::One;
  gene_count_operations++;
}
inline void retain(Value v) {
  if (v.isObject()) retain(v.object());
}
inline void release(Value v) {
  if (!v.isObject() || v.object()->isImmortal()) return;
  Object* o = v.object();
  o->countAndFlags -= Object::One;
  gene_count_operations++;
  if (o->countAndFlags < Object::One && !(o->countAndFlags & Object::InTable)) countFellToZero(o);
}

class Slot {
 public:
  Slot() = default;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  [[nodiscard]] Value get() const { return value_; }
  operator Value() const { return value_; }
  /// Stores `v`; the slot must hold a value already.
  void set(Value v) {
    retain(v);
    const Value old = value_;
    value_ = v;
    release(old);
  }
  /// Stores the first value of a new slot.
  void init(Value v) {
    retain(v);
    value_ = v;
  }
  /// Gives up the reference and leaves nil.
  void clear() {
    const Value old = value_;
    value_ = Value::nil();
    release(old);
  }

 private:
  Value value_;
};
static_assert(sizeof(Slot) == 8);

}  // namespace gene
