#pragma once
// Checks the bytecode of one function before anything runs: opcodes, registers, indices, jump targets, call windows,
// tables (verifyCode); and that registers are read only where they hold a value (verifyFlow), which the compiler answers for
// in code of its own. Of what kind the values are is looked at while the code runs.

#include <string>
#include <vector>

#include "runtime/image/ImageFormat.h"
#include "runtime/support/Span.h"
#include "runtime/vm/Code.h"

namespace gene::image {

/// What code may refer to.
struct CodeLimits {
  uint32_t globals;
  std::vector<bool> symbolConstants;  // by constant: is it a symbol?
  Span<const ImageFunction> functions;
  Span<const ImageShape> shapes;
  uint32_t sites;
};

/// The parts of a function's code in the image.
struct CodeView {
  const ImageCode* header;
  uint64_t* words;
  const vm::SiteEntry* sites;
  const vm::HandlerEntry* handlers;
};
/// False when the pieces do not fit `bytes`.
bool viewCode(Span<uint8_t> bytes, CodeView* view);

/// What is wrong with the code of `function`, or an empty text.
std::string verifyCode(const CodeView& code, const ImageFunction& function,
                       const CodeLimits& limits);
/// The same of code that verifyCode accepted: a register that may be read before it holds a value.
std::string verifyFlow(const CodeView& code, const ImageFunction& function);
/// Where the code goes on behind the checks of slots that it begins with.
uint32_t behindChecks(const CodeView& code);

}  // namespace gene::image
