// Binding arguments to parameters (05 §2), and the entries of functions that have to bind.

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "runtime/abi/Entry.h"
#include "runtime/heap/Heap.h"
#include "runtime/object/Arguments.h"
#include "runtime/object/Class.h"
#include "runtime/object/Explain.h"
#include "runtime/object/Map.h"
#include "runtime/support/Activity.h"

namespace gene {
namespace {

[[gnu::cold]] bool countMismatch(Context& context, const FunctionInfo& callee, uint32_t expected,
                                 uint32_t got) {
  raise(context, ErrorClass::Argument,
        "Expected " + std::to_string(expected) + " arguments, got " + std::to_string(got));
  const bool countsReceiver = callee.isMethod && !callee.isCtor && got > 0;
  explainArguments(context, callee, static_cast<int>(got) - countsReceiver);
  return false;
}

bool isPositional(SlotKind kind) { return kind == SlotKind::Self || kind == SlotKind::Positional; }

/// The value of a keyword, absent when it was not given. The last one counts; `used` is the mask of those taken.
Value takeKeyword(Keywords keywords, Symbol name, uint64_t* used, uint8_t* usedMany) {
  Value found = Value::absent();
  for (uint32_t i = 0; i < keywords.count; i++) {
    if (keywords.pairs[2 * i].symbol() != name) continue;
    found = keywords.pairs[2 * i + 1];
    if (i < 64)
      *used |= uint64_t{1} << i;
    else
      usedMany[i - 64] = 1;
  }
  return found;
}

class Binder {
 public:
  Binder(Context& context, const FunctionInfo& info, const Value* args, uint32_t count,
         Keywords keywords, Value* slots)
      : context_(context),
        info_(info),
        args_(args),
        count_(count),
        keywords_(keywords),
        slots_(slots) {}

  bool bind() { return bindKeywords() && bindPositional() && checkKeywords() && checkLeftOver(); }

 private:
  [[nodiscard]] const SlotInfo& slot(uint32_t i) const { return info_.slots[i]; }
  /// Constructors do not count the object.
  [[nodiscard]] uint32_t uncounted() const { return info_.isCtor ? 1 : 0; }

  bool bindKeywords() {
    if (keywords_.count > 64) usedMany_.resize(keywords_.count - 64);
    for (uint32_t i = 0; i < info_.slotCount; i++) {
      if (slot(i).kind == SlotKind::KeywordRest) rest_ = static_cast<int32_t>(i);
      if (slot(i).kind != SlotKind::Keyword) continue;
      slots_[i] = takeKeyword(keywords_, slot(i).name, &used_, usedMany_.data());
      if (slots_[i].isAbsent() && !slot(i).optional) {
        raise(context_, ErrorClass::Argument,
              "Missing keyword argument: " + std::string(slot(i).name.text()));
        explainSignature(context_, info_);
        return false;
      }
    }
    return true;
  }

  bool bindPositional() {
    uint32_t requiredAfter = 0, positionalAfter = 0;
    for (uint32_t i = 0; i < info_.slotCount; i++) {
      if (!isPositional(slot(i).kind)) continue;
      positionalAfter++;
      requiredAfter += !slot(i).optional;
    }
    for (uint32_t i = 0; i < info_.slotCount; i++) {
      const SlotInfo& s = slot(i);
      const uint32_t left = count_ - next_;
      if (isPositional(s.kind)) {
        position_++;
        positionalAfter--;
        requiredAfter -= !s.optional;
        if (s.optional) {
          slots_[i] = left > requiredAfter ? args_[next_++] : Value::absent();
        } else {
          if (left == 0)
            return countMismatch(context_, info_, position_ - uncounted(), count_ - uncounted());
          slots_[i] = args_[next_++];
        }
      } else if (s.kind == SlotKind::Rest) {
        position_++;
        const uint32_t taken = left > positionalAfter ? left - positionalAfter : 0;
        slots_[i] = Value::object(newArrayFrom(context_, args_ + next_, taken));
        next_ += taken;
        hasRest_ = true;
      }
    }
    return true;
  }

  bool checkKeywords() {
    if (rest_ >= 0) {
      MapObject* rest = newMap(context_);
      slots_[rest_] = Value::object(rest);
      for (uint32_t i = 0; i < keywords_.count; i++)
        if (!isUsed(i))
          mapPut(context_, rest, keywords_.pairs[2 * i].symbol(), keywords_.pairs[2 * i + 1]);
      return true;
    }
    for (uint32_t i = 0; i < keywords_.count; i++) {
      if (isUsed(i)) continue;
      raise(context_, ErrorClass::Argument,
            "Unexpected keyword argument: " + std::string(keywords_.pairs[2 * i].symbol().text()));
      explainKeyword(context_, info_, keywords_.pairs[2 * i].symbol());
      return false;
    }
    return true;
  }

