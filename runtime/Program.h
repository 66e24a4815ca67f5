#pragma once
// A loaded program: what its code refers to by index. Made by runtime/image/ImageLoader from the image that
// codegen/image writes; the same image serves .gir files (with bytecode) and native executables (without).

#include "runtime/support/Span.h"

#include "runtime/object/Function.h"
#include "runtime/support/LanguageOptions.h"

namespace gene {

/// One word, read and written whole: {shape id, index}. What the index means is up to the instruction: the byte offset
/// of a field, the position of a map entry, the number of a method target (MethodTable). All zero: empty.
struct InlineCache {
  uint32_t shape;
  uint32_t index;
};

/// A place in the source that may raise, for locations and stack traces.
struct TraceSite {
  const char* file;
  const char* function;  // the name, "" for a lambda, "__init__" for a module's top level
  uint32_t line, column;
  /// An inlined tail call: not on the trace of what the callee raises, only on that of the call itself.
  bool wasTail;
  const TraceSite* caller;  // of inlined code: the call; else null
};

/// A file that the program was made from.
struct SourceInput {
  const char* name;
  uint64_t hash;  // contentHash
};

struct Program {
  Value* slots = nullptr;  // globals, then constants: roots, not counted
  uint32_t globalCount = 0;
  uint32_t constantCount = 0;
  FunctionInfo* functions = nullptr;
  uint32_t functionCount = 0;
  CallShape* shapes = nullptr;
  uint32_t shapeCount = 0;
  const Symbol* globalNames = nullptr;
  const uint32_t* globalSources =
      nullptr;  // in `inputs`: where a module defines it; NoSource: nowhere
  static constexpr uint32_t NoSource = 0xFFFFFFFF;
  TraceSite* sites = nullptr;
  uint32_t siteCount = 0;
  InlineCache* caches = nullptr;  // native programs; VM caches lie in the code
  uint32_t cacheCount = 0;
  LanguageOptions language;  // of code that it evaluates
  Span<const SourceInput> inputs;
  /// What the code of each function reaches by itself (image::ImageUse): of programs with actors, else empty.
  Span<const uint32_t> uses;
  bool mayUnload = false;  // evaluated code that nobody refers to when it does not run
};

/// What a native executable hands to the runtime (made by codegen/llvm, read by runtime/image/Main.cpp).
struct NativeProgram {
  const uint8_t* image;
  uint64_t imageSize;
  Value* slots;              // globals + constants, zeroed
  FunctionInfo* functions;   // zeroed; filled in by the loader
  const NativeCode* bodies;  // by function index
  InlineCache* caches;
  uint64_t cacheCount;
  uint64_t abiHash;  // of Entry.def and Layout.def
  void (*evaluator)(
      Context*);  // gene_install_evaluator where the program evaluates data, else null
};

}  // namespace gene
