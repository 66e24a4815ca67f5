#pragma once
// The arguments of one call, spreads written out: positional values, and keywords as symbol value symbol value …
// What Function.cpp, the entries and Selector.cpp share.

#include <array>

#include "runtime/object/Array.h"
#include "runtime/object/Function.h"
#include "runtime/support/Span.h"

namespace gene {

/// Keeps `v` in view of the stack scan up to this point.
inline void keepAlive(Value v) { asm volatile("" ::"r"(v.bits) : "memory"); }

/// A list of values on the machine stack, so that the heap sees them; long lists continue in an Array.
class ValueList {
 public:
  ValueList() = default;
  ValueList(const ValueList&) = delete;
  ValueList& operator=(const ValueList&) = delete;
  ~ValueList() {
    if (spill_) keepAlive(Value::object(spill_));
  }

  void push(Context& context, Value v) {
    if (!spill_ && size_ < Inline) {
      inline_[size_++] = v;
      return;
    }
    if (!spill_) spill_ = newArrayFrom(context, inline_.data(), size_);
    arrayPush(context, spill_, v);
    size_++;
  }
  void push(Context& context, const Value* values, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) push(context, values[i]);
  }
  [[nodiscard]] Value* data() {
    return spill_ ? reinterpret_cast<Value*>(spill_->items) : inline_.data();
  }
  [[nodiscard]] uint32_t size() const { return size_; }

 private:
  static constexpr uint32_t Inline = 16;
  std::array<Value, Inline> inline_;
  ArrayObject* spill_ = nullptr;
  uint32_t size_ = 0;
};

/// Keywords of a call: pairs of symbol and value.
struct Keywords {
  const Value* pairs = nullptr;
  uint32_t count = 0;  // of pairs
};

/// Context::arguments, after making room for `count` words in it.
Value* requireArguments(Context& context, size_t count);

/// The shaped arguments of a call, behind whatever `positional` holds already. False when a spread raised.
bool flatten(Context& context, const CallShape& shape, const Value* args, ValueList& positional,
             ValueList& keywords);
/// The same for the `count` arguments in Context::arguments, the last ones as `shape` says; null: all positional.
bool takeBuffered(Context& context, uint32_t count, const CallShape* shape, ValueList& positional,
                  ValueList& keywords);
inline Keywords keywordsOf(ValueList& list) { return {list.data(), list.size() / 2}; }
inline Keywords keywordsOf(Arguments args) { return {args.values + args.count, args.keywordCount}; }

/// Calls any callable value.
Value apply(Context& context, Value callee, const Value* args, uint32_t count, Keywords keywords);
/// Calls a function; a method's receiver is args[0].
Value applyFunction(Context& context, FunctionObject* function, const Value* args, uint32_t count,
                    Keywords keywords);
/// Calls a built-in function, if it takes these keywords and so many arguments; arguments beyond those that it takes are
/// left away, unless the row has words for them. `info`: of the function, null for what makes objects of a class.
Value callChecked(Context& context, const BuiltinFunction& row, const FunctionInfo* info,
                  const Value* args, uint32_t count, Keywords keywords);
/// Calls a method by name, args[0] being the receiver.
Value applyMethod(Context& context, Symbol name, const Value* args, uint32_t count,
                  Keywords keywords);
/// What happens when (args[0] .name …) has no method: nil, a field, on_method_missing, or the error.
Value applyMissing(Context& context, Symbol name, const Value* args, uint32_t count,
                   Keywords keywords);
/// Binds written-out arguments to the slots of a Gene function (05 §2); the receiver of a method is args[0].
bool bindSlots(Context& context, const FunctionInfo& info, const Value* args, uint32_t count,
               Keywords keywords, Value* slots);
/// The same into Context::arguments, where the slots of a function with few of them are `absent` behind the last; `args`
/// lie elsewhere.
bool bindToBuffer(Context& context, const FunctionInfo& info, const Value* args, uint32_t count,
                  Keywords keywords);

/// (new cls args…), with keywords.
Value construct(Context& context, Value cls, const Value* args, uint32_t count, Keywords keywords);
/// Is the machine stack used up?
inline bool stackIsFull(const Context& context) {
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < context.stackLimit;
}

}  // namespace gene