  bool checkLeftOver() {
    if (next_ == count_ || hasRest_) return true;
    // A function without any parameters ignores what it is given.
    if (position_ == uncounted() && keywords_.count == 0) return true;
    return countMismatch(context_, info_, position_ - uncounted(), count_ - uncounted());
  }

  [[nodiscard]] bool isUsed(uint32_t i) const {
    return i < 64 ? used_ >> i & 1 : usedMany_[i - 64] != 0;
  }

  Context& context_;
  const FunctionInfo& info_;
  const Value* args_;
  uint32_t count_;
  Keywords keywords_;
  Value* slots_;
  uint64_t used_ = 0;              // keywords that a parameter took, the first 64
  std::vector<uint8_t> usedMany_;  // and the others
  int32_t rest_ = -1;              // the slot of ^rest...
  uint32_t next_ = 0;              // the next positional value
  uint32_t position_ = 0;
  bool hasRest_ = false;
};

}  // namespace

bool bindSlots(Context& context, const FunctionInfo& info, const Value* args, uint32_t count,
               Keywords keywords, Value* slots) {
  if (GENE_LIKELY(info.simple && count == info.slotCount && keywords.count == 0)) {
    std::memcpy(static_cast<void*>(slots), args, count * sizeof(Value));
    return true;
  }
  return Binder(context, info, args, count, keywords, slots).bind();
}

bool bindArguments(Context& context, const FunctionInfo& info, const CallShape* shape,
                   const Value* args, uint32_t count, Value* slots) {
  if (!shape || shape->plain) return bindSlots(context, info, args, count, {}, slots);
  ValueList positional, keywords;
  const uint32_t receivers =
      count - shape->count;  // a method's receiver stands before the shaped arguments
  positional.push(context, args, receivers);
  if (!flatten(context, *shape, args + receivers, positional, keywords)) return false;
  return bindSlots(context, info, positional.data(), positional.size(), keywordsOf(keywords),
                   slots);
}

bool flatten(Context& context, const CallShape& shape, const Value* args, ValueList& positional,
             ValueList& keywords) {
  for (uint32_t i = 0; i < shape.count; i++) {
    const Value v = args[i];
    switch (shape.args[i].kind) {
      case ArgKind::Positional: positional.push(context, v); break;
      case ArgKind::Keyword:
        keywords.push(context, Value::symbol(shape.args[i].keyword));
        keywords.push(context, v);
        break;
      case ArgKind::Spread:
        if (v.isNil()) break;
        if (!isArray(v)) {
          raise(context, ErrorClass::Exception,
                "... can only spread arrays in gene children context, got " + kindName(context, v));
          return false;
        }
        for (uint32_t j = 0; j < as<ArrayObject>(v)->size; j++)
          positional.push(context, arrayAt(as<ArrayObject>(v), j));
        break;
      case ArgKind::KeywordSpread: {
        if (v.isNil()) break;
        if (!isMap(v)) {
          raise(context, ErrorClass::Exception,
                "... can only spread maps in map context, got " + kindName(context, v));
          return false;
        }
        const auto* map = as<MapObject>(v);
        for (uint32_t j = 0; (j = mapNext(map, j)) != MapEnd; j++) {
          keywords.push(context, map->entries[j].key.get());
          keywords.push(context, map->entries[j].value.get());
        }
        break;
      }
    }
  }
  return true;
}

bool takeBuffered(Context& context, uint32_t count, const CallShape* shape, ValueList& positional,
                  ValueList& keywords) {
  if (!shape || shape->plain) {
    positional.push(context, context.arguments, count);
    return true;
  }
  const uint32_t receivers = count - shape->count;
  positional.push(context, context.arguments, receivers);
  return flatten(context, *shape, context.arguments + receivers, positional, keywords);
}

Value* requireArguments(Context& context, size_t count) {
  if (GENE_LIKELY(count <= context.argumentCapacity)) return context.arguments;
  const size_t capacity = std::max(count, size_t{2} * context.argumentCapacity);
  auto* grown = new Value[capacity];
  for (size_t i = 0; i < capacity; i++)
    grown[i] = i < context.argumentCapacity ? context.arguments[i] : Value::nil();
  addRoots(context, grown, capacity);
  if (context.arguments) removeRoots(context, context.arguments);
  delete[] context.arguments;
  context.arguments = grown;
  context.argumentCapacity = static_cast<uint32_t>(capacity);
  return grown;
}

bool bindToBuffer(Context& context, const FunctionInfo& info, const Value* args, uint32_t count,
                  Keywords keywords) {
  if (GENE_UNLIKELY(stackIsFull(context))) {
    gene_stack_overflow(&context);
    return false;
  }
  Value* slots = requireArguments(context, info.slotCount);
  for (uint32_t i = info.slotCount; i < RegisterArguments; i++) slots[i] = Value::absent();
  return bindSlots(context, info, args, count, keywords, slots);
}

// --- built-in functions ------------------------------------------------------------------------------------------------

namespace {

/// What a built-in function is called with: the arguments themselves, or in `all` together with the keywords.
Arguments withKeywords(Context& context, ValueList& all, const Value* args, uint32_t count,
                       Keywords keywords) {
  if (GENE_LIKELY(keywords.count == 0)) return {args, count};
  all.push(context, args, count);
  all.push(context, keywords.pairs, 2 * keywords.count);
  return {all.data(), count, keywords.count};
}

/// Is ^name among the words of a row: "^one ^two -> …", or "^..." for any?
bool takesKeyword(const char* words, std::string_view name) {
  bool found = false;
  forEachKeyword(words, [&](std::string_view word) { found |= word == name || word == "..."; });
  return found;
}

/// Raises what the row says of a wrong number of arguments, or how many are expected.
[[gnu::cold]] void raiseCount(Context& context, const BuiltinFunction& row,
                              const FunctionInfo* info, uint32_t count) {
  const bool tooFew = count < row.least;
  const char* said = tooFew ? row.missing : row.surplus;
  const uint32_t receivers = info && info->isMethod ? 1 : 0;
  const uint32_t expected = (tooFew ? row.least : row.most) + receivers;
  raise(context, ErrorClass::Argument,
        said ? std::string(said)
             : "Expected " + std::to_string(expected) + " arguments, got " +
                   std::to_string(count + receivers));
  if (info) explainArguments(context, *info, static_cast<int>(count));
}

}  // namespace

Value callChecked(Context& context, const BuiltinFunction& row, const FunctionInfo* info,
                  const Value* args, uint32_t count, Keywords keywords) {
  const uint32_t receivers = info && info->isMethod ? 1 : 0;
  if (GENE_UNLIKELY(count < receivers)) {
    countMismatch(context, *info, receivers, count);
    return Value::pending();
  }
  const uint32_t given = count - receivers;
  const bool tooMany = row.most != BuiltinFunction::AnyNumber && given > row.most;
  if (GENE_UNLIKELY(given < row.least || (tooMany && row.surplus))) {
    raiseCount(context, row, info, given);
    return Value::pending();
  }
  ValueList all;
  const Arguments taken =
      withKeywords(context, all, args, tooMany ? row.most + receivers : count, keywords);
  for (uint32_t i = 0; i < taken.keywordCount; i++) {
    const Symbol name = taken.keywordName(i);
    if (takesKeyword(row.keywords, name.text())) continue;
    raise(context, ErrorClass::Argument,
          "Unexpected keyword argument: " + std::string(name.text()));
    if (info) explainKeyword(context, *info, name);
    return Value::pending();
  }
  return callAccepted(context, row, taken);
}

// --- entries -----------------------------------------------------------------------------------------------------------

namespace {

FunctionInfo& infoOf(Value closure) { return *as<FunctionObject>(closure)->info; }

// Functions of their own, so that the entries have nothing in their frames and their calls of the body are tail calls.

template <uint32_t Count>
[[gnu::noinline]] bool bindRegisters(Context& context, Value closure, Value a0, Value a1, Value a2,
                                     Value a3) {
  const Value args[] = {a0, a1, a2, a3};
  return bindToBuffer(context, infoOf(closure), args, Count, {});
}

[[gnu::noinline]] bool bindGeneric(Context& context, Value closure, uint32_t count,
                                   const CallShape* shape) {
  ValueList positional, keywords;
  if (!takeBuffered(context, count, shape, positional, keywords)) return false;
  return bindToBuffer(context, infoOf(closure), positional.data(), positional.size(),
                      keywordsOf(keywords));
}

template <uint32_t Count>
Value bindEntry(Context* context, Value closure, Value a0, Value a1, Value a2, Value a3) {
  if (!bindRegisters<Count>(*context, closure, a0, a1, a2, a3)) return Value::pending();
  const Value* slots = context->arguments;
  [[clang::musttail]] return infoOf(closure).body(context, closure, slots[0], slots[1], slots[2],
                                                  slots[3]);
}

Value genericEntry(Context* context, Value closure, Value count, Value shape, Value, Value) {
  if (!bindGeneric(*context, closure, static_cast<uint32_t>(count.bits),
                   reinterpret_cast<const CallShape*>(shape.bits)))
    return Value::pending();
  const Value* slots = context->arguments;
  [[clang::musttail]] return infoOf(closure).body(context, closure, slots[0], slots[1], slots[2],
                                                  slots[3]);
}

/// Looks at the number of arguments and at the keywords; the entries for a number that is right do not need to.
[[gnu::noinline]] Value callBuiltin(Context* context, const FunctionInfo& info, const Value* args,
                                    uint32_t count, Keywords keywords) {
  if (GENE_UNLIKELY(stackIsFull(*context))) return gene_stack_overflow(context);
  return callChecked(*context, *info.builtin, &info, args, count, keywords);
}

template <uint32_t Count>
Value builtinEntry(Context* context, Value closure, Value a0, Value a1, Value a2, Value a3) {
  const Value args[] = {a0, a1, a2, a3};
  if (GENE_UNLIKELY(stackIsFull(*context))) return gene_stack_overflow(context);
  return callAccepted(*context, *infoOf(closure).builtin, {args, Count});
}
template <uint32_t Count>
Value checkingEntry(Context* context, Value closure, Value a0, Value a1, Value a2, Value a3) {
  const Value args[] = {a0, a1, a2, a3};
  return callBuiltin(context, infoOf(closure), args, Count, {});
}

Value builtinGenericEntry(Context* context, Value closure, Value count, Value shape, Value, Value) {
  ValueList positional, keywords;
  if (!takeBuffered(*context, static_cast<uint32_t>(count.bits),
                    reinterpret_cast<const CallShape*>(shape.bits), positional, keywords))
    return Value::pending();
  return callBuiltin(context, infoOf(closure), positional.data(), positional.size(),
                     keywordsOf(keywords));
}

}  // namespace

void initializeEntries(FunctionInfo& info) {
  static constexpr NativeCode binding[] = {bindEntry<0>, bindEntry<1>, bindEntry<2>, bindEntry<3>,
                                           bindEntry<4>};
  static constexpr NativeCode builtin[] = {builtinEntry<0>, builtinEntry<1>, builtinEntry<2>,
                                           builtinEntry<3>, builtinEntry<4>};
  static constexpr NativeCode checking[] = {checkingEntry<0>, checkingEntry<1>, checkingEntry<2>,
                                            checkingEntry<3>, checkingEntry<4>};
  for (uint32_t n = 0; n <= RegisterArguments; n++)
    info.entry[n] = !info.builtin ? binding[n] : info.takes(n) ? builtin[n] : checking[n];
  info.generic = info.builtin ? builtinGenericEntry : genericEntry;
  if (!info.builtin && info.simple && info.slotCount <= RegisterArguments)
    info.entry[info.slotCount] = info.body;
}

Value applyFunction(Context& context, FunctionObject* function, const Value* args, uint32_t count,
                    Keywords keywords) {
  const FunctionInfo& info = *function->info;
  if (!info.builtin) GENE_NOTE(calls);
  const Value closure = Value::object(function);
  if (GENE_UNLIKELY(stackIsFull(context))) return gene_stack_overflow(&context);
  if (GENE_LIKELY(keywords.count == 0)) {
    const Value none = Value::absent();
    switch (count) {
      case 0: return info.entry[0](&context, closure, none, none, none, none);
      case 1: return info.entry[1](&context, closure, args[0], none, none, none);
      case 2: return info.entry[2](&context, closure, args[0], args[1], none, none);
      case 3: return info.entry[3](&context, closure, args[0], args[1], args[2], none);
      case 4: return info.entry[4](&context, closure, args[0], args[1], args[2], args[3]);
      default: break;
    }
  }
  if (info.builtin) return callBuiltin(&context, info, args, count, keywords);
  if (info.slots || info.slotCount == 0) {
    if (!bindToBuffer(context, info, args, count, keywords)) return Value::pending();
    const Value* slots = context.arguments;
    return info.body(&context, closure, slots[0], slots[1], slots[2], slots[3]);
  }
  // One of the runtime or of an extension: its entry takes what the call says.
  std::vector<CallShape::Arg> shaped(count, {ArgKind::Positional, Symbol{}});
  Value* const given = requireArguments(context, count + keywords.count);
  std::memcpy(static_cast<void*>(given), args, count * sizeof(Value));
  for (uint32_t i = 0; i < keywords.count; i++) {
    shaped.push_back({ArgKind::Keyword, keywords.pairs[2 * i].symbol()});
    given[count + i] = keywords.pairs[2 * i + 1];
  }
  const uint32_t all = count + keywords.count;
  const CallShape shape{all, keywords.count == 0, shaped.data()};
  return info.generic(&context, closure, Value{all}, Value{reinterpret_cast<uint64_t>(&shape)},
                      Value::absent(), Value::absent());
}

}  // namespace gene
