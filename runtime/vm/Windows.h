#pragma once
// What handlers leave to a function. The arguments of a call lie in a window of the value stack, with the callee at window[-2];
// each bind… gives the bytecode to go on with, the arguments bound to its slots in place. Null: the callee is nothing that runs in
// this activation of the interpreter (whose constants are `consts`), so the handler calls it through the runtime; or an
// exception is pending.

#include "runtime/abi/Caches.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"
#include "runtime/vm/Code.h"

namespace gene::vm {

/// A call of window[-2] with `count` arguments, which `shape` describes (null: all positional).
Code* bindToWindow(Context& context, Value* window, const CallShape* shape, uint32_t count,
                   const Value* consts);
/// The same for a tail call, of anything that ends in a call of a function.
Code* bindTail(Context& context, Value* window, const CallShape* shape, uint32_t count,
               const Value* consts);
/// A call of a method of the instance window[0]: `words` are the name and the cache, which is filled. Null, and nothing pending,
/// when the receiver is no instance or its method is no bytecode of this program.
Code* bindMethod(Context& context, Value* window, uint32_t count, uint64_t* words,
                 const Value* consts);
/// The same for arguments that `shape` describes.
Code* bindMethodShaped(Context& context, Value* window, uint32_t count, Symbol name,
                       const CallShape* shape, const Value* consts);
/// bindTail for a method that is no plain function of an instance; null for most methods of built-in classes without looking
/// further.
Code* bindTailMethod(Context& context, Value* window, uint32_t count, Symbol name,
                     const CallShape* shape, const Value* consts);
/// bindTail for (receiver . name args…), in a window behind the frame.
Code* bindTailDynamic(Context& context, Value* window, Value receiver, Value name,
                      const Value* args, const CallShape* shape, uint32_t count,
                      const Value* consts);
/// A super call from a method written in `cls`; `words` are name, shape and cache. Only calls without keywords and spreads
/// are cached.
Code* bindSuper(Context& context, Value* window, uint32_t count, uint64_t* words, Value cls,
                const Value* consts);
/// The constructor of the class window[-3], which the cache knows; makes the instance, too.
Code* bindConstructor(Context& context, Value* window, uint32_t count, InlineCache cache,
                      const Value* consts);

/// gene_member_get, and what its cache has learned about instances goes to the shared one.
Value memberGet(Context* context, uint64_t* words, Value object);
/// The same for gene_member_set, with the shape that the instance had before.
Value memberSet(Context* context, uint64_t* words, Value object, Value value);
/// gene_is; `cache` remembers what the answer was for the shape of an object and a class.
Value isCached(Context* context, uint64_t* cache, Value value, Value type);

// --- what handlers and these functions ask alike ----------------------------------------------------------------------

/// Can the built-in function be called with `count` positional arguments, without further ado?
inline bool takesBuiltin(const FunctionInfo& info, uint32_t count) {
  return info.builtin && info.takes(count);
}
inline InlineCache cacheAt(const uint64_t* word) {
  return readCache(reinterpret_cast<const InlineCache*>(word));
}
/// The first shape that a site sees stays in its inline cache.
inline void fillEmpty(uint64_t* cache, InlineCache with) {
  if (cacheAt(cache).shape == 0)
    writeCache(reinterpret_cast<InlineCache*>(cache), with.shape, with.index);
}
/// What the cache of a super call compares: the class that the method was written in.
inline uint32_t superKey(const ClassObject& cls) { return cls.id + 1; }

}  // namespace gene::vm
