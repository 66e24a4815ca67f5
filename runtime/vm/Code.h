#pragma once
// The bytecode of one function, and the stack its frames live on.
//
// A frame is a window on one contiguous value stack; the registers of a callee overlap the arguments its caller laid
// out, so a call moves nothing:
//
//   base[-2]   the callee, a function object; after the return, in the caller's register, the result
//   base[-1]   the link: return address << 16 | how far below `base` the caller's base is
//   base[0…]   registers: the slots first, then locals and the windows of further calls
//
// Nothing on the stack is counted; the heap scans it conservatively up to State::top, which is brought up to date
// before anything is called that may allocate. Invariant: every base[-2] is a function object with bytecode, so the
// code of each frame is known, and the stack never moves.

#include <cstddef>
#include <cstdint>

#include "runtime/Context.h"
#include "runtime/Program.h"
#include "runtime/object/Function.h"

namespace gene::vm {

/// Positions in code are counted in 64-bit words from the function's first one.
struct SiteEntry {
  uint32_t offset;  // of an instruction that may raise
  uint32_t site;    // in Program::sites
};
/// An instruction inside `try`: where to go on when it raises, with the exception in `reg`.
struct HandlerEntry {
  uint32_t offset;
  uint32_t landing;
  uint32_t reg;
  uint32_t unused;
};

struct LoopArrival;

struct Code {
  static constexpr uint32_t NotSimple = 0xFFFFFFFF;

  uint16_t* start;              // four halfwords a word
  uint16_t* behindChecks;       // … behind the checks of slots that the code begins with
  uint16_t* entry;              // where calls go: to `start`, or where native code is entered
  uint16_t* entryBehindChecks;  // likewise
  LoopArrival* loops;           // of EnterLoop instructions
  Value* consts;                // Program::slots
  uint32_t
      simpleCount;     // slots, when that many positional arguments need no binding; else NotSimple
  uint32_t frameSize;  // registers
  const SiteEntry* sites;        // by offset
  const HandlerEntry* handlers;  // by offset
  uint32_t siteCount, handlerCount;
  uint32_t wordCount;
  FunctionInfo* info;
  FunctionObject* self;  // immortal: the callee in frames of functions that capture nothing
};

/// The second chance of a member's inline cache that sees objects of several shapes: (shape, name) to what it would hold.
/// Entries stay true for ever, as those of inline caches do.
class SharedCache {
 public:
  [[nodiscard]] const InlineCache* find(uint32_t shape, Value name) const {
    const Entry& entry = entries_[slot(shape, name)];
    return entry.key == key(shape, name) ? &entry.cache : nullptr;
  }
  void add(uint32_t shape, Value name, InlineCache cache) {
    entries_[slot(shape, name)] = {key(shape, name), cache};
  }

 private:
  struct Entry {
    uint64_t key;
    InlineCache cache;
  };
  static uint64_t key(uint32_t shape, Value name) {
    return uint64_t{shape} << 32 | static_cast<uint32_t>(name.bits);
  }
  static uint32_t slot(uint32_t shape, Value name) {
    return static_cast<uint32_t>((key(shape, name) * 0x9E3779B97F4A7C15) >> 56);
  }
  Entry entries_[256] = {};
};

class Limits;
class Profile;
class Sampler;
class Watch;

/// Where a frame is: pc behind the first word of an instruction, or behind the last one of a call in progress.
struct Place {
  const uint16_t* pc = nullptr;
  Value* base = nullptr;
};
struct Calling;
/// A run of the watched or sampled interpreter in progress, and the frame whose call into C++ led to it.
struct Entered {
  const Entered* outer;
  Place from;
  const Calling* calling = nullptr;  // sampled: the call, if it may be of a built-in function
};

/// Where a flow of control is that the watched or the sampled interpreter runs.
struct Whereabouts {
  Place place;                       // the frame that called into C++ last
  const Entered* entered = nullptr;  // the innermost run; null: no Gene code runs
  const Calling* calling = nullptr;  // sampled: what the frame called, while that runs
};

struct State : Whereabouts {
  Value* top;     // the first word of the stack that nothing uses; exact only while C++ code runs
  Value* limit;   // frames must start below
  Value result;   // of the innermost run
  Value operand;  // from a handler to its slow path
  Value* stack;   // the mapping
  size_t bytes;
  Value (*run)(Context& context, Value* base);  // one of the interpreters
  Profile* profile = nullptr;                   // of runProfiled
  Watch* watch = nullptr;                       // of runWatched
  Limits* limits = nullptr;    // of a program that somebody embeds (runtime/vm/Limits.h)
  Sampler* sampler = nullptr;  // of runSampled
  void (*endSampling)(State& state) = nullptr;  // destroys it
  SharedCache memberGets, memberSets;
  Value* fiberEnd =
      nullptr;  // where the running fiber's window ends; null: the main program's own stack
  uint32_t largestFrame = 0;  // of all code that was loaded
};

/// No frame has more registers than this, so a frame that starts below State::limit fits.
inline constexpr uint32_t MaxFrameSize = 65536;

inline const Code& codeOf(const Value* base) { return *as<FunctionObject>(base[-2])->info->code; }
inline Value* frameTop(Value* base) { return base + codeOf(base).frameSize; }
inline uint64_t makeLink(const uint16_t* returnTo, uint64_t delta) {
  return reinterpret_cast<uint64_t>(returnTo) << 16 | delta;
}

}  // namespace gene::vm
