#pragma once
// Coming from bytecode into native code of the same program that arrived while it ran (docs/jit.md).
//
// A function that has native code gets a stub: an EnterNative instruction, which calls go to instead of the function's bytecode.
// Frames in progress stay in the interpreter, but for loops: where a round begins stands an EnterLoop instruction then. The
// code is bound to the running program by the first of them that is run, on the program's first thread, as that makes
// constants; other threads stay in the interpreter until then.

#include <cstdint>
#include <optional>

#include "runtime/Program.h"

namespace gene::vm {

/// A loop in bytecode that goes on natively: with what some registers of the frame hold as arguments. The result is the frame's.
struct NativeLoop {
  NativeCode code;
  const uint16_t* registers;
  uint64_t count;     // of these
  uint64_t function;  // the VM's index
  uint64_t offset;    // of the instruction where it leaves the bytecode, in words
  uint64_t opcode;    // of that instruction
};

/// What an object with native code for a running program exports as `gene_entries` (codegen/llvm/EmitModule.cpp).
struct NativeEntries {
  const NativeProgram*
      program;    // its own constants, sites, caches, and functions that the VM does not have
  Value** slots;  // where it looks for Program::slots of the VM's program: globals are shared
  FunctionInfo** functions;   // likewise for Program::functions: closures are made of these
  const NativeCode* bodies;   // FunctionInfo::body by the VM's index; null: stays in the VM
  const NativeCode* entries;  // where calls from bytecode go; null: the way would cost more
  uint64_t count;             // of the VM's functions
  uint64_t globalCount;       // … and globals
  const NativeLoop* loops;
  uint64_t loopCount;
};

/// Which functions are entered: all, or for tests those with an even or odd number, so that calls cross in both directions.
enum class WhichEntered : uint8_t { All, Even, Odd };

struct EnteredCounts {
  size_t functions, loops;
};

/// Leads calls of the program's functions to the native code from now on; it may run meanwhile. None when the code is not
/// of this program. What is given must live as long as the process.
std::optional<EnteredCounts> enterNative(Program& running, const NativeEntries& entries,
                                         WhichEntered which);

}  // namespace gene::vm
