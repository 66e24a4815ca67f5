#pragma once
// The interpreter: one preserve_none function per opcode, each ending in a tail call to the next one; and four more of
// it from the same bodies (Handlers.inc): one that profiles, one that is sampled, one that is watched, one that is a loop around
// a switch.

#include <cstddef>

#include "runtime/vm/Code.h"

namespace gene::vm {

/// What runs in contexts that are made from now on is watched by this; null: by nobody. For the debugger, whose breakpoints
/// all threads of a program come to, and for samples of all threads. A pointer to the interpreter, so that executables do not
/// link the others.
struct WatchedThreads {
  Watch* watch = nullptr;
  Value (*run)(Context& context, Value* base) = nullptr;
};
extern WatchedThreads watchedThreads;

/// Reserves a value stack of `bytes` (0: defaultStackSize()) for this thread and registers it with the heap. False when there
/// is no memory.
bool createState(Context& context, size_t bytes);
void destroyState(Context& context);
/// Where frames of the running fiber must start below: leaves room for the largest one.
void limitFiber(State& state);

/// Runs the function of the frame at `base`, whose callee and slots are in place, to its return. The link is written
/// here. Gives 0 when it raised.
Value run(Context& context, Value* base);
/// The same, reporting to State::profile (runtime/vm/Profile.h).
Value runProfiled(Context& context, Value* base);
/// The same, with samples taken by State::sampler (runtime/vm/Sampler.h), which it makes.
Value runSampled(Context& context, Value* base);
/// The same, asking State::watch before each instruction (runtime/vm/Watch.h).
Value runWatched(Context& context, Value* base);
/// The same as a loop around a switch: for other compilers and for comparison.
Value runSwitch(Context& context, Value* base);

/// FunctionInfo::body of every VM function: moves the slots onto the value stack and runs.
Value enterBody(Context* context, Value closure, Value a0, Value a1, Value a2, Value a3);

/// The instruction that the outermost frame of each run returns to.
extern uint16_t exitCode[4];

/// Where to go on after an exception: a landing, or pc null when the frames down to the last entry were left.
struct Resume {
  uint16_t* pc;
  Value* base;
};
/// Has the frame a handler for what the instruction before `pc` raises?
bool handles(const uint16_t* pc, const Value* base);
/// The site of the instruction before `pc`, or else of one near it, in Program::sites; null in a function without any.
const SiteEntry* siteBefore(const uint16_t* pc, const Value* base);
const SiteEntry* siteBefore(const uint16_t* pc, const Code& code);
/// Looks for a handler from the instruction before `pc` outwards, recording the trace.
Resume unwind(Context& context, uint16_t* pc, Value* base);

}  // namespace gene::vm
