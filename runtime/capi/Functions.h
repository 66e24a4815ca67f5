#pragma once
// Functions in C as Gene functions.

#include <string>

#include "runtime/capi/Handles.h"
#include "runtime/object/Function.h"

namespace gene::capi {

/// What a function in C is to the runtime: neither slots nor a row, so that everybody goes through its entries.
struct NativeFunction {
  FunctionInfo info;  // first: what a function object has leads here
  GeneFunction code;
  void* data;
  uint32_t least, most;  // positional arguments, with the receiver of a method
  std::string text;      // its name
};

/// How a function is called.
enum class Role : uint8_t { Plain, Method, Constructor };
/// A text from outside, with U+FFFD for bytes that are no UTF-8; empty for NULL.
std::string utf8Text(const char* text);
/// A function object; 0 with an exception pending for counts that make no sense.
Value newNativeFunction(Api& api, const char* name, GeneFunction code, void* data, int least,
                        int most, Role role);

/// Calls gene_init of an extension in a scope of its own, which gene_raise_error leaves; endCall gives the scope back.
int32_t runInit(Api& api, Scope& scope, int32_t (*init)(GeneHostAbi*), GeneHostAbi& host);
/// Gives back what a call held, and all scopes that it began and did not end.
void endCall(Api& api, Scope& scope, Scope* before);

}  // namespace gene::capi
